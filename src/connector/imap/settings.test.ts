import { expect, test } from 'vitest';
import { authority } from '../../../test/servers/certificates.ts';
import { Failure } from '../../model/failure.ts';
import { parseImapSettings } from './settings.ts';

test('the usual settings are filled in', () => {
  expect(parseImapSettings({ host: 'mail.example.com' })).toEqual({
    ...{ host: 'mail.example.com', port: 993, tls: 'implicit', allowClearText: false },
    ...{ ca: null, serverName: null, timeoutMs: 60_000 },
  });
  expect(parseImapSettings({ host: 'h', tls: 'starttls' }).port).toBe(143);
  expect(parseImapSettings({ host: 'h', tls: 'none', allowClearText: true, port: 1143 }).port).toBe(1143);
});

test('a private authority is taken as it is', async () => {
  const { caPem } = await authority();
  expect(parseImapSettings({ host: 'h', ca: caPem }).ca).toBe(caPem);
});

test.each([
  [null, /host/],
  [{ host: '' }, /host/],
  [{ host: 'a\r\nb' }, /host/],
  [{ host: 'h', port: 0 }, /port/],
  [{ host: 'h', port: 65_536 }, /port/],
  [{ host: 'h', port: '993' }, /port/],
  [{ host: 'h', tls: 'yes' }, /tls/],
  [{ host: 'h', tls: 'none' }, /clear text/],
  [{ host: 'h', tls: 'none', allowClearText: 'yes' }, /clear text/],
  [{ host: 'h', ca: 'not a certificate' }, /ca/],
  [{ host: 'h', timeoutMs: -1 }, /timeoutMs/],
])('%j is refused with what to change', (raw, words) => {
  expect(() => parseImapSettings(raw)).toThrow(Failure);
  expect(() => parseImapSettings(raw)).toThrow(words);
});
