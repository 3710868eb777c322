/** Servers that break off, flood, lie about lengths or tamper, and what stands between us and them. */
import { describe, expect, test } from 'vitest';
import { createLedger } from '../../../test/contract/ledger.ts';
import { SECRET, stage } from '../../../test/contract/scripted-imap.ts';
import type { Answers } from '../../../test/servers/imap-script.ts';
import { fetchRow, imapScript, imapState } from '../../../test/servers/imap-script.ts';
import { Failure } from '../../model/failure.ts';

const raw = (uid: number) => `Subject: ${uid}\r\n\r\nbody ${uid}\r\n`;
const ALL = [raw(1), raw(2), raw(3)];
const failureOf = (work: Promise<unknown>): Promise<Failure> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(Failure);
      expect(JSON.stringify([(error as Failure).message, (error as Failure).remedy])).not.toContain(SECRET);
      return error as Failure;
    },
  );

/** Answers the first body FETCH of all in another way, and everything else as usual. */
function firstBody(how: (command: Parameters<Answers[string]>[0], rows: string) => Promise<unknown>): Answers {
  let met = false;
  return {
    async 'UID FETCH'(command) {
      if (met || !/BODY\.PEEK\[\]/.test(command.args)) return command.usual();
      met = true;
      return how(command, command.state.messages.map((message, n) => fetchRow(n + 1, message, command.args)).join(''));
    },
  };
}

const rows = imapState()
  .messages.map((message, n) => fetchRow(n + 1, message, 'BODY.PEEK[]<0.1000>'))
  .join('');
/** One of each class: in a line, in the marker, after it, in the literal, at its ends, before and in the closing line. */
const CUTS = [
  ...[0, 1, 5, rows.indexOf('{'), rows.indexOf('{') + 2, rows.indexOf('}'), rows.indexOf('}') + 1, rows.indexOf('}') + 2],
  ...[
    rows.indexOf('Subject'),
    rows.indexOf('Subject') + 1,
    rows.indexOf('body 1') + 3,
    rows.indexOf(')\r\n'),
    rows.indexOf(')\r\n') + 1,
  ],
  ...[rows.indexOf('Subject: 2') + 4, rows.indexOf('Subject: 3') + 4, rows.length - 1, rows.length],
];

describe.each(['end', 'reset'] as const)('a connection that is cut (%s) while bodies come', (way) => {
  test.each(CUTS)('after %i bytes: nothing broken arrives, and the next pass brings all of it, once', async (bytes) => {
    await using staged = await stage({
      answers: firstBody(async ({ peer }, all) => {
        await peer.raw(all.slice(0, bytes));
        if (way === 'end') peer.close();
        else peer.reset();
        await peer.hang();
      }),
    });
    const ledger = createLedger();
    const failure = await failureOf(staged.use(({ email }) => ledger.pass(email!, 'INBOX')));
    expect(failure).toMatchObject({ code: 'unreachable' });
    expect(ledger.arrivals).toEqual([]);
    await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
    expect(ledger.texts()).toEqual(ALL);
    expect(ledger.arrivals).toHaveLength(3);
  });
});

test('BYE in the middle of a fetch ends the session with the words of the server; too many connections means: less', async () => {
  for (const [words, code] of [
    ['shutting down', 'unreachable'],
    ['Too many simultaneous connections', 'throttled'],
  ] as const) {
    await using staged = await stage({
      answers: firstBody(async ({ peer }, all) => {
        await peer.raw(all.slice(0, all.indexOf('* 2 FETCH')));
        await peer.say(`* BYE ${words}`);
        peer.close();
      }),
    });
    const failure = await failureOf(staged.use(({ email }) => createLedger().pass(email!, 'INBOX')));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
  }
});

test('a server that falls silent in a literal is noticed within the time set', async () => {
  await using staged = await stage({
    settings: { timeoutMs: 300 },
    answers: firstBody(async ({ peer }, all) => {
      await peer.raw(all.slice(0, 60));
      await peer.hang();
    }),
  });
  const failure = await failureOf(staged.use(({ email }) => createLedger().pass(email!, 'INBOX')));
  expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringContaining('stopped answering') });
});

test('a server that drips a byte now and then for ever is given up', async () => {
  await using staged = await stage({
    settings: { timeoutMs: 200 },
    answers: {
      async 'UID SEARCH'({ peer }) {
        await peer.raw('* SEARCH');
        for (;;) {
          await peer.raw(' 1');
          await new Promise((resolve) => setTimeout(resolve, 30));
        }
      },
    },
    state: { uidNext: null },
  });
  const failure = await failureOf(staged.use(({ email }) => createLedger().pass(email!, 'INBOX')));
  expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringContaining('too slowly') });
});

test.each(['4294967295', '99999999999999999999', '2000000'])(
  'a literal of {%s} is refused before a byte of it is kept',
  async (size) => {
    await using staged = await stage({
      answers: firstBody(({ peer }) => peer.raw(`* 1 FETCH (UID 1 BODY[]<0> {${size}}\r\nxxxx`).then(() => peer.hang())),
    });
    const failure = await failureOf(staged.use(({ email }) => createLedger().pass(email!, 'INBOX', { messageBytes: 1_000_000 })));
    expect(failure).toMatchObject({ code: 'garbled', message: expect.stringContaining('exceeds') });
  },
);

test('a line without an end is cut off, and memory stays bounded', async () => {
  await using staged = await stage({
    answers: firstBody(async ({ peer }) => {
      const part = 'x'.repeat(1 << 20);
      for (let n = 0; n < 64; n += 1) await peer.raw(part);
      await peer.hang();
    }),
  });
  const before = process.memoryUsage().rss;
  const failure = await failureOf(staged.use(({ email }) => createLedger().pass(email!, 'INBOX')));
  expect(failure).toMatchObject({ code: 'garbled', message: expect.stringContaining('Line length') });
  expect(process.memoryUsage().rss - before).toBeLessThan(400 << 20);
});

test('a greeting of 4 kB is read; one that never ends is given up', async () => {
  await using long = await stage({ state: { greeting: `* OK ${'hello '.repeat(700)}` } });
  const ledger = createLedger();
  await long.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect(ledger.texts()).toEqual(ALL);
  await using endless = await stage({
    settings: { timeoutMs: 300 },
    script: async (peer) => {
      await peer.raw('* OK ');
      await peer.hang();
    },
  });
  expect(await failureOf(endless.open())).toMatchObject({ code: 'unreachable' });
});

test('rows that were not asked for, or come twice, do not make a page bigger', async () => {
  await using staged = await stage({
    answers: firstBody(async (command, all) => {
      await command.peer.raw(all + all + fetchRow(9, { uid: 99, raw: raw(99) }, command.args));
      await command.ok();
    }),
  });
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect(ledger.texts()).toEqual(ALL);
});

test('PREAUTH: whose mail it would be is not known, so it is refused; with STARTTLS wanted it is a stripped one', async () => {
  const greeting = '* PREAUTH [CAPABILITY IMAP4rev1] welcome';
  await using plain = await stage({ state: { greeting } });
  expect(await failureOf(plain.open())).toMatchObject({ code: 'refused', message: expect.stringContaining('already logged in') });
  await using starttls = await stage({ state: { greeting }, settings: { tls: 'starttls' } });
  expect(await failureOf(starttls.open())).toMatchObject({
    code: 'unreachable',
    remedy: expect.stringContaining('implicit TLS'),
  });
  await using none = await stage({ state: { greeting }, credential: { method: 'none' } });
  await none.use(({ email }) => createLedger().pass(email!, 'INBOX'));
});

test('STARTTLS stripped: no credential leaves, and the remedy is told', async () => {
  const denied: Answers = { STARTTLS: ({ peer, tag }) => peer.say(`${tag} NO not now`) };
  const cases: Answers[] = [{}, denied];
  for (const answers of cases) {
    const capability = `IMAP4rev1 AUTH=PLAIN${'STARTTLS' in answers ? ' STARTTLS' : ''}`;
    await using staged = await stage({ settings: { tls: 'starttls' }, state: { capability }, answers });
    const failure = await failureOf(staged.open());
    expect(failure).toMatchObject({ code: 'unreachable', remedy: expect.stringContaining('STARTTLS') });
    expect(staged.server.heard()).not.toMatch(/LOGIN|AUTHENTICATE/);
  }
});

test('a response injected with the answer to STARTTLS is noticed', async () => {
  await using staged = await stage({
    settings: { tls: 'starttls' },
    state: { capability: 'IMAP4rev1 AUTH=PLAIN STARTTLS' },
    answers: { STARTTLS: ({ peer, tag }) => peer.raw(`${tag} OK go\r\n* OK injected\r\n`).then(() => peer.hang()) },
  });
  expect(await failureOf(staged.open())).toMatchObject({ code: 'unreachable', remedy: expect.stringContaining('tampers') });
  expect(staged.server.heard()).not.toMatch(/LOGIN|AUTHENTICATE/);
});

test('STARTTLS that works: capabilities are asked again inside', async () => {
  const state = imapState({ capability: 'IMAP4rev1 STARTTLS LOGINDISABLED' });
  const answers: Answers = {
    async STARTTLS({ peer, ok }) {
      await ok();
      await peer.upgrade();
      state.capability = 'IMAP4rev1 AUTH=PLAIN';
    },
  };
  await using staged = await stage({
    script: imapScript(state, answers),
    settings: { tls: 'starttls', serverName: 'localhost' },
  });
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect(ledger.texts()).toEqual(ALL);
});

test('garbage instead of answers is a failure, never a crash', async () => {
  const garbage = [
    '\0\0\0',
    '* 1 FETCH',
    '* 1 FETCH (UID',
    '* FETCH ((((((((',
    '+ ',
    '* SEARCH 1 x',
    `* 1 FETCH (${'('.repeat(5000)})`,
  ];
  for (const line of garbage) {
    await using staged = await stage({
      settings: { timeoutMs: 300 },
      answers: firstBody(async ({ peer, tag }) => peer.say(line, `${tag} OK [`).then(() => peer.hang())),
    });
    const outcome = staged.use(({ email }) => createLedger().pass(email!, 'INBOX'));
    await outcome.catch((error: unknown) => expect(error).toBeInstanceOf(Failure));
  }
});

test('an answer to a command that was not sent breaks the connection', async () => {
  await using staged = await stage({
    answers: { EXAMINE: ({ peer }) => peer.say('ZZ OK done', '* BYE').then(() => peer.close()) },
  });
  expect((await failureOf(staged.use(({ email }) => createLedger().pass(email!, 'INBOX')))).code).toBe('unreachable');
});
