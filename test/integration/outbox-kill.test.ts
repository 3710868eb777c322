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
  const newRecipients = () => {
    round += 1;
    const to = [`b${round}@example.test`, `later${round}@example.test`];
    sink.answer(to[1]!, { stage: 'rcpt', reply: '450 4.2.0 Greylisted', times: 1 });
    return to;
  };
  const jobFor = (mails: readonly (readonly string[])[], killAt: number): KillJob => ({
    ...{ databaseUrl: db.url, server: { port: sink.port, caPem: sink.caPem }, sentFolder, mails, killAt },
  });
  async function runAndDie(killAt: number) {
    const to = newRecipients();
    const said = await runChild(jobFor([to], killAt));
    return { to, steps: stepsIn(said) };
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

  test('at random moments with many mails under way: the same', { timeout: 600_000 }, async () => {
    for (let kill = 0; kill < Number(process.env.MAILROOM_RANDOM_KILLS ?? 3); kill += 1) {
      const mails = Array.from({ length: 8 }, newRecipients);
      // So many steps after the first, and then so many milliseconds: the machine's speed does not matter.
      const moment = { afterSteps: Math.floor(Math.random() * 90), thenMs: Math.random() * 15 };
      const last = stepsIn(await runChild(jobFor(mails, 0), moment)).at(-1);
      const items = await (await recover()).outbox.list({ states: undefined });
      const mine = items.filter(({ recipients }) => mails.some((to) => to[0] === recipients[0]?.address));
      const doubtful = mine.filter(({ state }) => state === 'in-doubt');
      const told = JSON.stringify({ moment, last });
      expect(doubtful.length, told).toBeLessThanOrEqual(1);
      for (const { state, messageId, recipients } of mine) {
        const counts = recipients.map(({ address }) => sink.ledger.count(`<${messageId}>`, address));
        if (state === 'in-doubt') expect(Math.max(...counts), told).toBeLessThanOrEqual(1);
        else expect({ state, counts, copies: sentCopies(messageId) }, told).toEqual({ state: 'sent', counts: [1, 1], copies: 1 });
      }
    }
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

const stepsIn = (said: string): readonly string[] => [...said.matchAll(/^step (.*)$/gm)].map(([, name]) => name!);

function runChild(job: KillJob, killed?: { readonly afterSteps: number; readonly thenMs: number }): Promise<string> {
  const main = join(import.meta.dirname, 'outbox-kill-main.ts');
  // Not through the launcher: the signal has to hit the process itself.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let armed = killed !== undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (!armed || killed === undefined || stepsIn(said).length <= killed.afterSteps) return;
      armed = false;
      setTimeout(() => child.kill('SIGKILL'), killed.thenMs);
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}
