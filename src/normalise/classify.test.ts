import { describe, expect, test } from 'vitest';
import type { Email } from '../model/email.ts';
import { readEmail } from './read-email.ts';

const read = (...lines: string[]): Email => readEmail(Buffer.from([...lines, '', 'text'].join('\r\n'), 'latin1')).email;

describe('automatic replies', () => {
  for (const lines of [
    ['Auto-Submitted: auto-replied'],
    ['Auto-Submitted: auto-generated; type=x'],
    ['Auto-Submitted: auto-notified (comment)'],
    ['X-Autoreply: yes'],
    ['X-Autorespond: vacation'],
    ['Precedence: auto_reply'],
    ['X-Auto-Response-Suppress: All', 'Subject: Out of Office: away'],
    ['X-Auto-Response-Suppress: All', 'Subject: Automatische Antwort: Angebot'],
  ])
    test(lines.join(', '), () => expect(read(...lines).autoReply).toBe(true));

  for (const lines of [
    ['Subject: Automatic reply: is what I want to configure'],
    ['Auto-Submitted: no'],
    ['X-Auto-Response-Suppress: All', 'Subject: Angebot'],
    ['Precedence: bulk'],
    ['X-Autoreply: no'],
  ])
    test(`not ${lines.join(', ')}`, () => expect(read(...lines).autoReply).toBe(false));
});

describe('lists', () => {
  test('by List-Id and List-Unsubscribe', () => {
    expect(read('List-Id: "News" <news.a.example>', 'List-Unsubscribe: <mailto:u@a.example>').list).toEqual({
      id: 'news.a.example',
      unsubscribe: '<mailto:u@a.example>',
    });
  });
  test('by Precedence', () => expect(read('Precedence: list').list).toEqual({ id: null, unsubscribe: null }));
  test('not by chance', () => expect(read('Subject: list').list).toBeNull());
});

describe('importance', () => {
  for (const [line, importance] of [
    ['Importance: High', 'high'],
    ['X-Priority: 1 (Highest)', 'high'],
    ['X-Priority: 5', 'low'],
    ['X-MSMail-Priority: Low', 'low'],
    ['Priority: urgent', 'high'],
    ['Subject: urgent', 'normal'],
  ] as const)
    test(line, () => expect(read(line).importance).toBe(importance));
});

describe('protection', () => {
  for (const [line, encrypted, signed] of [
    ['Content-Type: multipart/encrypted; boundary=x', true, false],
    ['Content-Type: multipart/signed; boundary=x', false, true],
    ['Content-Type: application/pkcs7-mime; smime-type=signed-data', false, true],
    ['Content-Type: application/x-pkcs7-mime', true, false],
    ['Content-Type: text/plain', false, false],
  ] as const)
    test(line, () => expect(read(line)).toMatchObject({ encrypted, signed }));

  test('PGP in the text', () => {
    const inline = (armour: string): Email =>
      readEmail(Buffer.from(`Subject: s\r\n\r\n-----BEGIN PGP ${armour}-----\r\n\r\nx`)).email;
    expect(inline('MESSAGE')).toMatchObject({ encrypted: true, signed: false });
    expect(inline('SIGNED MESSAGE')).toMatchObject({ encrypted: false, signed: true });
  });
});

test('threading headers are bare ids, each once', () => {
  expect(
    read(
      'Message-ID: < a@b >',
      'In-Reply-To: Your mail of Monday <c@d>',
      'References: <e@f>\r\n\t<g@h>\r\n <e@f> <>',
      'References: <late@x>',
    ),
  ).toMatchObject({ messageId: 'a@b', inReplyTo: ['c@d'], references: ['e@f', 'g@h'] });
});

test('a calendar invitation tells its method', () => {
  expect(read('Content-Type: text/calendar; method="request"').calendarMethod).toBe('REQUEST');
});
