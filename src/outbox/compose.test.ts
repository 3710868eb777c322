import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEmail } from '../normalise/read-email.ts';
import { parseAddress } from './address.ts';
import { compose, type EmailToCompose } from './compose.ts';
import { subjectFor, threadOf } from './thread.ts';

const basic: EmailToCompose = {
  from: { name: 'Anna Berg', email: 'anna@example.test' },
  to: [{ name: null, email: 'b@example.test' }],
  cc: [],
  replyTo: [],
  subject: 'Hello',
  text: 'Dear B,\nyours\n',
  html: null,
  attachments: [],
  threading: { inReplyTo: null, references: [] },
  forwardedMessageId: null,
  automatic: 'no',
  date: new Date('2026-03-04T05:06:07Z'),
};

const written = async (changes: Partial<EmailToCompose>) => {
  const composed = await compose({ ...basic, ...changes });
  return { ...composed, text: composed.source.toString('latin1'), email: readEmail(composed.source).email };
};
const headerNames = (text: string) =>
  text
    .split('\r\n\r\n')[0]!
    .split('\r\n')
    .filter((line) => !/^[ \t]/.test(line))
    .map((line) => line.slice(0, line.indexOf(':')).toLowerCase());

test('text, HTML, attachments and an inline image come out as they went in', async () => {
  const pdf = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 256));
  const { email, text } = await written({
    subject: 'Grüße – 日本語',
    text: 'Übersicht\n.\n..\nFrom me',
    html: '<p>Übersicht <img src="cid:logo"></p>',
    cc: [{ name: 'Jörg "J" Müller, Dr.', email: 'j@bücher.example' }],
    replyTo: [{ name: null, email: 'desk@example.test' }],
    attachments: [
      { name: '../../Angebot „neu“.pdf', content: pdf },
      { name: 'logo.png', content: pdf, type: 'image/png', cid: 'logo' },
    ],
  });
  expect(email).toMatchObject({ parse: 'ok', subject: 'Grüße – 日本語', html: '<p>Übersicht <img src="cid:logo"></p>' });
  expect(email.text?.replaceAll('\r\n', '\n').trim()).toBe('Übersicht\n.\n..\nFrom me');
  expect(email.cc[0]?.name).toBe('Jörg "J" Müller, Dr.');
  expect(email.replyTo[0]?.email).toBe('desk@example.test');
  expect(email.sentAt).toBe('2026-03-04T05:06:07.000Z');
  expect(email.attachments.map(({ name, type, cid, size }) => [name, type, cid, size])).toEqual(
    expect.arrayContaining([
      ['Angebot „neu“.pdf', 'application/pdf', null, 1000],
      ['logo.png', 'image/png', 'logo', 1000],
    ]),
  );
  expect(text.indexOf('text/plain')).toBeLessThan(text.indexOf('text/html'));
});

test('the Message-ID is ours, at the domain of From, and the ENVID its first half', async () => {
  const { messageId, envelopeId, email } = await written({ from: { name: null, email: 'a@bücher.example' } });
  expect(messageId).toBe(`${envelopeId}@xn--bcher-kva.example`);
  expect(email.messageId).toBe(messageId);
});

test('every byte is 7-bit and every line ends with CRLF and has at most 998 octets', async () => {
  const { source, text } = await written({
    text: `${'ä'.repeat(5000)}\rbare\nlf\u0000 end`,
    html: `<p>${'x'.repeat(5000)}</p>`,
    subject: 'ü'.repeat(900),
    to: Array.from({ length: 200 }, (_, n) => ({ name: `Nämé ${n}`, email: `n${n}@example.test` })),
    threading: { inReplyTo: null, references: Array.from({ length: 30 }, (_, n) => `${'r'.repeat(200)}${n}@x`) },
  });
  expect(source.every((byte) => byte < 0x80 && byte !== 0)).toBe(true);
  expect(text).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
  expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
});

test('nothing that is given can make a header of its own', async () => {
  const evil = 'x\r\nBcc: evil@z.test\r\n\r\nbody\n.\r\nRCPT TO:<evil@z.test>';
  const clean = headerNames((await written({ text: 'x' })).text).sort();
  const { text, email } = await written({
    text: 'x',
    subject: evil,
    from: { name: evil, email: 'anna@example.test' },
    to: [{ name: evil, email: 'b@example.test' }],
  });
  expect(headerNames(text).sort()).toEqual(clean);
  expect(email.bcc).toEqual([]);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (subject, name) => {
      const one = await written({ text: 'x', subject: `s${subject}`, to: [{ name, email: 'b@example.test' }] });
      expect(headerNames(one.text).sort()).toEqual(clean);
      expect(one.email.to).toHaveLength(1);
    }),
    { numRuns: 40 },
  );
  const named = await written({ attachments: [{ name: evil, content: Buffer.from('x'), type: 'text/plain\r\nX-Evil: 1' }] });
  expect(named.text).not.toMatch(/^(Bcc|X-Evil):/im);
});

test('automatic mail says so, other mail does not', async () => {
  expect((await written({ automatic: 'replied' })).text).toMatch(/^Auto-Submitted: auto-replied\r$/m);
  expect((await written({ automatic: 'generated' })).email.autoReply).toBe(true);
  expect((await written({})).text).not.toMatch(/Auto-Submitted/);
});

test('a forwarded message stays a message when it survives, and a file otherwise, with the same bytes', async () => {
  const plain = Buffer.from('Subject: old\r\n\r\nbody\r\n');
  const odd = Buffer.from('Subject: old\n\n\u00fc body', 'latin1');
  const first = await written({ attachments: [{ name: 'old.eml', content: plain, type: 'message/rfc822' }] });
  expect(first.email.attachments[0]).toMatchObject({ type: 'message/rfc822', size: plain.length });
  expect(first.text).toContain('Subject: old\r\n\r\nbody\r\n');
  const second = await written({ attachments: [{ name: 'old.eml', content: odd, type: 'message/rfc822' }] });
  expect(second.email.attachments[0]).toMatchObject({ type: 'application/octet-stream', size: odd.length });
});

test('a reply continues References, a forward too but answers nobody', () => {
  const original = { messageId: 'c@x', references: ['a@x', 'b@x'], inReplyTo: ['b@x'], subject: 'Offer' };
  expect(threadOf(original, 'reply')).toEqual({ inReplyTo: 'c@x', references: ['a@x', 'b@x', 'c@x'] });
  expect(threadOf(original, 'forward')).toEqual({ inReplyTo: null, references: ['a@x', 'b@x', 'c@x'] });
  expect(threadOf({ ...original, references: [] }, 'reply').references).toEqual(['b@x', 'c@x']);
  expect(threadOf({ ...original, references: [], inReplyTo: ['1@x', '2@x'] }, 'reply').references).toEqual(['c@x']);
  const long = Array.from({ length: 100 }, (_, n) => `${n}@x`);
  const { references } = threadOf({ ...original, references: long }, 'reply');
  expect([references.length, references[0], references.at(-1)]).toEqual([30, '0@x', 'c@x']);
  expect(threadOf({ ...original, messageId: 'x> evil\r\nBcc: a@b', references: ['ü@x'] }, 'reply')).toEqual({
    inReplyTo: null,
    references: [],
  });
  expect([subjectFor(original, 'reply'), subjectFor({ ...original, subject: 'RE: Offer' }, 'reply')]).toEqual([
    'Re: Offer',
    'RE: Offer',
  ]);
});

test.each([
  ['b@example.test', null, 'b@example.test'],
  [' <b@example.test> ', null, 'b@example.test'],
  ['"Berg, Anna" <a.b+c@example.test>', 'Berg, Anna', 'a.b+c@example.test'],
  ['Grüße <ü@bücher.example>', 'Grüße', 'ü@bücher.example'],
  ['"odd name"@example.test', null, '"odd name"@example.test'],
  ['x@[192.0.2.1]', null, 'x@[192.0.2.1]'],
])('%s is an address', (text, name, email) => {
  expect(parseAddress(text)).toEqual({ name, email });
});

test.each([
  '',
  'b',
  '@x',
  'b@',
  'a b@x',
  'a@b c',
  'a@b>',
  'a@b\r\nRCPT TO:<c@d>',
  'a@b, c@d',
  'a..b@x',
  '.a@x',
  'a@-x',
  'a@x..y',
  `${'l'.repeat(65)}@x`,
  'a@b\0',
])('%j is no address', (text) => {
  expect(() => parseAddress(text)).toThrow(/not an email address/);
});
