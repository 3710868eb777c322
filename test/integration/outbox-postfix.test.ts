/** Sending over a real Postfix: logins, its own words, and the bounces it writes about mail that it had taken. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { smtpConnector } from '../../src/connector/smtp/smtp-connector.ts';
import { readEmail } from '../../src/normalise/read-email.ts';
import { createOutbox } from '../../src/outbox/outbox.ts';
import { saveEmailPage } from '../../src/store/email-page.ts';
import { takeStream } from '../../src/store/streams.ts';
import { contextFor } from '../contract/context.ts';
import { needsServer } from '../servers/needs.ts';
import { type Postfix, startPostfix } from '../servers/postfix.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import type { Arrival } from '../servers/submission.ts';
import { anna, openWorld } from './outbox-world.ts';

const PASSWORD = 'canary pässword';

describe.runIf(await needsServer('postfix'))('over Postfix', () => {
  let postfix: Postfix;
  let db: TestDatabase;
  beforeAll(async () => {
    [postfix, db] = await Promise.all([startPostfix({ users: { anna: PASSWORD }, sizeLimit: 200_000 }), startTestDatabase()]);
  });
  afterAll(() => Promise.all([postfix?.stop(), db?.stop()]));
  afterEach(() => postfix.ledger.clear());

  const settings = (changes: object = {}) =>
    smtpConnector.parseSettings({
      host: 'localhost',
      port: postfix.port,
      tls: 'starttls',
      ca: postfix.caPem,
      timeoutMs: 20_000,
      ...changes,
    });
  const credential = (password: string) => contextFor({ method: 'password', username: 'anna', password });

  async function world() {
    const { context, pass } = await openWorld({ database: db.database, server: postfix, archive: null });
    const outbox = createOutbox({
      ...context,
      openSender: (_mailbox, signal) => smtpConnector.open(settings(), { ...credential(PASSWORD), signal }),
    });
    return { outbox, pass, deliver: () => outbox.deliverDue(anna, new AbortController().signal) };
  }

  test('STARTTLS and implicit TLS log in; a wrong password and a missing login say what to do', async () => {
    for (const way of [{}, { port: postfix.tlsPort, tls: 'implicit' }]) {
      const steps = await Array.fromAsync(smtpConnector.diagnose(settings(way), credential(PASSWORD)));
      expect(steps.map(({ step, ok }) => [step, ok])).toEqual(
        ['name', 'connect', 'tls', 'certificate', 'capabilities', 'login'].map((step) => [step, true]),
      );
    }
    const [last] = (await Array.fromAsync(smtpConnector.diagnose(settings(), credential('canary wrong')))).slice(-1);
    expect(last).toMatchObject({ step: 'login', ok: false, failure: { code: 'auth-rejected' } });
    expect(`${last?.detail} ${last?.failure?.remedy}`).not.toMatch(/canary/);
    await using session = await smtpConnector.open(settings(), contextFor({ method: 'none' }));
    const receipt = await session.sender!.send({
      ...{
        from: 'anna@example.test',
        recipients: ['b@example.test'],
        envelopeId: 'x',
        source: Buffer.from('Subject: x\r\n\r\n'),
      },
      beforeDot: async () => {},
    });
    expect(receipt.outcome).toBe('not-sent');
    expect(receipt.recipients[0]?.outcome).toMatch(/deferred|refused/);
    expect(receipt.failure?.remedy).toMatch(/log ?in/i);
  });

  test('what it bounces after it had taken it comes back as a DSN with our ENVID and is put onto its recipient', async () => {
    const { outbox, deliver } = await world();
    postfix.answer('gone@example.test', { stage: 'delivery', reply: '550 5.1.1 No such user here' });
    const { activityId, messageId } = await outbox.submit(anna, {
      to: ['b@example.test', 'Gone@example.test'],
      subject: 'x',
      text: 'x',
    });
    expect(await deliver()).toMatchObject({ sent: 1 });
    const { envelopeId } = await outbox.show(activityId);
    const isBounce = (arrival: Arrival) => arrival.from === '' && arrival.recipients[0]?.address === anna.address;
    const { raw } = await postfix.ledger.until(isBounce);
    const read = readEmail(raw);
    expect(read.email.bounce).toMatchObject({ originalEnvelopeId: envelopeId, originalMessageId: messageId });
    const key = { mailboxId: 'anna', kind: 'email', host: 'h', username: 'u', folder: 'INBOX' } as const;
    await saveEmailPage(db.database, await takeStream(db.database, key, 'inbox'), {
      ...{ reset: false, excluded: [], flagged: [], gone: [], cursor: 'c', complete: true },
      arrived: [
        {
          ref: '1',
          source: raw,
          headersOnly: false,
          sizeBytes: raw.length,
          receivedAt: new Date(),
          flags: [],
          direction: 'in',
          read,
        },
      ],
    });
    await outbox.readReports();
    const item = await outbox.show(activityId);
    expect([item.state, item.recipients.map(({ state }) => state)]).toEqual(['partial', ['accepted', 'bounced']]);
    expect(item.recipients[1]).toMatchObject({ status: '5.1.1' });
    await outbox.readReports();
    expect((await outbox.show(activityId)).updatedAt).toEqual(item.updatedAt);
  });

  test('greylisting, a full mailbox and a message that is too big', async () => {
    const { outbox, deliver, pass } = await world();
    postfix.answer('grey@example.test', { stage: 'rcpt', reply: '450 4.2.0 Greylisted', times: 1 });
    postfix.answer('full@example.test', { stage: 'rcpt', reply: '552 5.2.2 Mailbox full' });
    const mixed = await outbox.submit(anna, { to: ['grey@example.test', 'full@example.test', 'b@example.test'], text: 'x' });
    const big = await outbox.submit(anna, { to: ['b@example.test'], text: 'x'.repeat(300_000) });
    await deliver();
    expect((await outbox.show(mixed.activityId)).recipients.map(({ state }) => state)).toEqual([
      'waiting',
      'refused',
      'accepted',
    ]);
    expect(await outbox.show(big.activityId)).toMatchObject({ state: 'failed', attempt: 1 });
    expect((await outbox.show(big.activityId)).note).toMatch(/takes at most 200000/);
    pass(10 * 60_000);
    await deliver();
    expect(await outbox.show(mixed.activityId)).toMatchObject({ state: 'partial' });
    await postfix.ledger.until(({ recipients }) => recipients.some(({ address }) => address === 'grey@example.test'));
    for (const address of ['grey@example.test', 'b@example.test'])
      await expect.poll(() => postfix.ledger.count(`<${mixed.messageId}>`, address)).toBe(1);
  });
});
