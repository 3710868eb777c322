/**
 * One holder at a time among the processes of a machine. The lock names its holder, so that one left by a killed process is
 * taken over; taking over is itself guarded, or two that both saw the dead holder could remove each other's new lock.
 */
import { mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { processIdentity } from './process-identity.ts';

const TRY_EVERY_MS = 25;
const GUARD_IS_STALE_MS = 10_000;

export interface LockPatience {
  readonly patienceMs: number;
  /** What to throw when the time is up. */
  readonly busy: (path: string) => Error;
}

export async function withFileLock<T>(path: string, patience: LockPatience, work: () => Promise<T>): Promise<T> {
  const mine = await processIdentity(process.pid);
  await acquire(path, mine ?? String(process.pid), patience);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, mine: string, { patienceMs, busy }: LockPatience): Promise<void> {
  const started = performance.now();
  while (!(await create(path, mine))) {
    if (await holderIsDead(path)) await takeAway(path);
    if (performance.now() - started > patienceMs) throw busy(path);
    await pause(TRY_EVERY_MS);
  }
}

async function create(path: string, mine: string): Promise<boolean> {
  try {
    await writeFile(path, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function holderIsDead(path: string): Promise<boolean> {
  const holder = await readFile(path, 'utf8').catch(() => null);
  if (holder === null) return false; // just released
  if (holder === '') return (await ageMs(path)) > GUARD_IS_STALE_MS; // created and not yet written, or died in between
  return (await processIdentity(Number.parseInt(holder, 10))) !== holder;
}

async function takeAway(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  try {
    await mkdir(guard);
  } catch {
    if ((await ageMs(guard)) > GUARD_IS_STALE_MS) await rmdir(guard).catch(() => {});
    return;
  }
  try {
    if (await holderIsDead(path)) await rm(path, { force: true });
  } finally {
    await rmdir(guard).catch(() => {});
  }
}

async function ageMs(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  return found === null ? 0 : Date.now() - found.mtimeMs;
}
