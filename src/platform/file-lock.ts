/**
 * One holder at a time among the processes of a machine. The lock names its holder, so that one left by a killed process is
 * taken over; taking over is itself guarded, or two that both saw the dead holder could remove each other's new lock.
 */
import { mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../model/failure.ts';
import { processIdentity } from './process-identity.ts';

const TRY_EVERY_MS = 25;
const GUARD_IS_STALE_MS = 10_000;

export async function withFileLock<T>(path: string, work: () => Promise<T>, patienceMs = 60_000): Promise<T> {
  const mine = await processIdentity(process.pid);
  await acquire(path, mine ?? String(process.pid), patienceMs);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, mine: string, patienceMs: number): Promise<void> {
  const started = performance.now();
  while (!(await create(path, mine))) {
    if (await holderIsDead(path)) await takeAway(path);
    if (performance.now() - started > patienceMs) {
      throw new Failure('unreachable', `another process has held ${path} for ${Math.round(patienceMs / 1000)} s`, {
        remedy: 'if no Mailroom process is busy, remove that file',
      });
    }
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
