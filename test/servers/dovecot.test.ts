import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dovecot, startDovecot } from './dovecot.ts';
import { connectLine } from './line-client.ts';
import { needsServer } from './needs.ts';
import { membersOf } from './processes.ts';

describe.runIf(await needsServer('dovecot'))('Dovecot', () => {
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
    const raw = Buffer.concat([
      Buffer.from('Subject: a\r\n\r\n'),
      Buffer.from([0xe4, 0x0d, 0x80, 0xff]),
      Buffer.from('\r\n.\r\n'),
    ]);
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

  test('POP3 answers in clear text, after STLS and with implicit TLS, and gives the same bytes', async () => {
    await dovecot.deliver('info@example.test', 'INBOX', 'Subject: pop\r\n\r\n.dot\r\n');
    for (const way of ['clear', 'stls', 'tls']) {
      const pop = await connectLine({
        port: way === 'tls' ? dovecot.pop3sPort : dovecot.pop3Port,
        ca: way === 'tls' ? dovecot.caPem : undefined,
      });
      expect(await pop.until(/\r\n/)).toMatch(/^\+OK.*<.*>/); // APOP's timestamp
      if (way === 'stls') {
        expect(await pop.ask('STLS')).toMatch(/^\+OK/);
        await pop.upgrade(dovecot.caPem);
      }
      expect(await pop.ask('USER info@example.test')).toMatch(/^\+OK/);
      expect(await pop.ask(`PASS ${Buffer.from('ü').toString('latin1')}`)).toMatch(/^\+OK/);
      expect(await pop.ask('RETR 1', /\r\n\.\r\n/)).toContain('Subject: pop\r\n\r\n..dot\r\n');
      pop.close();
    }
  });

  test('a lost index changes UIDVALIDITY at once and keeps the mail', async () => {
    await dovecot.deliver('anna', 'INBOX', 'Subject: kept\r\n\r\n');
    const status = () => dovecot.doveadm('mailbox', 'status', '-u', 'anna', 'messages uidvalidity', 'INBOX');
    const before = await status();
    await dovecot.removeIndexFiles('anna');
    const after = await status();
    expect(after).toContain('messages=1');
    expect(after).not.toBe(before);
  });

  test('it comes back on the same ports with the same mail after a kill, and nothing is left after a stop', async () => {
    const own = await startDovecot({ users: { anna: 'secret:1' }, certificate: 'none', imapCapability: 'IMAP4rev1' });
    await own.deliver('anna', 'INBOX', 'Subject: survives\r\n\r\n');
    await own.kill();
    await expect(connectLine({ port: own.imapPort })).rejects.toThrow('ECONNREFUSED');
    await own.restart();
    const imap = await connectLine({ port: own.imapPort });
    expect(await imap.until(/\r\n/)).not.toContain('IDLE');
    expect(await imap.ask('a login anna "secret:1"', /a OK.*\r\n/)).not.toContain('IDLE');
    expect(await imap.ask('b status inbox (messages)', /b OK.*\r\n/)).toContain('MESSAGES 1');
    imap.close();
    const group = own.pid();
    await own.stop();
    expect(membersOf(group)).toEqual([]);
  });

  test('a password can be changed while it runs, and TLS can be required', async () => {
    const own = await startDovecot({ users: { anna: 'old' }, requireTls: true });
    await own.setPassword('anna', 'new');
    const wrong = client(own, { pass: 'old' });
    await expect(wrong.connect()).rejects.toThrow();
    const right = client(own, { pass: 'new' });
    await right.connect();
    await right.logout();
    const clear = await connectLine({ host: own.host, port: own.imapPort });
    expect(await clear.until(/\r\n/)).toContain('LOGINDISABLED');
    clear.close();
    await own.stop();
  });
});
