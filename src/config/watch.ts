/**
 * Keeps the configuration of a running server up to date.
 *
 * - What the operating system tells about files is only a hint; whether anything changed is learnt from the contents, which
 *   are also looked at once a minute, because not every file system tells.
 * - A configuration with errors changes nothing: the last good one stays in force and that is said.
 * - One that would drop too many mailboxes waits for `mailroom plan --approve`.
 * - Editors that replace files, and folders that are swapped by a link, are seen, because folders are watched, not files.
 */
import { createHash } from 'node:crypto';
import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { asFailure } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { approvalFile, isApproved, recordServed } from './approval.ts';
import type { Config, Problem } from './config.ts';
import type { Environment } from './environment.ts';
import type { Watched } from './gather.ts';
import { type Loaded, loadConfig } from './load.ts';
import { dropsTooMany, type KnownMailbox, type MailboxPlan, planMailboxes } from './plan.ts';
import { problemLine } from './problem.ts';
import { type Refusal, recordRefusal } from './refusal.ts';

export type Good = Extract<Loaded, { config: Config }>;

export interface WatchOptions {
  readonly file: string;
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** In force until a better one comes. */
  readonly first: Good;
  /** The mailboxes that are served, to see how many would be dropped. */
  known(): Promise<readonly KnownMailbox[]>;
  /** A changed configuration takes effect. */
  changed(config: Config, plan: MailboxPlan): Promise<void>;
  /** How long after a hint to wait for the next: editors write in several steps. */
  readonly settleMs?: number;
  readonly lookEveryMs?: number;
}

export interface ConfigWatch {
  current(): Config;
  /** Null while the files are in force. */
  refusal(): Refusal | null;
  /** Reads everything again, as SIGHUP asks; resolves when it took effect or was refused. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

const SETTLE_MS = 300;
const LOOK_EVERY_MS = 60_000;

interface Watching extends WatchOptions {
  good: Good;
  refusal: Refusal | null;
  watched: Watched;
  seen: string;
  /** Clock time of the last reading, for sources that are commands. */
  readAtMs: number;
  readonly folders: Map<string, FSWatcher>;
}

export async function watchConfig(options: WatchOptions): Promise<ConfigWatch> {
  const { first, clock } = options;
  const folders = new Map<string, FSWatcher>();
  const watching: Watching = {
    ...options,
    good: first,
    refusal: null,
    watched: first.watched,
    seen: '',
    readAtMs: clock.monotonicMs(),
    folders,
  };
  watching.seen = await contentsOf(watching);
  const queue = createQueue();
  const hint = createHint();
  await recordServed(first.config, first.explanation);
  await recordRefusal(first.config.dataDir, null, clock.now());
  const look = (forced: boolean) => queue.run(() => lookAgain(watching, forced, hint.give));
  watchFolders(watching, hint.give);
  const ended = keepLooking(watching, hint, look);
  return {
    current: () => watching.good.config,
    refusal: () => watching.refusal,
    reload: () => look(true),
    async close() {
      hint.end();
      await ended;
      await queue.run(async () => {});
      for (const watcher of folders.values()) watcher.close();
    },
  };
}

async function keepLooking(watching: Watching, hint: Hint, look: (forced: boolean) => Promise<void>): Promise<void> {
  const { clock, signal } = watching;
  const stop = new AbortController();
  hint.ended.addEventListener('abort', () => stop.abort(), { once: true });
  const over = AbortSignal.any([signal, stop.signal]);
  while (!over.aborted) {
    const hinted = await Promise.race([hint.next(), pause(clock, watching.lookEveryMs ?? LOOK_EVERY_MS, over)]);
    if (over.aborted) return;
    if (hinted === 'hint') await pause(clock, watching.settleMs ?? SETTLE_MS, over);
    hint.clear();
    const dueMs = watching.watched.againAfterMs;
    await look(dueMs !== null && clock.monotonicMs() - watching.readAtMs >= dueMs);
  }
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<'time'> {
  await clock.sleep(ms, signal).catch(() => {});
  return 'time';
}

async function lookAgain(watching: Watching, forced: boolean, give: () => void): Promise<void> {
  if (!forced && (await contentsOf(watching)) === watching.seen) return;
  watching.readAtMs = watching.clock.monotonicMs();
  const loaded = await readAgain(watching);
  watchFolders(watching, give);
  try {
    if ('problems' in loaded) refuse(watching, loaded.problems);
    else await consider(watching, loaded);
    await recordRefusal(watching.good.config.dataDir, watching.refusal, watching.clock.now());
  } catch (error) {
    if (asFailure(error) === undefined) throw error;
    // The database was away: the next look tries once more.
    watching.seen = '';
    watching.log.error('configuration could not be taken over', { reason: (error as Error).message });
  }
}

const MAX_ROUNDS = 3;

/** The digest is taken before the reading, over the very files that are read: what changes meanwhile is seen next time. */
async function readAgain(watching: Watching): Promise<Loaded> {
  for (let round = 1; ; round++) {
    watching.seen = await contentsOf(watching);
    const loaded = await loadConfig(watching.file, { env: watching.env, now: watching.clock.now() });
    const same = sameFiles(watching, loaded.watched);
    watching.watched = loaded.watched;
    if (same || round === MAX_ROUNDS) return loaded;
  }
}

function sameFiles(watching: Watching, next: Watched): boolean {
  return JSON.stringify(watching.watched) === JSON.stringify(next);
}

function refuse(watching: Watching, problems: readonly Problem[]): void {
  watching.refusal = { kind: 'wrong', problems };
  watching.log.error('configuration has errors, the last good one stays in force', {
    problems: problems.length,
    first: problemLine(problems[0]!),
  });
}

async function consider(watching: Watching, next: Good): Promise<void> {
  const { log, good } = watching;
  const plan = planMailboxes(await watching.known(), next.config.mailboxes, next.explanation.fingerprint);
  if (dropsTooMany(plan) && !(await isApproved(next.config))) {
    watching.refusal = { kind: 'waiting', plan };
    log.error('configuration would drop too many mailboxes and waits for "mailroom plan --approve"', {
      dropped: plan.dropped.length,
      of: plan.served,
    });
    return;
  }
  watching.refusal = null;
  const taken = keepUnchanged(good, next);
  watching.good = taken;
  for (const warning of next.config.warnings) log.warn('configuration warning', { line: problemLine(warning) });
  warnOfRestart(log, good.config, taken.config);
  await watching.changed(taken.config, plan);
  await recordServed(next.config, next.explanation);
  log.info('configuration taken over', {
    added: plan.added.length,
    renamed: plan.renamed.length,
    changed: plan.changed.length,
    resumed: plan.resumed.length,
    dropped: plan.dropped.length,
  });
}

/** A mailbox whose settings are the same stays the very same object, so that whoever serves it need not start anew. */
function keepUnchanged(before: Good, next: Good): Good {
  const old = new Map(before.config.mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  const mailboxes = next.config.mailboxes.map((mailbox) => {
    const known = old.get(mailbox.id);
    const same = known !== undefined && before.explanation.fingerprint(mailbox.id) === next.explanation.fingerprint(mailbox.id);
    return same ? known : mailbox;
  });
  return { ...next, config: Object.freeze({ ...next.config, mailboxes: Object.freeze(mailboxes) }) };
}

/** What is made once at the start cannot change under a running server. */
function warnOfRestart(log: Log, before: Config, after: Config): void {
  const keys = ['dataDir', 'databaseUrl', 'tokenKey', 'log', 'http', 'workers', 'concurrentMailboxes'] as const;
  const changed = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  if (changed.length > 0) log.warn('settings that take effect at the next start only', { changed });
}

/** A digest of everything the configuration was made of, and of the approval. */
async function contentsOf(watching: Watching): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [...watching.watched.files, approvalFile(watching.good.config.dataDir)]) {
    hash.update(`\n${file}\n`);
    hash.update(await readFile(file).catch(() => 'unreadable'));
  }
  for (const { pattern, directory } of watching.watched.patterns) {
    const names: string[] = [];
    for await (const name of glob(pattern, { cwd: directory })) names.push(name);
    hash.update(JSON.stringify(names.sort()));
  }
  return hash.digest('hex');
}

function watchFolders(watching: Watching, hint: () => void): void {
  const { files, patterns } = watching.watched;
  const wanted = new Set([
    ...files.map((file) => dirname(file)),
    ...patterns.map(({ pattern, directory }) => resolve(directory, pattern.split(/[*?[{]/)[0]!.replace(/[^/]*$/, ''))),
    watching.good.config.dataDir,
  ]);
  for (const [folder, watcher] of watching.folders) {
    if (wanted.has(folder)) continue;
    watcher.close();
    watching.folders.delete(folder);
  }
  for (const folder of wanted) if (!watching.folders.has(folder)) watchOne(watching, folder, hint);
}

function watchOne(watching: Watching, folder: string, hint: () => void): void {
  try {
    const watcher = watchFolder(folder, { persistent: false }, hint);
    const forget = () => {
      watcher.close();
      watching.folders.delete(folder);
    };
    watcher.on('error', forget);
    watching.folders.set(folder, watcher);
  } catch (error) {
    // No such folder yet, or no watches left: the look once a minute still sees it.
    watching.log.debug('folder cannot be watched', { folder, reason: (error as Error).message });
  }
}

interface Hint {
  give(): void;
  next(): Promise<'hint'>;
  clear(): void;
  end(): void;
  readonly ended: AbortSignal;
}

/** Any number of hints before somebody asks are one. */
function createHint(): Hint {
  const end = new AbortController();
  let given = Promise.withResolvers<'hint'>();
  return {
    give: () => given.resolve('hint'),
    next: () => given.promise,
    clear: () => {
      given = Promise.withResolvers<'hint'>();
    },
    end: () => {
      end.abort();
      given.resolve('hint');
    },
    ended: end.signal,
  };
}

/** One reading at a time, whoever asks. */
function createQueue(): { run(task: () => Promise<void>): Promise<void> } {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const next = last.then(task, task);
      last = next.catch(() => {});
      return next;
    },
  };
}
