import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createMemoryMailbox } from '../../src/connector/memory/mailbox.ts';
import type { Bounce } from '../../src/model/email.ts';
import { readEmail } from '../../src/normalise/read-email.ts';
import type { EmailDraft } from '../../src/outbox/outbox.ts';
import { readChanges } from '../../src/store/changes.ts';
import { connectDatabase } from '../../src/store/database.ts';
import { saveEmailPage } from '../../src/store/email-page.ts';
import { replaceReading } from '../../src/store/email-rows.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { claimOutboxItem, markDot, readSource } from '../../src/store/outbox.ts';
import { takeStream } from '../../src/store/streams.ts';
import { startFaultProxy } from '../servers/fault-proxy.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { type SmtpSink, type SmtpSinkOptions, startSmtpSink } from '../servers/smtp-sink.ts';
import { anna, type OutboxWorld, openWorld, type WorldOptions } from './outbox-world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db?.stop());

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
  await db.database.raw('truncate mailboxes, activities, changes cascade');
});

async function start(
  sinkOptions: SmtpSinkOptions = {},
  options: Partial<WorldOptions> = {},
): Promise<OutboxWorld & { readonly sink: SmtpSink }> {
  const sink = await startSmtpSink(sinkOptions);
  cleanUp.push(() => sink.stop());
  return { ...(await openWorld({ database: db.database, server: sink, ...options })), sink };
}

const letter: EmailDraft = { to: ['b@example.test'], subject: 'Offer', text: 'Dear B' };
const statesOf = (item: { readonly recipients: readonly { readonly state: string }[] }) =>
  item.recipients.map(({ state }) => state);

test('a mail is stored with its bytes, goes out as they are, is filed once and seen in the feed', async () => {
  const { outbox, deliver, sink, sentCopies } = await start();
  const submitted = await outbox.submit(anna, { ...letter, cc: ['Käte <c@example.test>'], bcc: ['secret@example.test'] });
  expect(submitted.state).toBe('pending');
  expect(await deliver()).toMatchObject({ sent: 1 });
  const item = await outbox.show(submitted.activityId);
  expect(item).toMatchObject({ state: 'sent', attempt: 1, dotAt: null, filing: 'done', envelopeFrom: 'anna@example.test' });
  expect(statesOf(item)).toEqual(['accepted', 'accepted', 'accepted']);
  const [arrival] = sink.ledger.all();
  const source = await readSource(db.database, item.sourceSha256);
  expect(arrival?.raw.equals(source)).toBe(true);
  expect(arrival).toMatchObject({ from: 'anna@example.test', messageId: `<${submitted.messageId}>`, envid: item.envelopeId });
  expect(arrival?.recipients.map(({ address }) => address)).toEqual(['b@example.test', 'c@example.test', 'secret@example.test']);
  expect(arrival?.raw.toString()).not.toMatch(/secret|Bcc/i);
  expect(sentCopies()).toEqual([Buffer.from(source).toString()]);
  expect(await deliver()).toMatchObject({ sent: 0 });
  expect([sink.ledger.all().length, sentCopies().length]).toEqual([1, 1]);
  const kinds = (await readChanges(db.database, 0, 100)).map(({ kind }) => kind);
  expect(kinds.slice(0, 2)).toEqual(['activity-created', 'copy-added']);
  const parties = await db
    .database('parties')
    .where({ activity_id: submitted.activityId })
    .orderBy('position')
    .select('role', 'address');
  expect(parties).toContainEqual({ role: 'bcc', address: 'secret@example.test' });
  const [activity] = await db.database('activities').where({ id: submitted.activityId });
  expect(activity).toMatchObject({ kind: 'email', status: 'sent', message_id: submitted.messageId });
});

test('only deferred recipients are tried again, later, with the same bytes, and never beyond the lifetime', async () => {
  const { outbox, deliver, sink, pass } = await start();
  sink.answer('later@example.test', { stage: 'rcpt', reply: '450 4.2.0 Greylisted', times: 1 });
  sink.answer('never@example.test', { stage: 'rcpt', reply: '550 5.1.1 No such user' });
  const to = ['b@example.test', 'later@example.test', 'never@example.test'];
  const { activityId, messageId } = await outbox.submit(anna, { ...letter, to });
  expect(await deliver()).toMatchObject({ deferred: 1 });
  const waiting = await outbox.show(activityId);
  expect([waiting.state, statesOf(waiting)]).toEqual(['pending', ['accepted', 'waiting', 'refused']]);
  expect(waiting.recipients[1]).toMatchObject({ status: '4.2.0', tries: 1 });
  await deliver();
  expect(sink.ledger.all()).toHaveLength(1);
  pass(2 * MINUTE);
  expect(await deliver()).toMatchObject({ partial: 1 });
  const done = await outbox.show(activityId);
  expect([done.state, statesOf(done)]).toEqual(['partial', ['accepted', 'accepted', 'refused']]);
  expect(to.map((address) => sink.ledger.count(`<${messageId}>`, address))).toEqual([1, 1, 0]);
  const [first, second] = sink.ledger.all();
  expect(second?.raw.equals(first!.raw)).toBe(true);
  expect(second?.recipients.map(({ address }) => address)).toEqual(['later@example.test']);
});

test('a mail that is deferred for five days fails, with the last answer', async () => {
  const { outbox, deliver, sink, pass } = await start();
  sink.answer('later@example.test', { stage: 'rcpt', reply: '452 4.2.2 Mailbox full' });
  const { activityId } = await outbox.submit(anna, { ...letter, to: ['later@example.test'] });
  for (let hour = 0; hour < 24 * 5 + 1; hour += 4) {
    await deliver();
    pass(4 * HOUR + HOUR);
  }
  await deliver();
  const item = await outbox.show(activityId);
  expect([item.state, statesOf(item)]).toEqual(['failed', ['expired']]);
  expect(item.note).toMatch(/Mailbox full/);
  expect(item.attempt).toBeGreaterThan(10);
  expect(await outbox.retry(activityId)).toMatchObject({ state: 'pending' });
  sink.answer('later@example.test', null);
  expect(await deliver()).toMatchObject({ sent: 1 });
});

test('4xx, 5xx and 421 after the dot decide for everybody', async () => {
  const { outbox, deliver, sink, pass } = await start();
  sink.answer('data4@example.test', { stage: 'data', reply: '451 4.3.0 Disk full', times: 1 });
  sink.answer('data421@example.test', { stage: 'data', reply: '421 4.3.2 Closing', times: 1 });
  sink.answer('data5@example.test', { stage: 'data', reply: '554 5.7.1 Spam' });
  const ids: string[] = [];
  for (const who of ['data4', 'data421', 'data5', 'good'])
    ids.push((await outbox.submit(anna, { ...letter, to: [`${who}@example.test`] })).activityId);
  await deliver();
  const states = async () => Promise.all(ids.map(async (id) => (await outbox.show(id)).state));
  expect(await states()).toEqual(['pending', 'pending', 'failed', 'sent']);
  pass(2 * MINUTE);
  await deliver();
  expect(await states()).toEqual(['sent', 'sent', 'failed', 'sent']);
  expect(sink.ledger.all()).toHaveLength(3);
});

test('a reply that got lost after the dot leaves it in doubt; it is never sent again by itself', async () => {
  const sink = await startSmtpSink();
  const proxy = await startFaultProxy({ port: sink.port });
  cleanUp.push(
    () => sink.stop(),
    () => proxy.stop(),
  );
  const server = { ...sink, port: proxy.port };
  const { outbox, deliver, pass } = await openWorld({ database: db.database, server, archive: null, clearText: true });
  const { activityId, messageId } = await outbox.submit(anna, letter);
  const armed = proxy.arm({ kind: 'swallow-reply', direction: 'to-server', after: '\r\n.\r\n' });
  expect(await deliver()).toMatchObject({ inDoubt: 1 });
  expect(armed.strikes()).toBe(1);
  expect(await outbox.show(activityId)).toMatchObject({ state: 'in-doubt', recipients: [{ state: 'in-doubt' }] });
  for (let day = 0; day < 7; day += 1) {
    pass(24 * HOUR);
    await deliver();
  }
  expect(await outbox.show(activityId)).toMatchObject({ state: 'in-doubt' });
  expect(sink.ledger.count(`<${messageId}>`, 'b@example.test')).toBe(1);
  await expect(outbox.retry(activityId)).rejects.toThrow(/in doubt/);
  await expect(outbox.cancel(activityId)).rejects.toThrow(/in-doubt/);
  expect(await outbox.resolve(activityId, 'sent')).toMatchObject({ state: 'sent', recipients: [{ state: 'accepted' }] });
});

test('an operator who says "not sent" has it sent again', async () => {
  let first = true;
  const fate = () => {
    const was = first;
    first = false;
    return was ? ('cut' as const) : ('accept' as const);
  };
  const { outbox, deliver, sink } = await start({ afterDot: fate });
  const { activityId, messageId } = await outbox.submit(anna, letter);
  await deliver();
  expect(await outbox.resolve(activityId, 'not-sent')).toMatchObject({ state: 'pending' });
  await deliver();
  expect(await outbox.show(activityId)).toMatchObject({ state: 'sent' });
  expect(sink.ledger.count(`<${messageId}>`, 'b@example.test')).toBe(1);
  await expect(outbox.resolve(activityId, 'sent')).rejects.toThrow(/nothing to resolve/);
});

test('a copy in Sent that we did not put there ends the doubt', async () => {
  const archive = createMemoryMailbox();
  const { outbox, deliver, pass, sink } = await start({ afterDot: () => 'lose-reply' }, { archive });
  sink.ledger.onArrival(({ raw }) => void archive.deliver('Sent', raw, new Date()));
  const { activityId } = await outbox.submit(anna, letter);
  await deliver();
  pass(5 * MINUTE);
  await deliver();
  expect(await outbox.show(activityId)).toMatchObject({ state: 'sent', filing: 'done' });
  expect(archive.folders.get('Sent')!.messages).toHaveLength(1);
});

test('a copy that we put into Sent ourselves proves nothing', async () => {
  const archive = createMemoryMailbox();
  let dots = 0;
  const fate = () => {
    dots += 1;
    return dots === 1 ? ('accept' as const) : ('cut' as const);
  };
  const { outbox, deliver, pass, sink } = await start({ afterDot: fate }, { archive });
  sink.answer('later@example.test', { stage: 'rcpt', reply: '450 4.2.0 Greylisted', times: 1 });
  const { activityId } = await outbox.submit(anna, { ...letter, to: ['b@example.test', 'later@example.test'] });
  await deliver();
  expect(archive.folders.get('Sent')!.messages).toHaveLength(1);
  for (let n = 0; n < 3; n += 1) {
    pass(10 * MINUTE);
    await deliver();
  }
  const item = await outbox.show(activityId);
  expect([item.state, statesOf(item)]).toEqual(['in-doubt', ['accepted', 'in-doubt']]);
});

test('the mail itself, received in another mailbox, ends the doubt', async () => {
  const { outbox, deliver, pass, sink } = await start({ afterDot: () => 'lose-reply' }, { archive: null });
  const { activityId } = await outbox.submit(anna, letter);
  await deliver();
  const raw = sink.ledger.all()[0]!.raw;
  const stream = await takeStream(
    db.database,
    { mailboxId: 'anna', kind: 'email', host: 'h', username: 'u', folder: 'INBOX' },
    'inbox',
  );
  const received = Buffer.concat([Buffer.from('Received: from x by y; Wed, 4 Mar 2026 05:06:07 +0000\r\n'), raw]);
  const arrived = {
    ref: '1',
    source: received,
    headersOnly: false,
    sizeBytes: received.length,
    receivedAt: new Date(),
    flags: [],
  };
  await saveEmailPage(db.database, stream, {
    ...{ reset: false, excluded: [], flagged: [], gone: [], cursor: 'c', complete: true },
    arrived: [{ ...arrived, direction: 'in', read: readEmail(received) }],
  });
  pass(5 * MINUTE);
  await deliver();
  expect(await outbox.show(activityId)).toMatchObject({ state: 'sent' });
});

test('a bounce by ENVID or Message-ID sets its recipient, and proves that a mail in doubt was taken', async () => {
  const { outbox, deliver } = await start(
    { afterDot: (_arrival, number) => (number === 1 ? 'accept' : 'lose-reply') },
    { archive: null },
  );
  const { activityId, messageId } = await outbox.submit(anna, { ...letter, cc: ['c@example.test'] });
  await deliver();
  const doubtful = await outbox.submit(anna, letter);
  await deliver();
  const report = (about: { messageId?: string; envelopeId?: string }): Bounce => ({
    ...{ source: 'report', originalMessageId: about.messageId ?? null, originalEnvelopeId: about.envelopeId ?? null },
    recipients: [
      {
        ...{
          recipient: 'mbox7@backend.test',
          originalRecipient: 'B@example.test',
          status: '5.1.1',
          action: 'failed',
          permanent: true,
          reason: 'unknown-user',
        },
        diagnostic: 'smtp; 550 5.1.1 No such user',
      },
    ],
  });
  expect(await outbox.matchBounce(report({ messageId }))).toMatchObject({ activityId, state: 'partial' });
  const item = await outbox.show(activityId);
  expect(statesOf(item)).toEqual(['bounced', 'accepted']);
  expect(item.recipients[0]?.status).toBe('5.1.1');
  const { envelopeId } = await outbox.show(doubtful.activityId);
  expect(await outbox.matchBounce(report({ envelopeId }))).toMatchObject({ state: 'failed', recipients: [{ state: 'bounced' }] });
  expect(await outbox.matchBounce(report({ messageId: 'somebody-elses@example.test' }))).toBeNull();
});

test('what is scheduled waits for its time, and can be cancelled until then', async () => {
  const { outbox, deliver, pass, sink, context } = await start();
  const sendAt = new Date(context.clock.now().getTime() + HOUR);
  const { activityId } = await outbox.submit(anna, { ...letter, sendAt });
  const dropped = await outbox.submit(anna, { ...letter, sendAt });
  expect(await outbox.nextTime('anna')).toEqual(sendAt);
  expect(await deliver()).toMatchObject({ sent: 0 });
  expect(await outbox.cancel(dropped.activityId)).toMatchObject({ state: 'cancelled', recipients: [{ state: 'cancelled' }] });
  pass(HOUR + MINUTE);
  expect(await deliver()).toMatchObject({ sent: 1 });
  expect(sink.ledger.all()).toHaveLength(1);
  expect(await outbox.nextTime('anna')).toBeNull();
  await expect(outbox.cancel(activityId)).rejects.toThrow(/only before it is sent/);
  await expect(outbox.cancel(dropped.activityId)).rejects.toThrow(/cancelled/);
});

test('a draft stays until it is released', async () => {
  const { outbox, deliver, sink } = await start();
  const { activityId } = await outbox.submit(anna, { ...letter, draft: true });
  await deliver();
  expect(sink.ledger.all()).toHaveLength(0);
  await outbox.release(activityId);
  await deliver();
  expect(await outbox.show(activityId)).toMatchObject({ state: 'sent' });
});

test('cancelling after some have it keeps what they have', async () => {
  const { outbox, deliver, sink, pass } = await start();
  sink.answer('later@example.test', { stage: 'rcpt', reply: '450 4.2.0 Greylisted' });
  const { activityId } = await outbox.submit(anna, { ...letter, to: ['b@example.test', 'later@example.test'] });
  await deliver();
  const item = await outbox.cancel(activityId);
  expect([item.state, statesOf(item)]).toEqual(['partial', ['accepted', 'cancelled']]);
  pass(HOUR);
  await deliver();
  expect(sink.ledger.all()).toHaveLength(1);
});

test('a mailbox sends only as itself, its aliases and those it may send as', async () => {
  const { outbox, deliver, sink } = await start();
  for (const from of ['Anna <ANNA@example.test>', 'a.berg@example.test', 'info@example.test'])
    await outbox.submit(anna, { ...letter, from });
  await expect(outbox.submit(anna, { ...letter, from: 'boss@example.test' })).rejects.toThrow(/may not send as boss/);
  await deliver();
  expect(sink.ledger.all().map(({ raw }) => readEmail(raw).email.from[0]?.email)).toEqual([
    'ANNA@example.test',
    'a.berg@example.test',
    'info@example.test',
  ]);
});

test.each<[string, Partial<EmailDraft>, RegExp]>([
  ['nobody to send to', { to: [] }, /at least one recipient/],
  ['an address that is none', { to: ['b@example.test\r\nRCPT TO:<x@y>'] }, /not an email address/],
  ['an answer to nothing', { inReplyTo: '00000000-0000-7000-8000-000000000000' }, /no email with the id/],
  ['an answer to nonsense', { inReplyTo: 'x' }, /no email with the id/],
])('%s is refused, and nothing is stored', async (_words, changes, message) => {
  const { outbox } = await start();
  await expect(outbox.submit(anna, { ...letter, ...changes })).rejects.toThrow(message);
  expect(await outbox.list()).toEqual([]);
});

test('a reply is threaded, a forward carries the original with its bytes', async () => {
  const { outbox, deliver, sink } = await start();
  const first = await outbox.submit(anna, letter);
  await deliver();
  const reply = await outbox.submit(anna, { ...letter, subject: undefined, inReplyTo: first.activityId });
  const forward = await outbox.submit(anna, { ...letter, subject: undefined, forwardOf: first.activityId });
  await deliver();
  const [original, answered, passed] = sink.ledger.all().map(({ raw }) => raw);
  expect(readEmail(answered!).email).toMatchObject({
    subject: 'Re: Offer',
    inReplyTo: [first.messageId],
    references: [first.messageId],
  });
  expect(readEmail(passed!).email).toMatchObject({ subject: 'Fwd: Offer', inReplyTo: [], references: [first.messageId] });
  expect(passed!.includes(original!)).toBe(true);
  const rows = await db
    .database('activities')
    .whereIn(
      'id',
      [first, reply, forward].map((one) => one.activityId),
    )
    .distinct('conversation_id');
  expect(rows).toHaveLength(1);
});

test('automatic mail never answers a machine and stops at the rate; mail of a person waits', async () => {
  const { outbox, deliver, sink, pass } = await start();
  const careful = { ...anna, perCorrespondentPerHour: 3 };
  const automatic = await outbox.submit(careful, { ...letter, automatic: true });
  expect(readEmail(await readSource(db.database, (await outbox.show(automatic.activityId)).sourceSha256)).email.autoReply).toBe(
    true,
  );
  await expect(outbox.submit(careful, { ...letter, automatic: true, inReplyTo: automatic.activityId })).rejects.toThrow(
    /machine/,
  );
  await expect(outbox.submit(careful, { ...letter, automatic: true, to: ['no-reply@example.test'] })).rejects.toThrow(
    /no person/,
  );
  await outbox.submit(careful, { ...letter, inReplyTo: automatic.activityId });
  for (let n = 0; n < 3; n += 1) await outbox.submit(careful, letter);
  const other = await outbox.submit(careful, { ...letter, to: ['other@example.test'] });
  await deliver(careful);
  expect(sink.ledger.all().filter(({ recipients }) => recipients[0]?.address === 'b@example.test')).toHaveLength(3);
  expect(await outbox.show(other.activityId)).toMatchObject({ state: 'sent' });
  await expect(outbox.submit(careful, { ...letter, automatic: true })).rejects.toThrow(/within an hour/);
  pass(HOUR + MINUTE);
  await deliver(careful);
  expect(sink.ledger.all()).toHaveLength(6);
});

test('a run that lost its claim cannot let the dot go', async () => {
  const { outbox } = await start();
  const { activityId } = await outbox.submit(anna, letter);
  const item = await outbox.show(activityId);
  const first = await claimOutboxItem(db.database, item);
  expect(await claimOutboxItem(db.database, item)).toBeNull();
  const second = await outbox.deliverDue(anna, AbortSignal.abort());
  expect(second.sent).toBe(0);
  expect(await markDot(db.database, first!)).toBe(false);
  const again = await claimOutboxItem(db.database, await outbox.show(activityId));
  expect(await markDot(db.database, first!)).toBe(false);
  expect(await markDot(db.database, again!)).toBe(true);
  expect(await markDot(db.database, again!)).toBe(false);
});

test('when the answer to the mark got lost the dot stays here, and a later attempt sends it once', async () => {
  const { port } = new URL(db.url);
  const proxy = await startFaultProxy({ port: Number(port) });
  const url = new URL(db.url);
  url.port = String(proxy.port);
  const database = connectDatabase(url.href);
  cleanUp.push(
    () => proxy.stop(),
    () => database.destroy(),
  );
  const { outbox, deliver, pass, sink } = await start({}, { database });
  const { activityId, messageId } = await outbox.submit(anna, letter);
  const armed = proxy.arm({ kind: 'swallow-reply', direction: 'to-server', after: 'set dot_at = now()' });
  await deliver();
  expect(armed.strikes()).toBe(1);
  expect(sink.ledger.all()).toHaveLength(0);
  expect(await outbox.show(activityId)).toMatchObject({ state: 'pending', dotAt: null });
  pass(2 * MINUTE);
  await deliver();
  expect(await outbox.show(activityId)).toMatchObject({ state: 'sent', attempt: 2 });
  expect(sink.ledger.count(`<${messageId}>`, 'b@example.test')).toBe(1);
});

test('two runs at once send it once', async () => {
  const { outbox, sink, context } = await start();
  const other = await openWorld({ database: context.database, server: sink });
  const { messageId } = await outbox.submit(anna, letter);
  const signal = new AbortController().signal;
  await Promise.allSettled([
    outbox.deliverDue(anna, signal),
    other.outbox.deliverDue(anna, signal),
    outbox.deliverDue(anna, signal),
  ]);
  await outbox.deliverDue(anna, signal);
  expect(sink.ledger.count(`<${messageId}>`, 'b@example.test')).toBe(1);
});

test('while the server is away a mail waits with the reason, and nothing is counted as tried', async () => {
  const { outbox, deliver, sink } = await start();
  const { activityId } = await outbox.submit(anna, letter);
  await sink.stop();
  await expect(deliver()).rejects.toMatchObject({ code: 'unreachable' });
  const item = await outbox.show(activityId);
  expect(item).toMatchObject({ state: 'pending', attempt: 0 });
  expect(item.note).toMatch(/cannot connect to localhost/);
});

test('a message over the limit of the server fails with both sizes', async () => {
  const { outbox, deliver } = await start({ sizeLimit: 2_000 });
  const { activityId } = await outbox.submit(anna, { ...letter, text: 'x'.repeat(5_000) });
  await deliver();
  const item = await outbox.show(activityId);
  expect(item).toMatchObject({ state: 'failed' });
  expect(item.note).toMatch(/takes at most 2000/);
});

test('the same request twice, one after another or at the same moment, is one mail; in another mailbox it is another', async () => {
  const { outbox, deliver, sink } = await start();
  const request = { ...letter, requestKey: 'order 1' };
  const first = await outbox.submit(anna, request);
  expect(first).toMatchObject({ state: 'pending', repeated: false });
  await deliver();
  const again = await outbox.submit(anna, { ...request, subject: 'something else' });
  expect(again).toEqual({ ...first, state: 'sent', repeated: true });
  const racing = await Promise.all(Array.from({ length: 8 }, () => outbox.submit(anna, { ...letter, requestKey: 'order 2' })));
  expect(new Set(racing.map(({ activityId }) => activityId)).size).toBe(1);
  expect(racing.filter(({ repeated }) => !repeated)).toHaveLength(1);
  await adoptMailboxes(db.database, [anna, { ...anna, id: 'boris' }]);
  expect(await outbox.submit({ ...anna, id: 'boris' }, request)).toMatchObject({ repeated: false });
  await deliver();
  expect(sink.ledger.all()).toHaveLength(2);
  expect((await db.database.raw("select count(*)::int as n from activities where kind = 'email'")).rows).toEqual([{ n: 3 }]);
});

test('reading a sent mail again keeps its Bcc', async () => {
  const { outbox } = await start();
  const { activityId } = await outbox.submit(anna, { ...letter, bcc: ['Hidden <secret@example.test>'] });
  const item = await outbox.show(activityId);
  const source = await readSource(db.database, item.sourceSha256);
  await db.database.transaction((transaction) => replaceReading(transaction, activityId, readEmail(source)));
  const { rows } = await db.database.raw("select address, name from parties where role = 'bcc'");
  expect(rows).toEqual([{ address: 'secret@example.test', name: 'Hidden' }]);
  expect((await db.database.raw("select content->'bcc'->0->>'email' as bcc from activities")).rows).toEqual([
    { bcc: 'secret@example.test' },
  ]);
});
