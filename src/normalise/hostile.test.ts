import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Email } from '../model/email.ts';
import { decodePart } from './part.ts';
import { readEmail } from './read-email.ts';

const read = (source: string | Uint8Array): Email =>
  readEmail(typeof source === 'string' ? Buffer.from(source, 'latin1') : source).email;
const html = (body: string): string => `Content-Type: text/html\r\n\r\n${body}`;
const header = (name: string, value: string): string => `${name}: ${value}\r\n\r\nx`;

function nested(levels: number): string {
  let out = 'Subject: nested\r\n';
  for (let level = 0; level < levels; level += 1)
    out += `Content-Type: multipart/mixed; boundary="b${level}"\r\n\r\n--b${level}\r\n`;
  return `${out}\r\ntext`;
}

function nestedMessages(levels: number): string {
  return `${'Content-Type: message/rfc822\r\n\r\n'.repeat(levels)}Subject: last\r\n\r\ntext`;
}

function parts(count: number): string {
  return `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\ntext\r\n'.repeat(count)}--b--\r\n`;
}

/** What one byte more must not cost more than a little time more; each grows with n. */
const BOMBS: Readonly<Record<string, (n: number) => string>> = {
  'empty lines': (n) => `Subject: s\r\n\r\n${'\r\n'.repeat(n * 10)}`,
  'header fields': (n) => `${'X-A: b\r\n'.repeat(n)}\r\nx`,
  'a folded field': (n) => `Subject: a\r\n${' b\r\n'.repeat(n)}\r\nx`,
  'blanks in a field': (n) => header('Subject', `a${' '.repeat(n * 10)}b`),
  'tabs and CRs in a field': (n) => header('Subject', `a${'\t\r'.repeat(n)}b`),
  'encoded words': (n) => header('Subject', '=?utf-8?Q?a=C3?= '.repeat(n)),
  'beginnings of encoded words': (n) => header('Subject', '=?utf-8?Q?'.repeat(n)),
  'question marks': (n) => header('Subject', '=?'.repeat(n)),
  addresses: (n) => header('To', 'a@b.example, '.repeat(n)),
  'open comments': (n) => header('From', '('.repeat(n)),
  'open angles': (n) => header('From', '<'.repeat(n)),
  'open quotes': (n) => header('From', '"a <'.repeat(n)),
  'words without an address': (n) => header('From', 'a '.repeat(n)),
  groups: (n) => header('To', 'a:'.repeat(n)),
  'encoded words in addresses': (n) => header('From', '=?utf-8?Q?a'.repeat(n)),
  parameters: (n) => header('Content-Type', `text/plain${'; a=b'.repeat(n)}`),
  'continued parameters': (n) =>
    header('Content-Type', `text/plain${Array.from({ length: n }, (_, i) => `; name*${i}*=%41`).join('')}`),
  'open quotes in parameters': (n) => header('Content-Type', `text/plain; ${'a="b'.repeat(n)}`),
  references: (n) => header('References', '<a@b> '.repeat(n)),
  'open references': (n) => header('References', '<a'.repeat(n)),
  'digits in a date': (n) => header('Date', '1 '.repeat(n)),
  'nested multiparts': nested,
  'nested messages': nestedMessages,
  parts,
  'lines that look like boundaries': (n) => `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--c\r\n'.repeat(n)}`,
  'dashes without a line end': (n) => `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--'.repeat(n * 5)}`,
  'equals signs in base64': (n) => `Content-Transfer-Encoding: base64\r\n\r\n${'='.repeat(n * 10)}!`,
  'padded pieces of base64': (n) => `Content-Transfer-Encoding: base64\r\n\r\n${'YQ==\r\n'.repeat(n)}`,
  'quoted-printable': (n) => `Content-Transfer-Encoding: quoted-printable\r\n\r\n${'= '.repeat(n)}`,
  uuencode: (n) => `Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n${'#0V%T\r\n'.repeat(n)}`,
  'flowed lines': (n) => `Content-Type: text/plain; format=flowed\r\n\r\n${'> a \r\n>> b \r\n'.repeat(n)}`,
  'nested tables': (n) => html('<table><tr><td>'.repeat(n)),
  'nested divs': (n) => html('<div>'.repeat(n)),
  'open tags': (n) => html('<'.repeat(n)),
  'open comments of HTML': (n) => html('<!--'.repeat(n)),
  'open scripts': (n) => html('<script>'.repeat(n)),
  'open heads': (n) => html('<head></head>'.repeat(n)),
  'open quotes in tags': (n) => html(`<a ${'="'.repeat(n)}`),
  'alternating quotes in tags': (n) => html(`${'<a b="c'.repeat(n)}`),
  entities: (n) => html('&amp;&#65;&'.repeat(n)),
  'blanks in preformatted text': (n) => html(`<pre>${' '.repeat(n * 10)}x`),
  'a bounce of nothing but addresses': (n) =>
    `From: mailer-daemon@a.example\r\nSubject: failure notice\r\n\r\nnot delivered\r\n${'<a@b.example>: 550 no\r\n'.repeat(n)}`,
  'a bounce of one line': (n) =>
    `From: mailer-daemon@a.example\r\nSubject: failure notice\r\n\r\nnot delivered ${'a@b.example to '.repeat(n)}`,
  'a report of many recipients': (n) =>
    `Content-Type: message/delivery-status\r\n\r\n${'Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n'.repeat(n)}`,
};

/** CPU time, not the clock: other processes on the machine must not decide a test. */
function cpuMs(source: Buffer): number {
  const started = process.cpuUsage();
  readEmail(source);
  const used = process.cpuUsage(started);
  return (used.user + used.system) / 1000;
}

function growth(small: Buffer, large: Buffer): number {
  // Ten times the bytes: linear is 10, the square 100. Where all is over in a moment the figures say nothing.
  const floor = 5;
  return Math.min(cpuMs(large), cpuMs(large)) / Math.max(floor, Math.min(cpuMs(small), cpuMs(small)));
}

describe('time grows with the size, not with its square', () => {
  for (const [name, make] of Object.entries(BOMBS))
    test(name, () => {
      const small = Buffer.from(make(5000), 'latin1');
      const large = Buffer.from(make(50_000), 'latin1');
      expect(readEmail(large).email.parse).not.toBe('failed');
      let ratio = growth(small, large);
      for (let again = 0; again < 3 && ratio >= 50; again += 1) ratio = growth(small, large);
      expect(ratio).toBeLessThan(50);
    });
});

describe('limits', () => {
  test('1,000 parts are read, more are partial', () => {
    expect(read(parts(999)).parse).toBe('ok');
    expect(read(parts(20_000))).toMatchObject({ parse: 'partial', parseNote: 'more than 1,000 parts' });
  });

  test('more than 100 levels are partial', () => {
    expect(read(nested(50)).parse).toBe('ok');
    expect(read(nested(1000))).toMatchObject({ parse: 'partial', parseNote: 'more than 100 levels', subject: 'nested' });
    expect(read(nestedMessages(20_000)).parseNote).toBe('more than 100 levels');
  });

  test('a header of more than 2 MiB is partial, and the body is still found', () => {
    const email = read(
      `Subject: s\r\n${'X-A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n'.repeat(40_000)}\r\nbody`,
    );
    expect(email).toMatchObject({ parse: 'partial', subject: 's', text: 'body' });
  });
});

const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

function values(email: Email): string[] {
  const out: string[] = [];
  JSON.stringify(email, (_key, value) => {
    if (typeof value === 'string') out.push(value);
    return value;
  });
  return out;
}

function expectClean(email: Email): void {
  for (const value of values(email)) {
    expect(FORBIDDEN.test(value)).toBe(false);
    expect(value.isWellFormed()).toBe(true);
  }
  const { text, html, ...lines } = email;
  for (const value of values(lines as Email)) expect(/[\r\n]/.test(value)).toBe(false);
}

describe('values are clean', () => {
  test('line ends in encoded words make no header', () => {
    const email = read('Subject: =?utf-8?Q?a=0D=0ABcc=3A_evil@z.example?=\r\nFrom: =?utf-8?Q?=0D=0A=00x?= <a@b>\r\n\r\nx');
    expect(email).toMatchObject({ subject: 'a Bcc: evil@z.example', bcc: [] });
    expectClean(email);
  });

  test('NUL, controls and lone surrogates are dropped from bodies', () => {
    const email = read(
      Buffer.from('Content-Type: text/html; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n\r\n', 'latin1').toString(
        'latin1',
      ) + Buffer.from('<p>a\ud800b\u0000c\u0007d&#0;&#xD800;</p>', 'utf16le').toString('base64'),
    );
    expect(email.text).toContain('b');
    expectClean(email);
  });
});

const header7 = fc.constantFrom(
  'From',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'References',
  'Content-Type',
  'Content-Transfer-Encoding',
  'Content-Disposition',
  'List-Id',
);
const fragment = fc.constantFrom(
  'multipart/mixed; boundary=b',
  'multipart/alternative; boundary="b"',
  'message/rfc822',
  'message/delivery-status',
  'text/html; charset=utf-7',
  'text/plain; charset=iso-2022-jp; format=flowed',
  'application/ms-tnef; name=winmail.dat',
  'base64',
  'quoted-printable',
  "attachment; filename*0*=utf-8''%ff; filename*1=\"a",
  '=?utf-8?B?////?=',
  '"a <b@c>',
  '\r\n',
  '\r\n\r\n--b\r\n',
  '\r\n--b--\r\n',
  '\r',
  '\u0000',
  '\u00ff\u00fe',
  '<table><![CDATA[<p "',
  'Final-Recipient: rfc822; a@b\r\nAction: failed\r\n',
);
const mailLike = fc
  .array(
    fc.oneof(
      fragment,
      fc.tuple(header7, fragment).map(([name, value]) => `${name}: ${value}\r\n`),
      fc.string({ maxLength: 20 }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

describe('any bytes give a value', () => {
  for (const [what, sources] of [
    ['random bytes', fc.uint8Array({ maxLength: 2000 })],
    ['what looks like mail', mailLike],
  ] as const)
    test(what, () => {
      fc.assert(
        fc.property(sources, fc.boolean(), (source, headersOnly) => {
          const before = Buffer.from(source);
          const result = readEmail(source, { headersOnly });
          expect(result.email.parse, result.email.parseNote ?? '').not.toBe('failed');
          expect(result).toEqual(readEmail(source, { headersOnly }));
          expect(Buffer.from(source).equals(before)).toBe(true);
          expectClean(result.email);
          for (const { partId, size } of result.email.attachments) expect(decodePart(source, partId)?.bytes.length).toBe(size);
        }),
        { numRuns: 1500 },
      );
    });
});
