import { ImapFlow } from 'imapflow';
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectLine } from '../servers/line-client.ts';
import { needsServer } from '../servers/needs.ts';
import { sampleMail } from './mail.ts';
import { type DemoServers, startDemoServers } from './servers.ts';

test('the samples are what they say: an independent reader understands them', async () => {
  const now = new Date('2026-03-05T12:00:00Z');
  const mail = await sampleMail(now);
  expect(mail.length).toBeGreaterThanOrEqual(25);
  const read = new Map(await Promise.all(mail.map(async (one) => [one.name, await simpleParser(one.raw)] as const)));
  const of = (words: string) => [...read].find(([name]) => name.includes(words))![1];
  expect(of('German').text).toContain('für 250 € – wie besprochen');
  expect(of('German').from?.text).toContain('Jürgen Müller');
  expect(of('Japanese')).toMatchObject({
    subject: 'ポンプの見積',
    text: expect.stringContaining('ポンプの見積をお願いします。'),
  });
  expect(of('Japanese').from?.text).toContain('田中太郎');
  expect(of('Russian').text).toContain('цену на 40 насосов');
  expect(of('Chinese')).toMatchObject({ subject: '阀门样品已寄出', text: expect.stringContaining('样品今天已寄出') });
  expect(of('very long').subject).toMatch(/^Réf\. 2026\/0418 – .* d’avoir 🚤$/);
  expect(of('several kinds').attachments.map((one) => one.filename)).toContain('Tegning båt №3.pdf');
  expect(of('inline').attachments[0]).toMatchObject({ cid: 'foto1@rossi', contentType: 'image/png' });
  expect(of('signed').attachments.map((one) => one.contentType)).toEqual(['application/x-pkcs7-signature']);
  expect(of('signed').text).toContain('framework contract');
  expect(of('invitation').attachments[0]?.contentType).toBe('text/calendar');
  expect(of('delivery status').headers.get('content-type')).toMatchObject({ params: { 'report-type': 'delivery-status' } });
  for (const { raw } of mail) expect(String(raw.toString('latin1'))).not.toMatch(/[^\r]\n/);
});

const kinds = (await needsServer('dovecot')) ? ['real', 'stand-in'] : ['stand-in'];

describe.for(kinds)('the %s servers of the demo', (kind) => {
  let demo: DemoServers;
  beforeAll(async () => {
    demo = await startDemoServers({ standIns: kind === 'stand-in' });
  });
  afterAll(() => demo?.stop());

  const imap = async (box: 'imap' | 'live') => {
    const client = new ImapFlow({
      ...{ host: demo.host, port: demo.imapsPort, secure: true, logger: false, tls: { ca: demo.caPem } },
      auth: { user: demo.mailboxes[box].address, pass: demo.mailboxes[box].password },
    });
    await client.connect();
    return client;
  };

  test('hold the mail in three mailboxes', async () => {
    const client = await imap('imap');
    const inbox = await client.status('INBOX', { messages: true });
    const sent = await client.status('Sent', { messages: true });
    await client.logout();
    const count = (box: string, folder: string) =>
      demo.mail.filter((one) => one.boxes.includes(box as never) && one.folder === folder).length;
    expect(inbox).toMatchObject({ messages: count('imap', 'INBOX') });
    expect(sent).toMatchObject({ messages: count('imap', 'Sent') });
    const pop = await connectLine({ port: demo.pop3sPort, ca: demo.caPem });
    await pop.until(/\r\n/);
    await pop.ask(`USER ${demo.mailboxes.pop3.address}`);
    await pop.ask(`PASS ${demo.mailboxes.pop3.password}`);
    expect(await pop.ask('STAT')).toMatch(new RegExp(`^\\+OK ${count('pop3', 'INBOX')} `));
    pop.close();
  });

  test('bring new mail while somebody watches, and what is sent to one of them', async () => {
    const client = await imap('live');
    await client.mailboxOpen('INBOX');
    const until = async (count: number) => {
      while ((client.mailbox as { exists: number }).exists < count) await client.noop();
    };
    const drip = demo.keepDelivering(20);
    await until(2);
    drip.stop();
    const { address, password } = demo.mailboxes.imap;
    const transport = createTransport({
      ...{ host: demo.host, port: demo.smtpsPort, secure: true, tls: { ca: demo.caPem } },
      auth: { user: address, pass: password },
    });
    await transport.sendMail({
      from: address,
      to: [demo.mailboxes.live.address, 'x@elsewhere.example'],
      subject: 'over to you',
      messageId: '<demo@x>',
    });
    await demo.untilArrived((arrival) => arrival.messageId === '<demo@x>');
    await until(drip.delivered() + 1);
    const found = await client.search({ header: { subject: 'over to you' } });
    await client.logout();
    expect(found).toHaveLength(1);
  });
});
