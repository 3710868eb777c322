/** Servers that have little, lie, or change under a pass. What each does is told in quirks.md. */
import { expect, test } from 'vitest';
import { createLedger } from '../../../test/contract/ledger.ts';
import { stage } from '../../../test/contract/scripted-imap.ts';
import { fetchRow } from '../../../test/servers/imap-script.ts';
import { Failure } from '../../model/failure.ts';
import type { Cursor } from '../connector.ts';

const raw = (uid: number) => `Subject: ${uid}\r\n\r\nbody ${uid}\r\n`;
const failureOf = (work: Promise<unknown>): Promise<Failure> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(Failure);
      return error as Failure;
    },
  );

test('a server with nothing but IMAP4rev1 and LOGIN gives its mail, and offers no push', async () => {
  await using staged = await stage({ state: { capability: 'IMAP4rev1' } });
  const ledger = createLedger();
  const session = await staged.open();
  expect(session.push).toBeUndefined();
  await ledger.pass(session.email!, 'INBOX');
  await session[Symbol.asyncDispose]();
  expect(ledger.texts()).toEqual([raw(1), raw(2), raw(3)]);
  expect(staged.asked().filter((line) => /^(SELECT|STORE|UID STORE|EXPUNGE|CLOSE|ENABLE|ID|IDLE)/.test(line))).toEqual([]);
  expect(staged.server.heard()).not.toMatch(/BODY\[/);
});

test('a pass with nothing new costs one round trip with MODSEQ, and two without, however many messages there are', async () => {
  const messages = Array.from({ length: 1200 }, (_, n) => ({ uid: n + 1, raw: raw(n + 1) }));
  for (const [capability, modseq, rounds] of [
    ['IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE', 9, 1],
    ['IMAP4rev1 AUTH=PLAIN', null, 2],
  ] as const) {
    await using staged = await stage({ state: { capability, modseq, messages, uidNext: 1201 } });
    const ledger = createLedger();
    await staged.use((session) => ledger.pass(session.email!, 'INBOX'));
    await staged.use(async (session) => {
      const before = staged.asked().length;
      await ledger.pass(session.email!, 'INBOX');
      expect(staged.asked().length - before).toBe(rounds);
    });
    expect(ledger.arrivals).toHaveLength(1200);
  }
});

test('probing INBOX alone takes one STATUS, and says "unchanged" only when MODSEQ, UIDNEXT, UIDVALIDITY and count agree', async () => {
  await using staged = await stage({ state: { capability: 'IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE', modseq: 9 } });
  const ledger = createLedger();
  await staged.use(async ({ email }) => {
    await ledger.pass(email!, 'INBOX');
    const look = async () => (await email!.probe(['inbox'], new Map([['INBOX', ledger.cursor!]])))[0]!.mayHaveChanged;
    const before = staged.asked().length;
    expect(await look()).toBe(false);
    expect(staged.asked().length - before).toBe(1);
    for (const change of [{ modseq: 10 }, { uidNext: 5 }, { validity: 8 }, { messages: [] }, { modseq: null }]) {
      const was = { ...staged.state };
      Object.assign(staged.state, change);
      expect(await look(), JSON.stringify(change)).toBe(true);
      Object.assign(staged.state, was);
    }
  });
});

test('an interrupted pass is never called unchanged', async () => {
  await using staged = await stage({ state: { capability: 'IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE', modseq: 9 } });
  const ledger = createLedger();
  await staged.use(async ({ email }) => {
    await ledger.breakOffAfter(1, email!, 'INBOX', { messages: 1 });
    const [folder] = await email!.probe(['INBOX'], new Map([['INBOX', ledger.cursor!]]));
    expect(folder!.mayHaveChanged).toBe(true);
    await ledger.pass(email!, 'INBOX');
  });
  expect(ledger.arrivals).toHaveLength(3);
});

test('HIGHESTMODSEQ is kept only by a complete pass: a flag changed while one was broken off is told by the next', async () => {
  await using staged = await stage({ state: { capability: 'IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE', modseq: 9 } });
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.breakOffAfter(1, email!, 'INBOX', { messages: 1 }));
  Object.assign(staged.state.messages[0]!, { flags: ['\\Flagged'], modseq: 12 });
  staged.state.modseq = 12;
  await staged.use(({ email }) => ledger.breakOffAfter(2, email!, 'INBOX', { messages: 1 }));
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX', { messages: 1 }));
  expect([...ledger.present.values()].map(({ flags }) => flags)).toEqual([['\\Flagged'], [], []]);
});

test('more changes than a page holds, broken off after the first: none of them is forgotten', async () => {
  const messages = Array.from({ length: 1500 }, (_, n) => ({ uid: n + 1, raw: raw(n + 1) }));
  const state = { capability: 'IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE QRESYNC', modseq: 9, messages, uidNext: 1501 };
  await using staged = await stage({ state });
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  for (const message of staged.state.messages) Object.assign(message, { flags: ['\\Seen'], modseq: 12 });
  staged.state.modseq = 12;
  const first = await staged.use(({ email }) => ledger.breakOffAfter(1, email!, 'INBOX'));
  expect(first[0]!.flagged.length).toBeLessThan(1500);
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect([...ledger.present.values()].every(({ flags }) => flags[0] === '\\Seen')).toBe(true);
});

test('NOMODSEQ: flags and removals are found by comparing', async () => {
  await using staged = await stage({ state: { capability: 'IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE QRESYNC', modseq: null } });
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  staged.state.messages[0]!.flags = ['\\Seen', '\\Recent'];
  staged.state.messages.splice(1, 1);
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect([...ledger.present.values()].map(({ flags }) => flags)).toEqual([['\\Seen'], []]);
});

test('a modification sequence that went back is not asked for; everything is compared', async () => {
  await using staged = await stage({ state: { capability: 'IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE', modseq: 90 } });
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  Object.assign(staged.state, { modseq: 5 });
  staged.state.messages[2]!.flags = ['\\Seen'];
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect(staged.server.heard()).not.toMatch(/CHANGEDSINCE/);
  expect([...ledger.present.values()][2]!.flags).toEqual(['\\Seen']);
});

test('VANISHED (EARLIER) may name far more than was ever there, also 1:4294967295', async () => {
  await using staged = await stage({
    state: { capability: 'IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE QRESYNC', modseq: 9 },
    answers: {
      async 'UID FETCH'(command) {
        if (/VANISHED/.test(command.args)) await command.peer.say('* VANISHED (EARLIER) 2:4294967295');
        await command.usual();
      },
    },
  });
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  staged.state.messages.splice(1, 2);
  staged.state.modseq = 10;
  const pages = await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect(pages.flatMap((page) => page.gone)).toEqual(['7.2', '7.3']);
});

test('a message that turns up late below the last UID is fetched, with and without MODSEQ', async () => {
  for (const [capability, modseq] of [
    ['IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE QRESYNC', 9],
    ['IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE', 9],
    ['IMAP4rev1 AUTH=PLAIN', null],
  ] as const) {
    await using staged = await stage({ state: { capability, modseq, messages: [{ uid: 3, raw: raw(3) }] } });
    const ledger = createLedger();
    await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
    staged.state.messages.unshift({ uid: 2, raw: raw(2), modseq: 11 });
    if (modseq !== null) staged.state.modseq = 11;
    await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
    await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
    expect(ledger.texts().sort()).toEqual([raw(2), raw(3)]);
    expect(ledger.arrivals).toHaveLength(2);
  }
});

test('an earlier `since` later on fetches what lies between', async () => {
  await using staged = await stage({ state: { capability: 'IMAP4rev1 AUTH=PLAIN ENABLE CONDSTORE QRESYNC', modseq: 9 } });
  staged.state.messages[0]!.date = '01-Mar-2025 10:00:00 +0000';
  const ledger = createLedger();
  const pass = (since: string | null) =>
    staged.use(({ email }) => ledger.pass(email!, 'INBOX', { since: since === null ? null : new Date(since) }));
  await pass('2026-01-01');
  expect(ledger.arrivals).toHaveLength(2);
  await pass('2026-01-03');
  expect(ledger.arrivals).toHaveLength(2);
  await pass('2025-01-01');
  expect(ledger.texts().sort()).toEqual([raw(1), raw(2), raw(3)]);
  await pass(null);
  expect(ledger.arrivals).toHaveLength(3);
});

test('a folder without UIDVALIDITY is refused with a remedy, one without UIDNEXT is read', async () => {
  await using without = await stage({ state: { validity: null } });
  const failure = await failureOf(without.use(({ email }) => createLedger().pass(email!, 'INBOX')));
  expect(failure).toMatchObject({ code: 'refused', remedy: expect.stringMatching(/POP3/) });
  await using staged = await stage({ state: { uidNext: null } });
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  staged.state.messages.push({ uid: 9, raw: raw(9) });
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect(ledger.texts()).toEqual([raw(1), raw(2), raw(3), raw(9)]);
});

test('UIDVALIDITY that changes every time is followed five times a day and then reported with the time to wait', async () => {
  await using staged = await stage();
  const ledger = createLedger();
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock = { now: () => new Date(now), monotonicMs: () => 0, sleep: async () => {} };
  const pass = async () => {
    staged.state.validity! += 1;
    now += 60_000;
    const session = await staged.open({ clock });
    try {
      await ledger.pass(session.email!, 'INBOX');
    } finally {
      await session[Symbol.asyncDispose]();
    }
  };
  for (let n = 0; n < 6; n += 1) await pass();
  expect(ledger.resets).toBe(5);
  const failure = await failureOf(pass());
  expect(failure).toMatchObject({ code: 'garbled', remedy: expect.stringMatching(/UIDVALIDITY/) });
  expect(failure.retryAfterMs).toBeGreaterThan(23 * 3_600_000);
  now += failure.retryAfterMs!;
  await pass();
  expect(ledger.resets).toBe(6);
  expect(ledger.texts()).toEqual([raw(1), raw(2), raw(3)]);
});

test('a server that renumbers until a folder was opened for writing has it opened so, once and with nothing done in it', async () => {
  let settled = false;
  await using staged = await stage({
    answers: {
      async EXAMINE({ state, usual }) {
        if (!settled) state.validity! += 1;
        await usual();
      },
      async SELECT({ usual }) {
        settled = true;
        await usual();
      },
    },
  });
  const ledger = createLedger();
  for (let n = 0; n < 6; n += 1) await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect(ledger.resets).toBe(2);
  expect(ledger.texts()).toEqual([raw(1), raw(2), raw(3)]);
  const writing = staged.asked().filter((line) => /^(SELECT|CLOSE|EXPUNGE|STORE|UID STORE)/.test(line));
  expect(writing).toEqual([expect.stringMatching(/^SELECT/)]);
});

test('UIDNEXT that fell means a restored folder: old UIDs are not taken for known messages', async () => {
  await using staged = await stage();
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  Object.assign(staged.state, {
    uidNext: 3,
    messages: [
      { uid: 1, raw: raw(1) },
      { uid: 2, raw: raw(22) },
    ],
  });
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect(ledger.texts()).toEqual([raw(1), raw(22)]);
  expect(ledger.resets).toBe(1);
});

test('a message expunged between the list and the fetch is no error, whether the server is silent, gives NIL or says NO', async () => {
  for (const way of ['silent', 'nil', 'no', 'expungeissued'] as const) {
    await using staged = await stage({
      answers: {
        async 'UID FETCH'(command) {
          const { peer, tag, args, state } = command;
          if (!/BODY\.PEEK\[\]/.test(args)) return command.usual();
          state.messages = state.messages.filter(({ uid }) => uid !== 2);
          for (const [n, message] of state.messages.entries()) await peer.raw(fetchRow(n + 1, message, args));
          if (way === 'nil') await peer.say('* 2 FETCH (UID 2 BODY[]<0> NIL)');
          if (way === 'no') return peer.say(`${tag} NO some messages are gone`);
          if (way === 'expungeissued') return peer.say(`${tag} NO [EXPUNGEISSUED] gone`);
          return command.ok();
        },
      },
    });
    const ledger = createLedger();
    const pages = await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
    expect(ledger.texts(), way).toEqual([raw(1), raw(3)]);
    expect(pages.at(-1)!.complete).toBe(true);
  }
});

test('one message that the server lists but cannot give does not hold up the others', async () => {
  await using staged = await stage({
    answers: {
      async 'UID FETCH'(command) {
        const { peer, tag, args, state } = command;
        if (!/BODY\.PEEK/.test(args)) return command.usual();
        const wanted = state.messages.filter(({ uid }) => args.split(' ')[0]!.includes(`${uid}`) || /^1:3/.test(args));
        for (const message of wanted.filter(({ uid }) => uid !== 2)) await peer.raw(fetchRow(message.uid, message, args));
        if (wanted.some(({ uid }) => uid === 2) && /HEADER/.test(args)) {
          await peer.raw(fetchRow(2, state.messages[1]!, args));
          return command.ok();
        }
        return wanted.some(({ uid }) => uid === 2) ? peer.say(`${tag} NO [CANNOT] unreadable`) : command.ok();
      },
    },
  });
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect(ledger.arrivals.map(({ headersOnly }) => headersOnly)).toEqual([false, true, false]);
  expect(ledger.texts()[1]).toBe('Subject: 2\r\n\r\n');
});

test('a server that lists messages and gives none of them fails the pass, and nothing empty is stored', async () => {
  for (const words of ['NO cannot', 'BAD syntax']) {
    await using staged = await stage({
      answers: {
        'UID FETCH': (command) => (/BODY/.test(command.args) ? command.peer.say(`${command.tag} ${words}`) : command.usual()),
      },
    });
    const ledger = createLedger();
    expect(await failureOf(staged.use(({ email }) => ledger.pass(email!, 'INBOX')))).toMatchObject({ code: 'garbled' });
    expect(ledger.arrivals).toEqual([]);
  }
});

test('a size that lies does not break the connection: what is too long comes by its headers', async () => {
  await using staged = await stage();
  staged.state.messages[1] = { uid: 2, raw: `Subject: 2\r\n\r\n${'x'.repeat(3_000_000)}`, size: 10 };
  const ledger = createLedger();
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX', { messageBytes: 100_000 }));
  expect(ledger.arrivals.map(({ headersOnly }) => headersOnly)).toEqual([false, true, false]);
  expect(ledger.texts()[1]).toBe('Subject: 2\r\n\r\n');
});

test('what a server says of its own accord changes nothing', async () => {
  const chatter = [
    '* 9 EXISTS',
    '* OK [ALERT] buy now',
    '* 1 FETCH (FLAGS (\\Seen))',
    '* 5 EXPUNGE',
    '* XTRA 1 2',
    '* BAD odd',
    '* ',
    '*',
  ];
  await using staged = await stage({
    answers: Object.fromEntries(
      ['EXAMINE', 'UID SEARCH', 'UID FETCH', 'STATUS', 'LIST'].map((name) => [
        name,
        async (command) => {
          await command.peer.say(...chatter);
          await command.usual();
        },
      ]),
    ),
  });
  const ledger = createLedger();
  await staged.use(async ({ email }) => {
    await email!.probe(['INBOX'], new Map());
    await ledger.pass(email!, 'INBOX');
  });
  await staged.use(({ email }) => ledger.pass(email!, 'INBOX'));
  expect(ledger.texts()).toEqual([raw(1), raw(2), raw(3)]);
});

test('a refused SEARCH is a failure and not an empty folder', async () => {
  await using staged = await stage({
    state: { uidNext: 2000 },
    answers: { 'UID SEARCH': ({ peer, tag }) => peer.say(`${tag} NO not today`) },
  });
  expect(await failureOf(staged.use(({ email }) => createLedger().pass(email!, 'INBOX')))).toMatchObject({ code: 'refused' });
});

test('a folder that goes away during a pass is a missing one', async () => {
  await using staged = await stage({
    state: { folders: ['() "/" INBOX'] },
    answers: {
      'UID FETCH': (command) =>
        /BODY/.test(command.args) ? command.peer.say(`${command.tag} NO [NONEXISTENT] folder was deleted`) : command.usual(),
      'UID SEARCH': ({ peer, tag }) => peer.say(`${tag} NO [NONEXISTENT] folder was deleted`),
    },
  });
  const failure = await failureOf(staged.use(({ email }) => createLedger().pass(email!, 'INBOX')));
  expect(['missing', 'refused']).toContain(failure.code);
});

test('NO to EXAMINE: a folder that is not listed is missing, one that is listed is refused', async () => {
  const answers = {
    EXAMINE: ({ peer, tag }: { peer: { say(line: string): Promise<void> }; tag: string }) => peer.say(`${tag} NO no`),
  };
  await using there = await stage({ answers });
  expect(await failureOf(there.use(({ email }) => createLedger().pass(email!, 'INBOX')))).toMatchObject({ code: 'refused' });
  await using gone = await stage({ answers, state: { folders: [] } });
  expect(await failureOf(gone.use(({ email }) => createLedger().pass(email!, 'Old')))).toMatchObject({ code: 'missing' });
});

test('a cursor of another kind is lost, not misread', async () => {
  await using staged = await stage();
  for (const cursor of ['{"v":"z"}', 'nonsense', '{"v":"a"}']) {
    const run = staged.use(async ({ email }) => {
      const { known } = createLedger();
      const bounds = { messages: 1, bytes: 1, messageBytes: 1, since: null };
      for await (const _ of email!.changes('INBOX', cursor as Cursor, known, bounds));
    });
    expect(await failureOf(run)).toMatchObject({ code: 'cursor-lost' });
  }
});
