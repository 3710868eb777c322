import { expect, test } from 'vitest';
import { parseExchangeSettings } from './settings.ts';

const URL_TEXT = 'https://mail.example.com/EWS/Exchange.asmx';
/** As the mailbox room hands them over. */
const given = {
  url: URL_TEXT,
  access: 'impersonate',
  mailbox: 'a@example.com',
  host: 'mail.example.com',
  port: 443,
  tls: 'implicit',
};

test('what is left out has its default', () => {
  expect(parseExchangeSettings({ url: URL_TEXT, ca: null, serverName: null })).toEqual({
    ...{ url: new URL(URL_TEXT), access: 'direct', mailbox: null, ca: null, serverName: null },
    ...{ timeoutMs: 60_000, channelBinding: 'auto', contactAddresses: 'mailing', attachmentBytes: 0 },
  });
  expect(parseExchangeSettings(given)).toMatchObject({ access: 'impersonate', mailbox: 'a@example.com' });
  expect(parseExchangeSettings({ ...given, channelBinding: undefined }).channelBinding).toBe('auto');
  expect(parseExchangeSettings({ ...given, channelBinding: 'never' }).channelBinding).toBe('never');
});

test.each<[string, object]>([
  ['no url', { url: undefined }],
  ['another scheme', { url: 'ftp://mail.example.com/' }],
  ['clear text', { url: 'http://mail.example.com/EWS/Exchange.asmx' }],
  ['a login in the url', { url: 'https://a:b@mail.example.com/EWS/Exchange.asmx' }],
  ['impersonation of nobody', { mailbox: null }],
  ['an unknown access', { access: 'magic' }],
  ['a certificate that is none', { ca: 'x' }],
  ['no time at all', { timeoutMs: 0 }],
])('%s is refused', (_, change) => {
  expect(() => parseExchangeSettings({ ...given, ...change })).toThrow(expect.objectContaining({ code: 'refused' }));
});

test('clear text may be allowed', () => {
  expect(parseExchangeSettings({ ...given, url: 'http://localhost/EWS/Exchange.asmx', allowClearText: true }).url.protocol).toBe(
    'http:',
  );
});
