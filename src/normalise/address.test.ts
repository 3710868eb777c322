import { expect, test } from 'vitest';
import { readAddresses } from './address.ts';

const read = (raw: string): string[] =>
  readAddresses(raw).map(({ name, email }) => (name === null ? email : `${name} = ${email}`));

for (const [raw, ...expected] of [
  ['a@b.example', 'a@b.example'],
  ['Anna Berg <a@b.example>, c@d.example', 'Anna Berg = a@b.example', 'c@d.example'],
  ['"Berg, Anna" <a@b.example>', 'Berg, Anna = a@b.example'],
  ['"Anna \\"A\\" Berg" <a@b.example>', 'Anna "A" Berg = a@b.example'],
  ['Anna (from (nested) sales) <a@b.example>', 'Anna = a@b.example'],
  ['a@b.example (Anna Berg)', 'Anna Berg = a@b.example'],
  ['Team: a@b.example, "B" <c@d.example>;, e@f.example', 'a@b.example', 'B = c@d.example', 'e@f.example'],
  ['undisclosed-recipients:;'],
  ['<@relay.example,@other.example:a@b.example>', 'a@b.example'],
  ['=?utf-8?Q?J=C3=BCrgen?= =?utf-8?Q?_M=2C?= <a@b.example>', 'Jürgen M, = a@b.example'],
  ['=?utf-8?Q?Doe, John?= <a@b.example>', 'Doe, John = a@b.example'],
  ['"=?utf-8?Q?J=C3=BCrgen?=" <a@b.example>', 'Jürgen = a@b.example'],
  ['=?utf-8?Q?x=3Cevil=40z.example=3E?= <a@b.example>', 'x<evil@z.example> = a@b.example'],
  ['"john doe"@b.example', '"john doe"@b.example'],
  ['a@b.example; c@d.example', 'a@b.example', 'c@d.example'],
  ['Anna <a@b.example', 'Anna = a@b.example'],
  ['Anna a@b.example', 'Anna = a@b.example'],
  ['"Anna <a@b.example>', 'Anna = a@b.example'],
  ["'Anna' <a@b.example>", 'Anna = a@b.example'],
  ['"a@b.example" <a@b.example>', 'a@b.example'],
  ['mailto:a@b.example', 'a@b.example'],
  ['<>', ...[]],
  ['J\u00c3\u00bcrgen <j\u00c3\u00bc@b.example>', 'Jürgen = jü@b.example'],
  ['Nobody at all', 'Nobody at all = '],
  [',,, ;;', ...[]],
  ['a@[192.0.2.1]', 'a@[192.0.2.1]'],
  ['Anna\r\n Berg\t<a@b.example>', 'Anna Berg = a@b.example'],
] as const)
  test(raw, () => expect(read(raw)).toEqual(expected));
