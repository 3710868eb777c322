/** Killed at every step point while sending: the ledger of the server, outside of Mailroom, says what arrived. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { needsServer } from '../servers/needs.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { type SmtpSink, startSmtpSink } from '../servers/smtp-sink.ts';
import type { KillJob } from './outbox-kill-main.ts';
import { type ImapPlace, imapFiling, openWorld } from './outbox-world.ts';

const root = join(import.meta.dirname, '..', '..');

describe.runIf(await needsServer('dovecot'))('a process killed while it sends', () => {
  let db: TestDatabase;
  let sink: SmtpSink;
  let dovecot: Dovecot;
  let sentFolder: ImapPlace;
  beforeAll(async () => {
    [db, sink, dovecot] = await Promise.all([startTestDatabase(), startSmtpSink(), startDovecot({ users: { anna: 'pw' } })]);
    sentFolder = { host: dovecot.host, port: dovecot.imapsPort, caPem: dovecot.caPem, user: 'anna', password: 'pw' };
    // The role needs a folder to point at.
    await dovecot.deliver('anna', 'Sent', 'Subject: old\r\n\r\n');
  });
  afterAll(() => Promise.all([db?.stop(), sink?.stop(), dovecot?.stop()]));

  let round = 0;
  async function runAndDie(killAt: number) {
    round += 1;
    const to = [`b${round}@example.test`, `later${round}@example.test`];
    sink.answer(to[1]!, { stage: 'rcpt', reply: '450 4.2.0 Greylisted', times: 1 });
    const server = { port: sink.port, caPem: sink.caPem };
    const said = await runChild({ databaseUrl: db.url, server, sentFolder, to, killAt });
    const steps = [...said.matchAll(/^step (.*)$/gm)].map(([, name]) => name!);
    return { to, steps, said };
  }

  /** Another process takes over, today and a while later. */
  async function recover() {
    const world = await openWorld({ database: db.database, server: sink, openFiling: imapFiling(sentFolder) });
    for (let turn = 0; turn < 3; turn += 1) {
      await world.deliver();
      world.pass(30 * 60_000);
    }
    return world;
  }

  const sentCopies = (messageId: string) =>
    dovecot.messages('anna', 'Sent').filter(({ raw }) => raw.toString().includes(`<${messageId}>`)).length;

  test('at every step point: each recipient has it once, or it is in doubt, and that only between mark and result', {
    timeout: 600_000,
  }, async () => {
    const whole = await runAndDie(0);
    expect(whole.steps).toEqual(UNINTERRUPTED);
    const killed: string[] = [];
    for (let at = 1; at <= whole.steps.length; at += 1) {
      const { to, steps } = await runAndDie(at);
      killed.push(steps.at(-1)!);
      const world = await recover();
      const item = (await world.outbox.list()).find(({ recipients }) => recipients[0]?.address === to[0])!;
      const counts = to.map((address) => sink.ledger.count(`<${item.messageId}>`, address));
      const told = { step: `${at} ${steps.at(-1)}`, state: item.state, counts, copies: sentCopies(item.messageId) };
      if (DOUBTFUL.has(steps.at(-1)!)) {
        expect({ ...told, copies: null }).toMatchObject({ state: 'in-doubt' });
        expect(Math.max(...counts)).toBeLessThanOrEqual(1);
        expect(told.copies).toBeLessThanOrEqual(1);
      } else expect(told).toMatchObject({ state: 'sent', counts: [1, 1], copies: 1 });
    }
    expect(killed).toEqual(UNINTERRUPTED);
  });
});

const ATTEMPT = [
  'outbox: claimed',
  'outbox: all but the dot is out',
  'outbox: dot committed',
  'outbox: answer known',
  'outbox: settled',
];
const FILED = ['outbox: copy begun', 'outbox: copy appended', 'outbox: copy noted'];
const UNINTERRUPTED = ['outbox: submitted', ...ATTEMPT, ...FILED, ...ATTEMPT];
const DOUBTFUL = new Set(['outbox: dot committed', 'outbox: answer known']);

function runChild(job: KillJob): Promise<string> {
  const main = join(import.meta.dirname, 'outbox-kill-main.ts');
  const child = spawn(process.execPath, [join(root, 'bin', 'run.js'), main, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}
