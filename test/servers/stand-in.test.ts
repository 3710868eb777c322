import { ImapFlow } from 'imapflow';
import Pop3Command from 'node-pop3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StandIn, startStandIn } from './stand-in.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn({ users: { 'anna@x.test': 'gehe"im' } });
});
afterAll(() => standIn.stop());

const RAW = Buffer.from('Subject: a\r\n folded\r\nMessage-ID: <1@x>\r\n\r\n\xe4 {3}\r\n.dot\r\n', 'latin1');

async function imap(): Promise<ImapFlow> {
  const client = new ImapFlow({
    ...{ host: standIn.host, port: standIn.imapsPort, secure: true, logger: false, tls: { ca: standIn.caPem } },
    auth: { user: 'anna@x.test', pass: 'gehe"im' },
  });
  await client.connect();
  return client;
}

test('an IMAP client lists folders, fetches whole and in part, searches and appends', async () => {
  const date = new Date('2026-02-03T04:05:06Z');
  await standIn.deliver('anna@x.test', 'INBOX', RAW, { date, flags: ['\\Seen'] });
  await standIn.deliver('anna@x.test', 'Käse & Brot', 'Subject: b\r\n\r\n');
  const client = await imap();
  const folders = await client.list({ statusQuery: { messages: true, uidNext: true, uidValidity: true } });
  expect(folders.find((folder) => folder.path === 'Käse & Brot')?.status).toMatchObject({ messages: 1, uidNext: 2 });
  expect(folders.find((folder) => folder.specialUse === '\\Sent')?.path).toBe('Sent');
  await client.mailboxOpen('INBOX', { readOnly: true });
  const query = { source: true, flags: true, internalDate: true, size: true, headers: ['message-id'] };
  const message = await client.fetchOne('1', query, { uid: true });
  expect(message).toMatchObject({ uid: 1, source: RAW, internalDate: date, size: RAW.length, flags: new Set(['\\Seen']) });
  expect(message && String(message.headers)).toContain('Message-ID: <1@x>');
  const part = await client.fetchOne('1', { source: { start: 4, maxLength: 6 } }, { uid: true });
  expect(part).toMatchObject({ source: RAW.subarray(4, 10) });
  expect(await client.search({ header: { 'message-id': '<1@x>' }, since: new Date('2026-02-03') }, { uid: true })).toEqual([1]);
  expect(await client.search({ since: new Date('2026-02-04') }, { uid: true })).toEqual([]);
  await client.append('Sent', RAW, ['\\Seen'], date);
  expect(await client.status('Sent', { messages: true })).toMatchObject({ messages: 1 });
  await client.logout();
});

test('an IMAP client hears of new mail while it waits', async () => {
  const client = await imap();
  await client.mailboxOpen('INBOX');
  const news = new Promise((resolve) => client.once('exists', resolve));
  void client.idle();
  await standIn.deliver('anna@x.test', 'INBOX', 'Subject: new\r\n\r\n');
  expect(await news).toMatchObject({ path: 'INBOX', count: 2 });
  await client.logout();
});

test('a POP3 client reads and deletes', async () => {
  const client = () =>
    new Pop3Command({
      ...{ host: standIn.host, port: standIn.pop3sPort, tls: true, tlsOptions: { ca: standIn.caPem } },
      ...{ user: 'anna@x.test', password: 'gehe"im', servername: 'localhost' },
    });
  const pop = client();
  const listed = await pop.UIDL();
  expect(listed).toHaveLength(2);
  expect(await pop.RETR(2)).toContain('Subject: new');
  await pop.command('DELE', '2');
  await pop.QUIT();
  const again = client();
  expect(await again.UIDL()).toEqual([listed[0]]);
  await again.QUIT();
});

test('a wrong password is refused', async () => {
  const client = new ImapFlow({
    ...{ host: standIn.host, port: standIn.imapsPort, secure: true, logger: false, tls: { ca: standIn.caPem } },
    auth: { user: 'anna@x.test', pass: 'wrong' },
  });
  await expect(client.connect()).rejects.toMatchObject({ authenticationFailed: true });
});
