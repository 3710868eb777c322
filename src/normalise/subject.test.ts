import { expect, test } from 'vitest';
import { baseSubject } from './subject.ts';

for (const [subject, base] of [
  ['Angebot', 'ANGEBOT'],
  ['Re: Angebot', 'ANGEBOT'],
  ['RE: FW: Re[2]: Angebot', 'ANGEBOT'],
  ['AW: WG: Angebot', 'ANGEBOT'],
  ['[sales] Re: Angebot', 'ANGEBOT'],
  ['Re: [sales] Angebot (fwd)', 'ANGEBOT'],
  ['[Fwd: Angebot]', 'ANGEBOT'],
  ['[sales]', '[SALES]'],
  ['Re:', ''],
  ['  two   blanks ', 'TWO BLANKS'],
  [null, ''],
] as const)
  test(`${subject}`, () => expect(baseSubject(subject)).toBe(base));
