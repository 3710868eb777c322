import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { createLedger } from '../../../test/contract/ledger.ts';
import type { Reaction } from '../../../test/servers/answering.ts';
import { lines, type Pop3Maildrop, type Pop3Options, pop3Script, stuffed } from '../../../test/servers/pop3-script.ts';
import { type Pop3ClientOptions, pop3Client } from '../../../test/servers/pop3-session.ts';
import { type Peer, type Script, type ScriptedServer, startScripted } from '../../../test/servers/scripted.ts';
import type { EmailPage, PageBounds, RemoteRef, Session } from '../connector.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const mail = (name: string, size = 0) =>
  `Subject: ${name}\r\n\r\nText of ${name}\r\n${`${'x'.repeat(76)}\r\n`.repeat(Math.ceil(size / 78))}`;
const mails = (count: number) => Array.from({ length: count }, (_, n) => mail(`m${n + 1}`));
const received = (name: string, date: string) => `Received: from a by b with SMTP id 1;\r\n\t${date}\r\n${mail(name)}`;

/** A server, a client that remembers it, and what a store would have kept. */
async function world(script: Script, options: Pop3ClientOptions = {}) {
  const server = await startScripted(script);
  cleanups.push(() => server.stop());
  const client = pop3Client(server, options);
  const ledger = createLedger();
  const enter = async (): Promise<Session> => {
    const session = await client.open();
    cleanups.push(async () => session[Symbol.asyncDispose]());
    return session;
  };
  /** A pass in a session of its own, settled. */
  const pass = async (bounds: Partial<PageBounds> = {}): Promise<EmailPage[]> => {
    await using session = await client.open();
    const pages = await ledger.pass(session.email!, 'INBOX', bounds);
    await session.disposal!.settle();
    return pages;
  };
  return { server, ledger, enter, pass };
}
const worldOf = (drop: Pop3Maildrop, options: Pop3Options = {}, client: Pop3ClientOptions = {}) =>
  world(pop3Script(drop, options), client);
const arrivals = (pages: readonly EmailPage[]) =>
  pages.flatMap((page) => page.arrived.map(({ source }) => Buffer.from(source).toString('latin1')));
const gone = (pages: readonly EmailPage[]) => pages.flatMap((page) => page.gone);
const count = (server: ScriptedServer, command: RegExp) => (server.heard().match(command) ?? []).length;

describe('reading', () => {
  const odd = [
    mail('plain'),
    '',
    '.\r\n',
    '..\r\n.\r\n.x\r\n',
    `Subject: 8-bit\r\n\r\n${Array.from({ length: 256 }, (_, n) => String.fromCharCode(n)).join('')}\r\n`,
    'lone\nLF\n.\n.\r\nand\rCR\r\n\r\n',
    `${'long line without end '.repeat(200)}\r\n`,
    'no header\r\n',
    '\r\n\r\n\r\n',
  ];

  test.each([1, 3, 7, 1400])('odd messages come as they are when the network cuts every %i bytes', async (piece) => {
    const inPieces: Script = (peer, number) =>
      pop3Script({ messages: odd })({ ...peer, raw: (bytes) => peer.raw(bytes, piece) }, number);
    const { pass } = await world(inPieces);
    expect(arrivals(await pass())).toEqual(odd);
  });

  test('and one at a time, where the server offers no pipelining', async () => {
    const { pass, server } = await worldOf({ messages: odd }, { capabilities: ['UIDL', 'TOP', 'USER'] });
    expect(arrivals(await pass())).toEqual(odd);
    const said = server.transcript().filter(({ from }) => from === 'client');
    for (const { text } of said) expect(text).toMatch(/^[^\n]*\n$/);
    expect(count(server, /NOOP/g)).toBe(0);
  });

  test('many commands are under way at a time, and never more than the window', async () => {
    let underWay = 0;
    let most = 0;
    const slow = async (peer: Peer, _: string, match: RegExpExecArray) => {
      underWay = server.heard().match(/RETR/g)!.length - Number(match[1]) + 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      await peer.raw(`+OK\r\n${stuffed(mail(match[1]!))}`);
    };
    const { pass, server } = await worldOf(
      { messages: mails(200) },
      { rules: [[/^RETR (\d+)$/, slow]] },
      { settings: { options: { window: 20 } } },
    );
    expect(arrivals(await pass())).toHaveLength(200);
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThanOrEqual(20);
  });

  test('a pass with nothing new costs the same few commands for any number of messages, and does not ask the store', async () => {
    const { server, pass, enter, ledger } = await worldOf({ messages: mails(300) });
    await pass();
    const before = server.heard().length;
    const session = await enter();
    const known = { has: ledger.known.has, all: () => Promise.reject(new Error('asked for all references')) };
    const pages = await Array.fromAsync(
      session.email!.changes('INBOX', ledger.cursor, known, { messages: 9, bytes: 9, messageBytes: 9, since: null }),
    );
    expect(pages).toMatchObject([{ arrived: [], gone: [], complete: true }]);
    expect(server.heard().slice(before)).toBe('CAPA\r\nUSER anna\r\nPASS secret\r\nCAPA\r\nNOOP\r\nSTAT\r\nUIDL\r\n');
  });

  test('the probe says that nothing can have changed only when it is so', async () => {
    const drop: Pop3Maildrop = { messages: mails(3) };
    const { pass, enter, ledger } = await worldOf(drop);
    await pass();
    const mayHaveChanged = async () =>
      (await (await enter()).email!.probe(['inbox'], new Map([['INBOX', ledger.cursor!]])))[0]!.mayHaveChanged;
    expect(await mayHaveChanged()).toBe(false);
    drop.messages = [...drop.messages.slice(1), mail('new')];
    expect(await mayHaveChanged()).toBe(true);
  });

  test('a reader that stops for a while stops the server, not the memory', async () => {
    const big = Array.from({ length: 60 }, (_, n) => mail(`big ${n}`, 1_000_000));
    const { server, enter, ledger } = await worldOf({ messages: big });
    const session = await enter();
    const bounds = { messages: 1, bytes: 1 << 20, messageBytes: 2 << 20, since: null };
    const pages = session.email!.changes('INBOX', null, ledger.known, bounds)[Symbol.asyncIterator]();
    ledger.commit((await pages.next()).value);
    const sent = () =>
      server
        .transcript()
        .filter(({ from }) => from === 'server')
        .reduce((sum, { text }) => sum + text.length, 0);
    // Commands stay a few megabytes ahead; what is not asked for is not sent.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sent()).toBeLessThan(20_000_000);
    for (let next = await pages.next(); !next.done; next = await pages.next()) ledger.commit(next.value);
    expect(ledger.texts()).toEqual(big);
  });
});

describe('a server that fails in the middle', () => {
  test.each([
    ['in mid-message', '+OK\r\nSubject: half\r\n\r\nha'],
    ['just before the end', `+OK\r\n${mail('m3')}.`],
    ['before the answer', ''],
  ])('by closing %s: the message does not count, and the next session brings all that is missing, once', async (_, half) => {
    const drop: Pop3Maildrop = { messages: mails(6) };
    const dying: Script = (peer, number) => {
      const die = async (to: Peer) => {
        await to.raw(half);
        to.close();
        await to.hang();
      };
      return pop3Script(drop, number > 1 ? {} : { rules: [[/^RETR 3$/, die]] })(peer, number);
    };
    const { pass, ledger } = await world(dying);
    await expect(pass({ messages: 1 })).rejects.toMatchObject({ code: 'unreachable' });
    await pass();
    expect(ledger.texts().sort()).toEqual(mails(6).sort());
    expect(ledger.arrivals).toHaveLength(6);
  });

  test.each<[string, Reaction]>([
    ['closing', (peer) => peer.reset()],
    ['sending what is no reply', `+OK\r\n.\r\n..\r\n.x\r\n.\r\n`],
    ['sending a reply too many', `+OK\r\n.\r\n+OK\r\n${stuffed(mail('forged'))}`],
  ])(
    'always at the same message, by %s: the others get through, and after a while the pass is complete without it',
    async (_, reaction) => {
      const drop: Pop3Maildrop = { messages: mails(9) };
      const { pass, ledger } = await worldOf(drop, { rules: [[/^RETR 4$/, reaction]] });
      let failures = 0;
      let pages: EmailPage[] = [];
      for (; failures < 8 && pages.length === 0; failures += 1) pages = await pass().catch(() => []);
      expect(pages.at(-1)).toMatchObject({ complete: true });
      expect(failures).toBeLessThanOrEqual(5);
      expect(ledger.texts().sort()).toEqual(mails(9).filter((raw) => raw !== mail('m4')));
      expect(ledger.arrivals).toHaveLength(8);
    },
  );

  test('by refusing one message: the others come, and that one in a later pass', async () => {
    const drop: Pop3Maildrop = { messages: mails(4) };
    const script: Script = (peer, number) =>
      pop3Script(drop, number > 1 ? {} : { rules: [[/^RETR 2$/, '-ERR message corrupt\r\n']] })(peer, number);
    const { pass, ledger } = await world(script);
    expect(arrivals(await pass())).toEqual([mail('m1'), mail('m3'), mail('m4')]);
    expect(arrivals(await pass())).toEqual([mail('m2')]);
    expect(ledger.arrivals).toHaveLength(4);
  });

  test('by an -ERR that nobody asked for, between commands: a failure, no crash', async () => {
    const drop: Pop3Maildrop = { messages: mails(2) };
    const { enter, server } = await worldOf(drop, {
      rules: [[/^UIDL$/, (peer) => peer.raw(`+OK\r\n${lines('1 a', '2 b')}-ERR idle for too long\r\n`)]],
    });
    const session = await enter();
    await session.email!.probe(['INBOX'], new Map());
    await expect.poll(() => server.transcript().at(-1)!.text).toContain('idle');
    const reading = Array.fromAsync(
      session.email!.changes('INBOX', null, createLedger().known, { messages: 9, bytes: 9999, messageBytes: 9999, since: null }),
    );
    await expect(reading).rejects.toMatchObject({ code: 'unreachable', message: expect.stringMatching(/idle for too long/) });
  });

  test('by a stray line that shifts the replies: no message is taken for its neighbour', async () => {
    const drop: Pop3Maildrop = { messages: mails(10) };
    const stray = async (peer: Peer) => {
      await peer.raw(`-ERR what was that\r\n+OK\r\n${stuffed(mail('m4'))}`);
    };
    const { pass, ledger } = await worldOf(drop, { rules: [[/^RETR 4$/, stray]] });
    await expect(pass({ messages: 1 })).rejects.toMatchObject({ name: 'Failure' });
    expect(ledger.arrivals).toEqual([]);
  });
});

describe('size limits', () => {
  const messages = [mail('small'), mail('huge', 50_000), mail('last')];
  const header = 'Subject: huge\r\n\r\n';

  test.each<[string, Pop3Options]>([
    ['by TOP', {}],
    ['by reading and dropping, where there is no TOP', { capabilities: ['UIDL', 'PIPELINING'], noTop: true }],
    ['by reading and dropping, where TOP is offered and fails', { noTop: true }],
    ['by trying, where there is no CAPA', { capabilities: null }],
    ['by trying in vain, where there is no CAPA', { capabilities: null, noTop: true }],
    ['although LIST says it is small', { sizeOf: () => 100 }],
  ])('a message above the limit comes by its headers: %s', async (_, options) => {
    const { pass } = await worldOf({ messages }, options);
    const pages = await pass({ messageBytes: 10_000 });
    expect(arrivals(pages)).toEqual([messages[0], header, messages[2]]);
    expect(pages.flatMap((page) => page.arrived.map(({ headersOnly }) => headersOnly))).toEqual([false, true, false]);
    expect(arrivals(await pass({ messageBytes: 10_000 }))).toEqual([]);
  });

  test('a header without end is kept as far as the limit goes', async () => {
    const endless = `X-Long: ${'y'.repeat(300_000)}\r\n\r\nbody\r\n`;
    const { pass } = await worldOf({ messages: [endless] });
    const [email] = (await pass({ messageBytes: 10_000 })).flatMap((page) => page.arrived);
    expect(email).toMatchObject({ headersOnly: true });
    expect(email!.source.length).toBeLessThan(1_100_000);
  });
});

describe('identity', () => {
  const twins = [mail('twin'), mail('other'), mail('twin')];
  const sha = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex');

  test.each<[string, Pop3Maildrop['uidls']]>([
    ['there is no UIDL', null],
    ['UIDL repeats the message numbers', (all) => all.map((_, at) => String(at + 1))],
    ['UIDL repeats itself', (all) => all.map(() => 'same')],
    ['UIDL is not well-formed', (all) => all.map((_, at) => `a b ${at}`)],
    ['UIDL is empty', (all) => all.map(() => '')],
  ])('%s: messages are known by their content, twins by their order', async (_, uidls) => {
    const drop: Pop3Maildrop = { messages: [...twins], uidls };
    const { pass, ledger } = await worldOf(drop, uidls === null ? { capabilities: ['PIPELINING'] } : {});
    expect(arrivals(await pass())).toEqual(twins);
    expect([...ledger.present.keys()].sort()).toEqual(
      [`c:${sha(twins[0]!)}:1`, `c:${sha(twins[1]!)}:1`, `c:${sha(twins[0]!)}:2`].sort(),
    );
    expect(arrivals(await pass())).toEqual([]);
    drop.messages = [mail('new'), ...twins.slice(1)];
    const pages = await pass();
    expect(arrivals(pages)).toEqual([mail('new')]);
    expect(gone(pages)).toEqual([`c:${sha(twins[0]!)}:2`]);
  });

  test('only the messages whose ids repeat are known by their content (popa3d)', async () => {
    const drop: Pop3Maildrop = { messages: [...twins], uidls: (all) => all.map((message) => sha(message).slice(0, 32)) };
    const { pass, ledger, server } = await worldOf(drop);
    await pass();
    expect([...ledger.present.keys()].filter((ref) => ref.startsWith('u:'))).toHaveLength(1);
    const before = count(server, /RETR/g);
    expect(arrivals(await pass())).toEqual([]);
    expect(count(server, /RETR/g) - before).toBe(2);
  });

  test('a list of ids that leaves some out leaves none of the messages out', async () => {
    const { pass, ledger } = await worldOf(
      { messages: mails(3) },
      { rules: [[/^UIDL$/, `+OK\r\n${lines('1 a', 'nonsense', '3 c')}`]] },
    );
    expect(arrivals(await pass()).sort()).toEqual(mails(3));
    expect(arrivals(await pass())).toEqual([]);
    expect(ledger.present.size).toBe(3);
  });

  test('a bad moment of UIDL is a failure and no new identity', async () => {
    const { pass } = await worldOf(
      { messages: mails(2) },
      { capabilities: null, rules: [[/^UIDL$/, '-ERR [SYS/TEMP] later\r\n']] },
    );
    await expect(pass()).rejects.toMatchObject({ code: 'throttled' });
    const offering = await worldOf({ messages: mails(2) }, { rules: [[/^UIDL$/, '-ERR hiccup\r\n']] });
    await expect(offering.pass()).rejects.toMatchObject({ name: 'Failure' });
  });

  test('what is gone is told before what has arrived, when ids change', async () => {
    let session = 0;
    const drop: Pop3Maildrop = { messages: mails(5), uidls: (all) => all.map((_, at) => `s${session}-${at}`) };
    const { pass } = await worldOf(drop);
    await pass();
    session += 1;
    const pages = await pass({ messages: 2 });
    expect(pages[0]!.gone).toHaveLength(5);
    expect(gone(pages.slice(1))).toEqual([]);
    expect(arrivals(pages)).toEqual(mails(5));
  });

  test('ids that go on changing are not believed any more, and are again when they rest', async () => {
    let session = 0;
    const drop: Pop3Maildrop = { messages: mails(3), uidls: (all) => all.map((_, at) => `s${session}-${at}`) };
    const { pass, ledger } = await worldOf(drop);
    for (; session < 3; session += 1) await pass();
    const settling = await pass();
    expect([...ledger.present.keys()].every((ref) => ref.startsWith('c:'))).toBe(true);
    expect(gone(settling)).toHaveLength(3);
    session += 1;
    expect(await pass()).toMatchObject([{ arrived: [], gone: [] }]);
    session += 1;
    drop.messages = [...drop.messages, mail('new')];
    expect(arrivals(await pass())).toEqual([mail('new')]);
    await pass(); // the same ids a second time
    expect([...ledger.present.keys()].every((ref) => ref.startsWith('u:'))).toBe(true);
    expect(ledger.texts().sort()).toEqual([...mails(3), mail('new')].sort());
    expect(await pass()).toMatchObject([{ arrived: [], gone: [] }]);
  });

  test('one change of all ids, as an upgrade makes it, is followed once', async () => {
    let epoch = 0;
    const drop: Pop3Maildrop = { messages: mails(3), uidls: (all) => all.map((_, at) => `e${epoch}-${at}`) };
    const { pass, ledger } = await worldOf(drop);
    await pass();
    epoch = 1;
    for (let run = 1; run <= 4; run += 1) await pass();
    expect([...ledger.present.keys()].every((ref) => ref.startsWith('u:e1'))).toBe(true);
    expect(ledger.arrivals).toHaveLength(6);
  });

  test('a server that rewrites what it stores, and has no ids: gone with the old bytes, arrived with the new, nothing else', async () => {
    const drop: Pop3Maildrop = { messages: mails(3), uidls: null };
    const { pass, ledger } = await worldOf(drop, { capabilities: [] });
    await pass();
    drop.messages = drop.messages.map((message, at) => (at === 1 ? `Status: O\r\n${message}` : message));
    const pages = await pass();
    expect(arrivals(pages)).toEqual([`Status: O\r\n${mail('m2')}`]);
    expect(pages[0]!.gone).toHaveLength(1);
    expect(ledger.present.size).toBe(3);
  });

  test('new mail among known content comes within the bounds of pages, however much it is', async () => {
    const drop: Pop3Maildrop = { messages: mails(3), uidls: null };
    const { pass, ledger } = await worldOf(drop, { capabilities: ['PIPELINING'] });
    await pass();
    drop.messages = [...drop.messages, ...Array.from({ length: 10 }, (_, n) => mail(`big ${n}`, 5000))];
    const pages = await pass({ bytes: 12_000 });
    for (const page of pages)
      expect(page.arrived.reduce((sum, { source }) => sum + source.length, 0)).toBeLessThanOrEqual(12_000);
    expect(ledger.texts()).toEqual(drop.messages);
    expect(ledger.arrivals).toHaveLength(13);
  });

  test('a message that could not be read for its content leaves all known ones present', async () => {
    const drop: Pop3Maildrop = { messages: mails(3), uidls: null };
    const script: Script = (peer, number) =>
      pop3Script(drop, { capabilities: [], rules: number === 2 ? [[/^RETR 2$/, '-ERR busy reading\r\n']] : [] })(peer, number);
    const { pass, ledger } = await world(script);
    await pass();
    expect(gone(await pass())).toEqual([]);
    expect(gone(await pass())).toEqual([]);
    expect(ledger.arrivals).toHaveLength(3);
  });
});

describe('since', () => {
  const since = new Date('2026-01-01T00:00:00Z');
  const old = received('old', 'Wed, 31 Dec 2025 23:59:58 +0000');
  const young = received('young', 'Thu, 1 Jan 2026 01:00:02 +0100');
  const inZone = received('zone', 'Thu, 1 Jan 2026 00:59:58 +0100 (CET)');
  const undated = mail('undated');
  const garbled = received('garbled', 'yesterday');
  const lying = `Received: from x by y; Thu, 1 Jan 2026 08:00:00 -0000\r\nReceived: from z; Mon, 3 Feb 2003 08:00:00 +0000\r\nDate: Mon, 3 Feb 2003 08:00:00 +0000\r\n${mail('lying')}`;
  const messages = [old, young, inZone, undated, garbled, lying];

  test.each<[string, Pop3Options, Pop3Maildrop['uidls']]>([
    ['by TOP', {}, undefined],
    ['by the message itself, where there is no TOP', { noTop: true, capabilities: ['UIDL'] }, undefined],
    ['where there are no ids', { capabilities: ['TOP'] }, null],
  ])('old mail is left out and remembered, nothing young is lost: %s', async (_, options, uidls) => {
    const { pass } = await worldOf({ messages, uidls }, options);
    const pages = await pass({ since });
    expect(arrivals(pages).sort()).toEqual([young, undated, garbled, lying].sort());
    expect(pages.flatMap((page) => page.excluded ?? [])).toHaveLength(2);
  });

  test('only headers are read to find out', async () => {
    const { pass, server } = await worldOf({ messages });
    await pass({ since });
    expect(count(server, /TOP \d+ 0/g)).toBe(6);
    expect(count(server, /RETR/g)).toBe(4);
    await pass({ since });
    expect(count(server, /TOP|RETR/g)).toBe(10);
  });

  test('the preview counts what would come', async () => {
    const { enter } = await worldOf({ messages });
    const preview = await (await enter()).email!.preview('INBOX', { since, messageBytes: 150 });
    expect(preview).toEqual({ messages: 4, bytes: young.length + undated.length + garbled.length + lying.length, oversized: 1 });
  });
});

describe('a hundred thousand messages', () => {
  const COUNT = 100_000;
  const list = (tell: (number: number) => string) =>
    `+OK\r\n${lines(...Array.from({ length: COUNT }, (_, at) => `${at + 1} ${tell(at + 1)}`))}`;
  const uidls = list((number) => `0000${number}5f1e2d3c`);
  const rules: Pop3Options['rules'] = [
    [/^STAT$/, `+OK ${COUNT} 5000000\r\n`],
    [/^LIST$/, list(() => '50')],
    [/^UIDL$/, uidls],
    [/^RETR (\d+)$/, (peer, _, match) => peer.raw(`+OK\r\n${stuffed(mail(`m${match[1]}`))}`)],
  ];

  test('are compared with what is known; one new message costs one RETR, and the cursor stays small', async () => {
    const { enter, server } = await worldOf({ messages: [] }, { rules });
    const refs = new Set(Array.from({ length: COUNT - 1 }, (_, at) => `u:0000${at + 1}5f1e2d3c` as RemoteRef));
    const known = { has: async () => new Set<RemoteRef>(), all: async () => refs };
    const source = (await enter()).email!;
    const pages = await Array.fromAsync(
      source.changes('INBOX', null, known, { messages: 100, bytes: 1 << 20, messageBytes: 1 << 20, since: null }),
    );
    expect(arrivals(pages)).toEqual([mail(`m${COUNT}`)]);
    expect(gone(pages)).toEqual([]);
    expect(count(server, /RETR/g)).toBe(1);
    expect(pages.at(-1)!.cursor.length).toBeLessThan(500);
  });

  test('that are gone are told in pages', async () => {
    const { enter } = await worldOf({ messages: [] });
    const refs = new Set(Array.from({ length: COUNT }, (_, at) => `u:${at}` as RemoteRef));
    const known = { has: async () => new Set<RemoteRef>(), all: async () => refs };
    const pages = await Array.fromAsync(
      (await enter()).email!.changes('INBOX', null, known, { messages: 100, bytes: 1 << 20, messageBytes: 1 << 20, since: null }),
    );
    expect(pages.length).toBeGreaterThan(5);
    expect(gone(pages)).toHaveLength(COUNT);
    expect(pages.map(({ complete }) => complete)).toEqual([...pages.slice(1).map(() => false), true]);
  });
});
