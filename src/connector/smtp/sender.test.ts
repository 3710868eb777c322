import { afterEach, expect, test } from 'vitest';
import { type Answer, type Dialogue, type DialogueOptions, startDialogue } from '../../../test/servers/smtp-dialogue.ts';
import { Failure } from '../../model/failure.ts';
import { systemClock } from '../../platform/clock.ts';
import { silentLog } from '../../platform/log.ts';
import type { Credential, OutgoingEmail, SendReceipt, Session, SessionContext } from '../connector.ts';
import { smtpConnector } from './smtp-connector.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function serve(options: DialogueOptions = {}): Promise<Dialogue> {
  const dialogue = await startDialogue(options);
  cleanUp.push(() => dialogue.stop());
  return dialogue;
}

interface OpenOptions {
  readonly credential?: Credential;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly dotTimeoutMs?: number;
  readonly tls?: 'implicit' | 'starttls' | 'none';
}

async function open(dialogue: Dialogue, options: OpenOptions = {}): Promise<Session> {
  const settings = smtpConnector.parseSettings({
    ...{ host: 'localhost', port: dialogue.port, tls: options.tls ?? 'none', allowClearText: true, ca: dialogue.caPem },
    ...{ timeoutMs: options.timeoutMs ?? 20_000, dotTimeoutMs: options.dotTimeoutMs ?? 20_000 },
    clientName: 'gateway.example.test',
  });
  const context: SessionContext = {
    ...{ log: silentLog, clock: systemClock, signal: options.signal ?? new AbortController().signal },
    credential: async () => options.credential ?? { method: 'none' },
  };
  const session = await smtpConnector.open(settings, context);
  cleanUp.push(async () => session[Symbol.asyncDispose]());
  return session;
}

const mail = (changes: Partial<OutgoingEmail> = {}): OutgoingEmail => ({
  from: 'anna@example.test',
  recipients: ['b@example.test'],
  envelopeId: 'env+1',
  source: Buffer.from('Subject: hello\r\n\r\nbody\r\n'),
  beforeDot: async () => {},
  ...changes,
});

async function sendOver(
  options: DialogueOptions,
  email: OutgoingEmail,
  more: OpenOptions = {},
): Promise<[SendReceipt, Dialogue]> {
  const dialogue = await serve(options);
  const session = await open(dialogue, more);
  return [await session.sender!.send(email), dialogue];
}

/** An answer to the commands that begin with the word, the usual one to all others. */
const to =
  (...answers: readonly (readonly [string, Answer])[]) =>
  (command: string): Answer | undefined =>
    answers.find(([word]) => (word === '.' ? command === '.' : command.startsWith(word)))?.[1];

test('a message arrives as composed: dots, empty lines, 8-bit bytes, and no dot is lost at a chunk border', async () => {
  const lines = ['Subject: x', '', '.', '..', '...three', '.one', '', 'é', '.'];
  const big = Buffer.concat([Buffer.from(lines.join('\r\n')), Buffer.alloc(64 * 1024 * 3, '\r\n.'), Buffer.from('\r\n')]);
  const [receipt, dialogue] = await sendOver({}, mail({ source: big }));
  expect(receipt.outcome).toBe('accepted');
  expect(dialogue.messages[0]?.equals(big)).toBe(true);
  expect(dialogue.commands.find((command) => command.startsWith('MAIL'))).toContain('BODY=8BITMIME');
});

test('the dot waits for beforeDot, and everything else is with the server by then', async () => {
  const source = Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), Buffer.alloc(700_000, 'abcdefgh\r\n')]);
  const { promise: may, resolve: allow } = Promise.withResolvers<void>();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const dialogue = await serve();
  const session = await open(dialogue);
  const beforeDot = () => {
    ask();
    return may;
  };
  const sending = session.sender!.send(mail({ source, beforeDot }));
  await asked;
  await expect.poll(() => dialogue.pendingBytes()).toBe(source.length);
  expect(dialogue.messages).toHaveLength(0);
  allow();
  expect((await sending).outcome).toBe('accepted');
  expect(dialogue.messages).toHaveLength(1);
});

test('when beforeDot rejects the dot never goes, and its Failure comes out', async () => {
  const fenced = new Failure('conflict', 'another run took over');
  const [receipt, dialogue] = await sendOver({}, mail({ beforeDot: () => Promise.reject(fenced) }));
  expect(receipt).toMatchObject({ outcome: 'not-sent', failure: { code: 'conflict' }, recipients: [{ outcome: 'deferred' }] });
  await dialogue.stop();
  expect(dialogue.messages).toHaveLength(0);
});

test.each<[string, Answer, SendReceipt['outcome'], string]>([
  ['hangs up without a word', 'hang up', 'in-doubt', 'in-doubt'],
  ['says something that is no reply', 'what?', 'in-doubt', 'in-doubt'],
  ['says 2 but not a reply code', '2ok', 'in-doubt', 'in-doubt'],
  ['says 354 again', '354 more', 'in-doubt', 'in-doubt'],
  ['begins a reply of several lines and hangs up', '250-2.0.0 well then hang up', 'in-doubt', 'in-doubt'],
  ['says 250', '250 2.6.0 queued as 1', 'accepted', 'accepted'],
  ['says 250 and hangs up', '250 2.6.0 queued as 1 then hang up', 'accepted', 'accepted'],
  ['says 451', '451 4.3.0 later', 'not-sent', 'deferred'],
  ['says 421 and hangs up', '421 4.3.2 closing then hang up', 'not-sent', 'deferred'],
  ['says 554', '554 5.7.1 spam', 'not-sent', 'refused'],
  ['says 503', '503 5.5.1 order', 'not-sent', 'deferred'],
])('after the dot the server %s', async (_words, answer, outcome, recipient) => {
  const [receipt] = await sendOver({ answer: to(['.', answer]) }, mail());
  expect([receipt.outcome, receipt.recipients[0]?.outcome]).toEqual([outcome, recipient]);
  expect(receipt.failure === undefined).toBe(outcome === 'accepted');
});

test('a reply to the dot that does not come in time leaves the message in doubt', async () => {
  const [receipt] = await sendOver({ answer: to(['.', 'silence']) }, mail(), { dotTimeoutMs: 50 });
  expect(receipt).toMatchObject({ outcome: 'in-doubt', failure: { code: 'unreachable' } });
});

test('in a doubtful receipt those who were answered before the dot are not in doubt', async () => {
  const answer = to(['RCPT TO:<later@', '451 4.7.1 try again'], ['RCPT TO:<never@', '550 5.1.1 nobody'], ['.', 'hang up']);
  const [receipt] = await sendOver({ answer }, mail({ recipients: ['ok@x.test', 'later@x.test', 'never@x.test'] }));
  expect(receipt.outcome).toBe('in-doubt');
  expect(receipt.recipients.map(({ outcome }) => outcome)).toEqual(['in-doubt', 'deferred', 'refused']);
});

test.each<[string, string, Answer, string, string]>([
  ['MAIL hangs up', 'MAIL', 'hang up', 'unreachable', 'deferred'],
  ['MAIL says 421', 'MAIL', '421 4.3.2 closing then hang up', 'throttled', 'deferred'],
  ['MAIL says 530', 'MAIL', '530 5.7.0 authenticate first', 'auth-rejected', 'deferred'],
  ['MAIL refuses the sender', 'MAIL', '553 5.7.1 sender address rejected: not owned by user', 'refused', 'refused'],
  ['RCPT says 421', 'RCPT', '421 4.7.0 too many errors then hang up', 'throttled', 'deferred'],
  ['RCPT is greylisted', 'RCPT', '450 4.2.0 greylisted', 'throttled', 'deferred'],
  ['RCPT denies relaying', 'RCPT', '554 5.7.1 relay access denied', 'refused', 'refused'],
  ['RCPT says 552 for a full mailbox', 'RCPT', '552 5.2.2 mailbox full', 'refused', 'refused'],
  ['DATA says 451', 'DATA', '451 4.3.0 later', 'throttled', 'deferred'],
  ['DATA hangs up', 'DATA', 'hang up', 'unreachable', 'deferred'],
  ['DATA is never answered', 'DATA', 'silence', 'unreachable', 'deferred'],
])('%s: nothing was sent', async (_words, word, answer, code, recipient) => {
  for (const offers of [['PIPELINING'], []]) {
    const [receipt, dialogue] = await sendOver({ offers, answer: to([word, answer]) }, mail(), {
      timeoutMs: answer === 'silence' ? 1_000 : 20_000,
    });
    expect(receipt).toMatchObject({ outcome: 'not-sent', failure: { code }, recipients: [{ outcome: recipient }] });
    expect(receipt.failure?.remedy).toBeTruthy();
    expect(dialogue.messages.filter((message) => message.length > 0)).toHaveLength(0);
  }
});

test.each([
  ['refuses', '552 5.3.4 too big', 'refused'],
  ['accepts', '250 ok', 'deferred'],
  ['closes', '421 4.3.2 closing then hang up', 'deferred'],
])('a server that %s in the middle of the data never gets the dot', async (_words, early, recipient) => {
  const answer = (command: string) => (command === 'DATA' ? `354 go on\n${early}` : undefined);
  // Never allowed, so that the answer is what ends it.
  const [receipt, dialogue] = await sendOver({ answer }, mail({ beforeDot: () => new Promise(() => {}) }));
  expect(receipt).toMatchObject({ outcome: 'not-sent', recipients: [{ outcome: recipient }] });
  expect(dialogue.messages).toHaveLength(0);
});

test('each recipient has its own result', async () => {
  const recipients = ['ok@x.test', 'later@x.test', 'never@x.test', 'also-ok@x.test', 'too-many@x.test'];
  const answer = to(
    ['RCPT TO:<later@', '451 4.7.1 try again'],
    ['RCPT TO:<never@', '550 5.1.1 no such user'],
    ['RCPT TO:<too-many@', '552 too many recipients'],
  );
  for (const offers of [['PIPELINING'], []]) {
    const [receipt] = await sendOver({ offers, answer }, mail({ recipients }));
    expect(receipt.outcome).toBe('accepted');
    expect(receipt.recipients.map(({ address, outcome, status }) => [address, outcome, status])).toEqual([
      ['ok@x.test', 'accepted', '2.0.0'],
      ['later@x.test', 'deferred', '4.7.1'],
      ['never@x.test', 'refused', '5.1.1'],
      ['also-ok@x.test', 'accepted', '2.0.0'],
      ['too-many@x.test', 'deferred', null],
    ]);
  }
});

test('a refusal of one recipient stays its own when the message fails for the others', async () => {
  const answer = to(['RCPT TO:<never@', '550 5.1.1 no such user'], ['.', '451 4.3.0 disk full']);
  const [receipt] = await sendOver({ answer }, mail({ recipients: ['ok@x.test', 'never@x.test'] }));
  expect(receipt.outcome).toBe('not-sent');
  expect(receipt.recipients.map(({ outcome, status }) => [outcome, status])).toEqual([
    ['deferred', '4.3.0'],
    ['refused', '5.1.1'],
  ]);
});

test('a server with DSN gets ENVID, NOTIFY and each recipient as ORCPT, others get none of it', async () => {
  const recipients = ['a+b@x.test', 'c=d@x.test', 'ü@bücher.test', 'e@bücher.test'];
  const [, dsn] = await sendOver({ offers: ['DSN', 'SMTPUTF8', '8BITMIME'] }, mail({ recipients }));
  expect(dsn.commands.filter((command) => /^(MAIL|RCPT)/.test(command))).toEqual([
    'MAIL FROM:<anna@example.test> SMTPUTF8 RET=HDRS ENVID=env+2B1',
    'RCPT TO:<a+b@x.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb@x.test',
    'RCPT TO:<c=d@x.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;c+3Dd@x.test',
    'RCPT TO:<ü@xn--bcher-kva.test> NOTIFY=FAILURE,DELAY',
    'RCPT TO:<e@xn--bcher-kva.test> NOTIFY=FAILURE,DELAY',
  ]);
  const [, plain] = await sendOver({ offers: ['SIZE 99'] }, mail());
  expect(plain.commands.filter((command) => /^(MAIL|RCPT)/.test(command))).toEqual([
    'MAIL FROM:<anna@example.test> SIZE=24',
    'RCPT TO:<b@example.test>',
  ]);
});

test('an address beyond ASCII is refused before anything is sent where SMTPUTF8 is not offered; a domain alone is not', async () => {
  const [refused, dialogue] = await sendOver({}, mail({ recipients: ['ü@x.test'] }));
  expect(refused).toMatchObject({ outcome: 'not-sent', failure: { code: 'refused' }, recipients: [{ status: '5.6.7' }] });
  expect(dialogue.commands.filter((command) => command.startsWith('MAIL'))).toEqual([]);
  const [sent] = await sendOver({}, mail({ recipients: ['u@bücher.test'] }));
  expect(sent.outcome).toBe('accepted');
  expect(sent.recipients[0]?.address).toBe('u@bücher.test');
  const raw = Buffer.from('To: ü@x.test\r\n\r\n');
  const [later, third] = await sendOver({ offers: ['SMTPUTF8'] }, mail({ source: raw }));
  expect(later.outcome).toBe('accepted');
  expect(third.commands).toContain('MAIL FROM:<anna@example.test> SMTPUTF8');
});

test('a message over the size limit is refused before it is sent, with both sizes', async () => {
  const [receipt, dialogue] = await sendOver({ offers: ['SIZE 1000'] }, mail({ source: Buffer.alloc(1001, 'x') }));
  expect(receipt).toMatchObject({ outcome: 'not-sent', failure: { code: 'refused' }, recipients: [{ outcome: 'refused' }] });
  expect(receipt.failure?.message).toMatch(/1001 bytes.*1000/);
  expect(dialogue.commands.filter((command) => command.startsWith('MAIL'))).toEqual([]);
});

test('a session sends several messages, also after one that was refused', async () => {
  const answer = to(['RCPT TO:<never@', '550 5.1.1 no such user']);
  const dialogue = await serve({ answer });
  const { sender } = await open(dialogue);
  const outcomes: string[] = [];
  for (const recipient of ['a@x.test', 'never@x.test', 'b@x.test'])
    outcomes.push((await sender!.send(mail({ recipients: [recipient] }))).outcome);
  expect(outcomes).toEqual(['accepted', 'not-sent', 'accepted']);
  expect(dialogue.messages.filter((message) => message.length > 0)).toHaveLength(2);
});

test('once the connection is gone, a session says so and sends nothing', async () => {
  const dialogue = await serve({ answer: to(['.', '250 ok then hang up']) });
  const { sender } = await open(dialogue);
  expect((await sender!.send(mail())).outcome).toBe('accepted');
  expect(await sender!.send(mail())).toMatchObject({ outcome: 'not-sent', failure: { code: 'unreachable' } });
});

test('a stop before the dot breaks off at once; after the dot the answer still counts', async () => {
  const stop = new AbortController();
  const beforeDot = () => {
    stop.abort();
    return new Promise<void>(() => {});
  };
  const early = mail({ beforeDot });
  expect((await sendOver({}, early, { signal: stop.signal }))[0].outcome).toBe('not-sent');
  const second = new AbortController();
  const answer = (command: string): undefined => {
    if (command === '.') second.abort();
  };
  expect((await sendOver({ answer }, mail(), { signal: second.signal }))[0].outcome).toBe('accepted');
});
