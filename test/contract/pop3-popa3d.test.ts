/** popa3d: no CAPA, no pipelining, one mbox file, and one UIDL for messages whose headers are the same. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPop3Connector } from '../../src/connector/pop3/pop3-connector.ts';
import { needsServer } from '../servers/needs.ts';
import { type Popa3d, startPopa3d } from '../servers/popa3d.ts';
import { contextFor } from './context.ts';
import { emailDisposalContract } from './disposal.ts';
import { emailSourceContract, letter } from './email-source.ts';
import { createLedger } from './ledger.ts';

describe.runIf(await needsServer('popa3d'))('popa3d', () => {
  let popa3d: Popa3d;
  beforeAll(async () => {
    const users = Array.from({ length: 60 }, (_, n) => [`user${n + 1}`, 'secret'] as const);
    popa3d = await startPopa3d({ users: Object.fromEntries(users) });
  });
  afterAll(() => popa3d?.stop());

  let users = 0;
  const messagesOf = (mbox: Buffer) =>
    mbox
      .toString('utf8')
      .split(/^From sender@example.test .*\n/m)
      .slice(1)
      .map((text) => text.replace(/\n\n$/, '\n').replaceAll('\n', '\r\n'));

  /** A mailbox of its own for each test. */
  async function makeWorld() {
    users += 1;
    const user = `user${users}`;
    const connector = createPop3Connector();
    const settings = connector.parseSettings({ host: popa3d.host, port: popa3d.pop3Port, tls: 'none', allowClearText: true });
    const context = (signal?: AbortSignal) =>
      contextFor({ method: 'password', username: user, password: 'secret' }, signal ? { signal } : {});
    return {
      user,
      folder: 'INBOX',
      open: (signal?: AbortSignal) => connector.open(settings, context(signal)),
      deliver: async (raw: string) => popa3d.deliver(user, raw),
      async remove(raw: string) {
        const kept = messagesOf(popa3d.mbox(user));
        kept.splice(kept.indexOf(raw), 1);
        popa3d.replaceMbox(user, '');
        for (const one of kept) popa3d.deliver(user, one);
      },
      remaining: async () => messagesOf(popa3d.mbox(user)),
    };
  }

  emailSourceContract('pop3 (popa3d)', { dates: false, flags: false, renumber: false, endsWhenChanged: true }, makeWorld);
  emailDisposalContract('pop3 (popa3d)', makeWorld);

  test('twins with one UIDL are two messages, told apart in every session, and a third one is new', async () => {
    const world = await makeWorld();
    for (const raw of [letter('twin'), letter('twin'), letter('other')]) await world.deliver(raw);
    const ledger = createLedger();
    const pass = async () => {
      await using session = await world.open();
      const pages = await ledger.pass(session.email!, 'INBOX');
      await session.disposal!.settle();
      return pages.flatMap(({ arrived, gone }) => [...arrived, ...gone]);
    };
    expect(await pass()).toHaveLength(3);
    expect(await pass()).toEqual([]);
    await world.deliver(letter('twin'));
    expect(await pass()).toHaveLength(1);
    expect(ledger.present.size).toBe(4);
  });
});
