/**
 * Serving all mailboxes in one process.
 *
 *   waiting ──due, hint or request──▶ running ──done──▶ waiting (soon again, less often while nothing comes)
 *                                        │
 *                                        └──failed──▶ waiting with backoff; a refused login: stopped until somebody mends it
 *
 * - A mailbox is served by the process that holds its lease; any number of processes share the mailboxes.
 * - Push only makes a mailbox due. Polling alone is correct.
 * - Nothing transient disables anything: even a stopped mailbox is tried again now and then.
 * - Stopping: running passes end at the next committed page.
 */
import type { Config, MailboxConfig } from '../config/config.ts';
import { asFailure, Failure, REACTION } from '../model/failure.ts';
import { type Backoff, createBackoff } from '../platform/backoff.ts';
import type { Lease } from '../store/leases.ts';
import { releaseLeases, renewLeases, takeLease } from '../store/leases.ts';
import { listMailboxes, resumeMailbox, stopMailbox } from '../store/mailboxes.ts';
import { takeRequests } from '../store/requests.ts';
import { pruneRuns } from '../store/runs.ts';
import { watchForHints } from './push.ts';
import type { SyncContext } from './sync-context.ts';
import { type SyncReport, syncMailbox } from './sync-mailbox.ts';

const LEASE_MS = 60_000;
const RENEW_EVERY_MS = 15_000;
const TICK_MS = 200;
const STOPPED_RETRY_MS = 4 * 3_600_000;
const CONFIRM_REFUSAL_MS = 60_000;
const PRUNE_EVERY_MS = 3_600_000;
const MORE_AFTER_MS = 10_000;

export interface ServeOptions {
  /** Names this process among those that share the database. */
  readonly holder: string;
  /** The newest good config. */
  config(): Config;
  /** Called after each pass, and whenever there may be something to send. */
  deliver(mailbox: MailboxConfig): Promise<void>;
  /** Mailboxes with something due in the outbox. */
  dueToSend(): Promise<readonly string[]>;
  /** For metrics. */
  finished(report: SyncReport, durationMs: number): void;
}

interface Served {
  mailbox: MailboxConfig;
  nextAt: number;
  quietPasses: number;
  refusals: number;
  backoff: Backoff;
  lease: Lease | null;
  running: boolean;
  /** Something happened during the pass: it may have looked too early. */
  again: boolean;
  push: AbortController | null;
}

export async function serve(context: SyncContext, options: ServeOptions): Promise<void> {
  const served = new Map<string, Served>();
  const running = new Set<Promise<void>>();
  const { signal, clock, database } = context;
  const timers = { renew: 0, prune: clock.monotonicMs() + PRUNE_EVERY_MS };
  while (!signal.aborted) {
    await healing(context, () => tick(context, options, served, running, timers));
    await clock.sleep(TICK_MS, signal).catch(() => {});
  }
  for (const one of served.values()) one.push?.abort();
  await Promise.allSettled(running);
  await releaseLeases(database, options.holder).catch(() => {});
}

/** The database may be away for a while; that ends nothing. */
async function healing(context: SyncContext, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (context.signal.aborted) return;
    context.log.warn('the database cannot be reached, trying again', { reason: (error as Error).message });
    await context.clock.sleep(2_000, context.signal).catch(() => {});
  }
}

async function tick(
  context: SyncContext,
  options: ServeOptions,
  served: Map<string, Served>,
  running: Set<Promise<void>>,
  timers: { renew: number; prune: number },
) {
  const now = context.clock.monotonicMs();
  await adoptConfig(context, options.config(), served);
  if (now >= timers.renew) {
    await renewLeases(context.database, options.holder, LEASE_MS);
    timers.renew = now + RENEW_EVERY_MS;
  }
  if (now >= timers.prune) {
    await pruneRuns(context.database);
    timers.prune = now + PRUNE_EVERY_MS;
  }
  for (const id of await takeRequests(context.database, options.holder, [...served.keys()])) makeDue(served.get(id));
  for (const id of await options.dueToSend()) sendSoon(context, options, served.get(id), running);
  for (const one of dueMailboxes(served, now)) {
    if (running.size >= options.config().concurrentMailboxes) return;
    track(running, runOne(context, options, one));
  }
}

function makeDue(one: Served | undefined): void {
  if (!one) return;
  one.nextAt = 0;
  one.again = one.running;
}

function track(running: Set<Promise<void>>, work: Promise<void>): void {
  const tracked = work.finally(() => running.delete(tracked));
  running.add(tracked);
}

const dueMailboxes = (served: Map<string, Served>, now: number) =>
  [...served.values()].filter((one) => !one.running && one.nextAt <= now).sort((a, b) => a.nextAt - b.nextAt);

/** New mailboxes come in spread over their polling interval, changed ones at once, dropped ones stop. */
async function adoptConfig(context: SyncContext, config: Config, served: Map<string, Served>): Promise<void> {
  const wanted = new Map(config.mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  if ([...served.values()].every((one) => wanted.get(one.mailbox.id) === one.mailbox) && served.size === wanted.size) return;
  const states = new Map((await listMailboxes(context.database)).map((row) => [row.id, row.state]));
  const now = context.clock.monotonicMs();
  for (const [id, one] of served) {
    if (wanted.has(id)) continue;
    one.push?.abort();
    served.delete(id);
  }
  for (const mailbox of wanted.values()) {
    const one = served.get(mailbox.id);
    if (one?.mailbox === mailbox) continue;
    if (one) {
      one.push?.abort();
      Object.assign(one, { mailbox, nextAt: now, push: null, refusals: 0 });
      continue;
    }
    const stopped = states.get(mailbox.id) === 'stopped';
    const nextAt = now + (stopped ? STOPPED_RETRY_MS : Math.random() * Math.min(wanted.size * 20, 30_000));
    served.set(mailbox.id, {
      mailbox,
      nextAt,
      quietPasses: 0,
      refusals: 0,
      backoff: newBackoff(),
      lease: null,
      running: false,
      again: false,
      push: null,
    });
  }
}

const newBackoff = () => createBackoff({ firstMs: 5_000, maxMs: 900_000 });

async function runOne(context: SyncContext, options: ServeOptions, one: Served): Promise<void> {
  one.running = true;
  one.again = false;
  const started = context.clock.monotonicMs();
  try {
    one.lease = await takeLease(context.database, one.mailbox.id, options.holder, LEASE_MS);
    if (!one.lease) {
      one.nextAt = started + LEASE_MS / 4; // another process serves it
      return;
    }
    const report = await syncMailbox(context, one.mailbox);
    options.finished(report, context.clock.monotonicMs() - started);
    await settle(context, one, report);
    await options.deliver(one.mailbox);
    keepWatch(context, one);
  } catch (error) {
    const failure = asFailure(error) ?? new Failure('garbled', `a defect of Mailroom: ${(error as Error).stack}`);
    context.log.error('a mailbox could not be served', { mailbox: one.mailbox.id, code: failure.code, reason: failure.message });
    one.nextAt = context.clock.monotonicMs() + one.backoff.next();
  } finally {
    one.running = false;
  }
}

async function settle(context: SyncContext, one: Served, report: SyncReport): Promise<void> {
  const { log, clock, database } = context;
  const { failure, counts } = report;
  const now = clock.monotonicMs();
  if (!failure) {
    one.refusals = 0;
    await resumeMailbox(database, one.mailbox.id);
    one.backoff.survived();
    one.quietPasses = counts.stored + counts.gone > 0 || hadItems(report) ? 0 : one.quietPasses + 1;
    one.nextAt = one.again ? now : now + (mayHaveMore(one, counts.stored) ? MORE_AFTER_MS : pollAfterMs(one));
    log.info('pass done', { mailbox: one.mailbox.id, ...counts });
    return;
  }
  if (context.signal.aborted) return;
  log.warn('pass failed', { mailbox: one.mailbox.id, code: failure.code, reason: failure.message, ...counts });
  one.nextAt = now + (await waitAfter(context, one, failure));
}

async function waitAfter(context: SyncContext, one: Served, failure: Failure): Promise<number> {
  if (failure.code === 'auth-rejected') {
    one.refusals += 1;
    if (one.refusals < 2 || (one.mailbox.receive ?? one.mailbox.items)?.auth.shared) return CONFIRM_REFUSAL_MS;
    await stopMailbox(context.database, one.mailbox.id, failure);
    context.log.error('mailbox stopped: the server refuses its login', { mailbox: one.mailbox.id, remedy: failure.remedy });
    return STOPPED_RETRY_MS;
  }
  const wait = REACTION[failure.code].scope === 'item' ? pollAfterMs(one) : one.backoff.next();
  return Math.max(wait, failure.retryAfterMs ?? 0);
}

/** Some POP3 servers (Gmail) list a few hundred messages at a time and the next ones only in the next session. */
const mayHaveMore = (one: Served, stored: number) => one.mailbox.receive?.server.type === 'pop3' && stored >= 100;

const hadItems = ({ items }: SyncReport) => Object.values(items).some((counts) => counts.read + counts.writes > 0);

/** Quiet mailboxes are asked less and less often. */
function pollAfterMs(one: Served): number {
  const polling = (one.mailbox.receive ?? one.mailbox.items)?.server.polling;
  if (!polling) return 3_600_000;
  const grown = polling.everyMs * 1.5 ** Math.max(0, one.quietPasses - 2);
  return Math.min(grown, Math.max(polling.quietEveryMs, polling.everyMs)) * (0.9 + Math.random() * 0.2);
}

function sendSoon(context: SyncContext, options: ServeOptions, one: Served | undefined, running: Set<Promise<void>>): void {
  if (!one?.lease || one.running) return;
  one.running = true;
  const work = options
    .deliver(one.mailbox)
    .catch((error: Error) =>
      context.log.error('the outbox could not be worked on', { mailbox: one.mailbox.id, reason: error.message }),
    )
    .finally(() => {
      one.running = false;
    });
  track(running, work);
}

function keepWatch(context: SyncContext, one: Served): void {
  if (one.push || context.signal.aborted || !one.mailbox.receive?.server.polling.push) return;
  const controller = new AbortController();
  one.push = controller;
  const signal = AbortSignal.any([controller.signal, context.signal]);
  void watchForHints(context, one.mailbox, one.mailbox.receive, signal, () => makeDue(one)).finally(() => {
    if (one.push === controller) one.push = null; // opened again after the next pass
  });
}
