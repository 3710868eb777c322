import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dovecot, startDovecot } from './dovecot.ts';

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({ users: { anna: 'secret:1', 'info@example.test': 'ü' } });
});
afterAll(() => dovecot?.stop());

function client(server: Dovecot, options: { secure?: boolean; pass?: string } = {}): ImapFlow {
  const { secure = true, pass = 'secret:1' } = options;
  return new ImapFlow({
    ...{ host: server.host, port: secure ? server.imapsPort : server.imapPort, secure, logger: false },
    ...{ auth: { user: 'anna', pass }, tls: { ca: server.caPem } },
  });
}

test('a delivered message comes out by IMAP with its bytes, date and flags, in the order of delivery', async () => {
  const raw = Buffer.concat([Buffer.from('Subject: a\r\n\r\n'), Buffer.from([0xe4, 0x0d, 0x80, 0xff]), Buffer.from('\r\n.\r\n')]);
  const date = new Date('2024-02-03T04:05:06Z');
  await dovecot.deliver('anna', 'Archive/Käse & Brot', raw, { date, flags: ['\\Seen', '\\Flagged'] });
  for (let n = 0; n < 50; n += 1) await dovecot.deliver('anna', 'Archive/Käse & Brot', `Subject: ${n}\r\n\r\n`);
  const imap = client(dovecot);
  await imap.connect();
  await imap.mailboxOpen('Archive/Käse & Brot', { readOnly: true });
  const all = await imap.fetchAll('1:*', { source: true, internalDate: true, flags: true, uid: true });
  await imap.logout();
  expect(all[0]?.source).toEqual(raw);
  expect(all[0]?.internalDate).toEqual(date);
  expect([...(all[0]?.flags ?? [])]).toEqual(expect.arrayContaining(['\\Flagged', '\\Seen']));
  expect(all.slice(1).map((message) => String(message.source))).toEqual(
    Array.from({ length: 50 }, (_, n) => `Subject: ${n}\r\n\r\n`),
  );
  expect(dovecot.messages('anna', 'Archive/Käse & Brot')[0]?.raw).toEqual(raw);
});
