import { afterEach, expect, test } from 'vitest';
import { createLedger } from '../../../test/contract/ledger.ts';
import { type FaultProxy, startFaultProxy } from '../../../test/servers/fault-proxy.ts';
import { type Pop3Maildrop, type Pop3Options, pop3Script } from '../../../test/servers/pop3-script.ts';
import { hastyClock, type Pop3ClientOptions, pop3Client } from '../../../test/servers/pop3-session.ts';
import { startScripted } from '../../../test/servers/scripted.ts';
import type { RemoteRef } from '../connector.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const mail = (name: string) => `Subject: ${name}\r\n\r\nText of ${name}\r\n`;
const mails = (count: number) => Array.from({ length: count }, (_, n) => mail(`m${n + 1}`));

/** A session that has read everything, and a way to begin another. */
async function world(drop: Pop3Maildrop, options: Pop3Options = {}, client: Pop3ClientOptions = {}, proxied = false) {
  const server = await startScripted(pop3Script(drop, options));
  cleanups.push(() => server.stop());
  const proxy = proxied ? await startFaultProxy(server) : null;
  if (proxy) cleanups.push(() => proxy.stop());
  const { open } = pop3Client(proxy ?? server, client);
  const ledger = createLedger();
  const enter = async () => {
    const session = await open();
    cleanups.push(async () => session[Symbol.asyncDispose]());
    await ledger.pass(session.email!, 'INBOX');
    return session;
  };
  return { server, proxy: proxy as FaultProxy, ledger, enter, refs: () => [...ledger.present.keys()] };
}

test('a QUIT that the server does not confirm confirms nothing', async () => {
  const { enter, refs } = await world(
    { messages: mails(3) },
    { rules: [[/^QUIT$/, '-ERR some deleted messages not removed\r\n']] },
  );
  const session = await enter();
  await session.disposal!.remove(refs());
  expect(await session.disposal!.settle()).toEqual([]);
});

test.each(['cut', 'swallow-reply'] as const)(
  'QUIT lost on its way (%s): nothing is confirmed, and the next session finds out',
  async (kind) => {
    const drop: Pop3Maildrop = { messages: mails(3) };
    const { enter, refs, proxy, ledger } = await world(drop, {}, {}, true);
    const session = await enter();
    const [first] = refs();
    proxy.arm({ kind, direction: 'to-server', after: 'QUIT\r\n' });
    await session.disposal!.remove([first!]);
    expect(await session.disposal!.settle()).toEqual([]);
    // The server may have removed it or not: both are told by the next listing.
    await enter();
    expect(ledger.texts().sort()).toEqual([...drop.messages].sort());
  },
);

test('a connection lost between DELE and QUIT removes nothing (RFC 1939 6)', async () => {
  const drop: Pop3Maildrop = { messages: mails(3) };
  const { enter, refs, proxy } = await world(drop, {}, {}, true);
  const session = await enter();
  await session.disposal!.remove(refs());
  proxy.cutAll();
  expect(await session.disposal!.settle()).toEqual([]);
  expect(drop.messages).toEqual(mails(3));
});

test('what the server refuses to remove is not confirmed, the rest is', async () => {
  const drop: Pop3Maildrop = { messages: mails(3) };
  const { enter, refs } = await world(drop, { rules: [[/^DELE 2$/, '-ERR read-only\r\n']] });
  const session = await enter();
  await session.disposal!.remove(refs());
  expect(await session.disposal!.settle()).toHaveLength(2);
  expect(drop.messages).toEqual([mail('m2')]);
});

test('an id that another message bears now removes nothing: ids of this session alone count', async () => {
  const drop: Pop3Maildrop = {
    messages: mails(3),
    uidls: (all) => all.map((message) => `id-${message.length}-${message.slice(9, 11)}`),
  };
  const { enter, refs, server } = await world(drop);
  await (await enter()).disposal!.settle();
  const [first] = refs();
  drop.messages = drop.messages.slice(1);
  const session = await enter();
  await session.disposal!.remove([first!]);
  expect(await session.disposal!.settle()).toEqual([]);
  expect(server.heard()).not.toContain('DELE');
});

test('without ids, what goes is what gave these very bytes in this session, wherever it lies now', async () => {
  const drop: Pop3Maildrop = { messages: mails(3), uidls: null };
  const { enter, ledger, server } = await world(drop, { capabilities: ['PIPELINING'] });
  await (await enter()).disposal!.settle();
  const [third] = [...ledger.present].find(([, { source }]) => Buffer.from(source).toString() === mail('m3'))!;
  drop.messages = [mail('new'), ...drop.messages.slice(1)];
  const session = await enter();
  await session.disposal!.remove([third]);
  expect(await session.disposal!.settle()).toEqual([third]);
  expect(server.heard()).toContain('DELE 3');
  expect(drop.messages).toEqual([mail('new'), mail('m2')]);
});

test('an unsettled session takes its marks back and says no QUIT', async () => {
  const drop: Pop3Maildrop = { messages: mails(2) };
  const { enter, refs, server } = await world(drop);
  const session = await enter();
  await session.disposal!.remove(refs());
  await session[Symbol.asyncDispose]();
  expect(server.heard()).toMatch(/DELE 2\r\nRSET\r\n$/);
  expect(drop.messages).toEqual(mails(2));
});

test('and is not held up by a server that does not answer to that', async () => {
  const drop: Pop3Maildrop = { messages: mails(2) };
  const { enter, refs } = await world(drop, { rules: [[/^RSET$/, (peer) => peer.hang()]] }, { context: { clock: hastyClock } });
  const session = await enter();
  await session.disposal!.remove(refs());
  await session[Symbol.asyncDispose]();
  expect(drop.messages).toEqual(mails(2));
});

test('a session cannot be settled in the middle of a pass, when messages were read that nobody has stored', async () => {
  const drop: Pop3Maildrop = { messages: mails(5) };
  const server = await startScripted(pop3Script(drop));
  cleanups.push(() => server.stop());
  await using session = await pop3Client(server).open();
  const bounds = { messages: 1, bytes: 1 << 20, messageBytes: 1 << 20, since: null };
  for await (const page of session.email!.changes('INBOX', null, createLedger().known, bounds)) {
    expect(page.complete).toBe(false);
    break;
  }
  await expect(session.disposal!.settle()).rejects.toMatchObject({ code: 'conflict' });
  expect(server.heard()).not.toContain('QUIT');
});

test('a reference nobody has seen is left alone', async () => {
  const { enter, server } = await world({ messages: mails(1) });
  const session = await enter();
  await session.disposal!.remove(['u:other' as RemoteRef, 'c:00:1' as RemoteRef, 'INBOX' as RemoteRef]);
  expect(await session.disposal!.settle()).toEqual([]);
  expect(server.heard()).not.toContain('DELE');
});
