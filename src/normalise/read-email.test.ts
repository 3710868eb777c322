import { describe, expect, test } from 'vitest';
import type { Email } from '../model/email.ts';
import { readEmail } from './read-email.ts';

const read = (source: string | Uint8Array): Email =>
  readEmail(typeof source === 'string' ? Buffer.from(source, 'latin1') : source).email;
const lines = (...all: string[]): string => all.join('\r\n');

describe('line ends', () => {
  const mail = lines('Subject: Hello', 'From: Anna <a@x.example>', 'Date: Fri, 21 Nov 1997 09:55:06 -0600', '', 'One', 'Two', '');
  for (const [name, end] of [
    ['CRLF', '\r\n'],
    ['LF', '\n'],
    ['CR', '\r'],
    ['CRCRLF', '\r\r\n'],
  ] as const)
    test(`${name}`, () => {
      const email = read(mail.replaceAll('\r\n', end));
      expect(email).toMatchObject({
        parse: 'ok',
        subject: 'Hello',
        from: [{ name: 'Anna', email: 'a@x.example' }],
        sentAt: '1997-11-21T15:55:06.000Z',
      });
      expect(email.text?.replace(/\n+/g, '\n')).toBe('One\nTwo\n');
    });

  test('mixed line ends', () => {
    expect(read('Subject: a\nFrom: b@x.example\r\nTo: c@x.example\n\r\nText\r\n')).toMatchObject({
      subject: 'a',
      to: [{ name: null, email: 'c@x.example' }],
      text: 'Text\n',
    });
  });

  test('a lone CR in a value starts no header', () => {
    const email = read('Subject: hello\rBcc: evil@x.example\r\nFrom: a@x.example\r\n\r\nx\r\n');
    expect(email).toMatchObject({ subject: 'hello Bcc: evil@x.example', bcc: [] });
  });
});

describe('header block', () => {
  test('the first occurrence counts', () => {
    const email = read(
      lines(
        'Message-ID: <1@x>',
        'From: a@x',
        'Subject: one',
        'Date: 1 Jan 2020 00:00:00 +0000',
        'Message-ID: <2@x>',
        'From: b@x',
      ) + lines('', 'Subject: two', 'Date: 1 Jan 2021 00:00:00 +0000', '', 'x'),
    );
    expect(email).toMatchObject({ messageId: '1@x', subject: 'one', sentAt: '2020-01-01T00:00:00.000Z' });
    expect(email.from).toEqual([{ name: null, email: 'a@x' }]);
  });

  test('an unreadable date is null', () => {
    expect(read('Date: next Tuesday\r\n\r\nx').sentAt).toBeNull();
    expect(read('Date: 31 Feb 2020 10:00:00 +0000\r\n\r\nx').sentAt).toBeNull();
  });

  test('an mbox line, a byte order mark and empty lines in front are passed over', () => {
    expect(read('From a@x Thu Jan  1 00:00:00 2020\nSubject: s\n\nx').subject).toBe('s');
    expect(read('\u00ef\u00bb\u00bf\r\n\r\nSubject: s\r\n\r\nx').subject).toBe('s');
  });

  test('a missing blank line begins the body', () => {
    expect(read('Subject: s\r\nThis is no header\r\nnor this\r\n')).toMatchObject({
      subject: 's',
      text: 'This is no header\nnor this\n',
    });
  });

  test('garbage between fields is passed over', () => {
    expect(read('Subject: s\r\ngarbage here\r\nFrom: a@x\r\n\r\nbody')).toMatchObject({
      from: [{ name: null, email: 'a@x' }],
      text: 'body',
    });
  });

  test('folding, also over a line of blanks', () => {
    expect(read('Subject: one\r\n two\r\n \r\n\tthree\r\nFrom: a@x\r\n\r\nx').subject).toBe('one two three');
  });
});

describe('encoded words', () => {
  const subject = (raw: string): string | null => read(`Subject: ${raw}\r\n\r\nx`).subject;
  for (const [raw, text] of [
    ['=?utf-8?Q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
    ['=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=', 'Grüße'],
    ['=?utf-8?B?R3LD?=\r\n =?UTF-8?B?vMOfZQ==?=', 'Grüße'],
    ['=?utf-8?B?R3LDvMOfZQ?=', 'Grüße'],
    ['=?iso-8859-1?Q?Fr\u00f6sche?=', 'Frösche'],
    ['=?iso-8859-1*de?Q?Fr=F6sche?= und', 'Frösche und'],
    ['"=?utf-8?Q?x=C3=A4?="', '"xä"'],
    ['=?utf-8?Q?a?= b =?utf-8?Q?c?=', 'a b c'],
    ['=?utf-8?Q?a b c?=', 'a b c'],
    ['=?utf-7?Q?+AOQ-?=', 'ä'],
    ['=?iso-2022-jp?B?GyRCJCIbKEI=?=', 'あ'],
    ['Gr\u00c3\u00bc\u00c3\u009fe', 'Grüße'],
    ['Gr\u00fc\u00dfe', 'Grüße'],
    ['=?utf-8?Q?a=0D=0ABcc:_evil=00?=', 'a Bcc: evil'],
    ['=?utf-8?Q?open', '=?utf-8?Q?open'],
    ['=?nobody-knows?Q?plain?=', 'plain'],
  ] as const)
    test(raw, () => expect(subject(raw)).toBe(text));
});

describe('dates', () => {
  for (const [raw, iso] of [
    ['Fri, 21 Nov 1997 09:55:06 -0600', '1997-11-21T15:55:06.000Z'],
    ['21 Nov 97 09:55:06 GMT', '1997-11-21T09:55:06.000Z'],
    ['Fri, 21 Nov 1997 09(comment):   55  :  06 -0600', '1997-11-21T15:55:06.000Z'],
    ['Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)', '1969-02-14T03:02:00.000Z'],
    ['Tue, 1 Jul 2003 10:52:37 +0200 (CEST)', '2003-07-01T08:52:37.000Z'],
    ['Tue, 01 Jul 2003 10:52:37 EDT', '2003-07-01T14:52:37.000Z'],
    ['2003-07-01T10:52:37Z', '2003-07-01T10:52:37.000Z'],
    ['2003-07-01 10:52:37 +02:00', '2003-07-01T08:52:37.000Z'],
    ['Tue Jul  1 10:52:37 2003', '2003-07-01T10:52:37.000Z'],
    ['July 1, 2003 10:52:37 PM', '2003-07-01T22:52:37.000Z'],
    ['Mon, 31 Dec 2018 23:59:60 +0000', '2019-01-01T00:00:00.000Z'],
    ['Tue, 01-Jul-2003 10:52:37 GMT+0100', '2003-07-01T09:52:37.000Z'],
    ['', null],
    ['now', null],
  ] as const)
    test(raw, () => expect(read(`Date: ${raw}\r\n\r\nx`).sentAt).toBe(iso));
});
