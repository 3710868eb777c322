import { describe, expect, test } from 'vitest';
import { readEmail } from './read-email.ts';

const identity = (source: string, headersOnly = false): string =>
  readEmail(Buffer.from(source, 'latin1'), { headersOnly }).identity;
const mail = (body: string, ...more: string[]): string =>
  [
    'Message-ID: <1@a.example>',
    'From: Anna <a@a.example>',
    'Date: Thu, 1 Jan 2026 10:00:00 +0100',
    'Subject: Angebot',
    ...more,
    '',
    body,
  ].join('\r\n');
const text = 'Gr\u00c3\u00bc\u00c3\u009fe = alles\r\nzweite Zeile\r\n';
const plain = mail(text, 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit');

describe('one mail keeps its identity', () => {
  for (const [how, other] of [
    ['with LF line ends', plain.replaceAll('\r\n', '\n')],
    ['with CR line ends', plain.replaceAll('\r\n', '\r')],
    [
      'with trace headers added',
      `Return-Path: <a@a.example>\r\nReceived: from x by y; Thu, 1 Jan 2026 10:00:05 +0100\r\nX-Spam-Score: 5\r\n${plain}`,
    ],
    ['with an empty line at the end (POP3)', `${plain}\r\n\r\n`],
    ['without its last line end', plain.replace(/\r\n$/, '')],
    ['with a folded subject', plain.replace('Subject: Angebot', 'Subject:\r\n Angebot')],
    [
      'sent on as quoted-printable',
      mail(
        'Gr=C3=BC=C3=9Fe =3D all=\r\nes\r\nzweite Zeile\r\n',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
      ),
    ],
    [
      'sent on as base64',
      mail(
        `${Buffer.from(text, 'latin1').toString('base64')}\r\n`,
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: base64',
      ),
    ],
    ['with a second Message-ID appended', plain.replace('\r\n\r\n', '\r\nMessage-ID: <other@b.example>\r\n\r\n')],
  ] as const)
    test(how, () => expect(identity(other)).toBe(identity(plain)));

  test('when a relay recodes the parts of an attached message and of a multipart', () => {
    const outer = (encoding: string, body: string): string =>
      mail(
        `preamble\r\n--b\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n` +
          `Content-Transfer-Encoding: ${encoding}\r\n\r\n${body}\r\n--b--\r\n`,
        'Content-Type: multipart/mixed; boundary=b',
      );
    expect(identity(outer('quoted-printable', '=C3=A4'))).toBe(identity(outer('8bit', '\u00c3\u00a4')));
  });
});

describe('different mails under one Message-ID differ', () => {
  for (const [how, other] of [
    ['another body', plain.replace('zweite', 'dritte')],
    ['another subject', plain.replace('Angebot', 'Auftrag')],
    ['another author', plain.replace('Anna', 'Berta')],
    ['another date', plain.replace('10:00:00', '10:00:01')],
    ['another Message-ID', plain.replace('<1@', '<2@')],
    ['a line more', plain.replace('zweite', '\r\nzweite')],
  ] as const)
    test(how, () => expect(identity(other)).not.toBe(identity(plain)));

  test('another attachment', () => {
    const withFile = (content: string): string =>
      mail(
        `--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${content}\r\n--b--`,
        'Content-Type: multipart/mixed; boundary=b',
      );
    expect(identity(withFile('AAAA'))).not.toBe(identity(withFile('AAAB')));
  });

  test('bytes moved from one part to the next', () => {
    const parts = (one: string, two: string): string =>
      mail(`--b\r\n\r\n${one}\r\n--b\r\n\r\n${two}\r\n--b--`, 'Content-Type: multipart/mixed; boundary=b');
    expect(identity(parts('ab', 'c'))).not.toBe(identity(parts('a', 'bc')));
  });
});

test('a header alone has an identity of its own kind', () => {
  const head = plain.slice(0, plain.indexOf('\r\n\r\n') + 4);
  expect(identity(head, true)).toBe(identity(plain, true));
  expect(identity(head, true)).not.toBe(identity(head));
  expect(identity(plain, true)).not.toBe(identity(plain));
});

test('the identity of version 1 never changes', () => {
  expect(readEmail(Buffer.from(plain, 'latin1'))).toMatchObject({ identity: identity(plain), identityVersion: 1 });
  expect(identity(plain)).toMatchInlineSnapshot(`"19e1360538bf9b11c64482c19646add5d273ae17f1fc1ca5dee21046b87ec99e"`);
});
