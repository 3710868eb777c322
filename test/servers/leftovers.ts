/** What a test run left running: the servers of its ledger, and whatever else inherited its environment. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { membersOf } from './processes.ts';

export interface Left {
  readonly pid: number;
  readonly command: string;
}

const GRACE_MS = 5000;

/** Waits a moment for what is about to end. */
export async function leftRunning(ledger: string, graceMs = GRACE_MS): Promise<Left[]> {
  const deadline = performance.now() + graceMs;
  for (;;) {
    const left = look(ledger);
    if (left.length === 0 || performance.now() > deadline) return left;
    await wait(50);
  }
}

function look(ledger: string): Left[] {
  const noted = groupsOf(ledger).flatMap((group) => membersOf(group));
  const pids = new Set([...noted, ...heirsOf(`MAILROOM_TEST_LEDGER=${ledger}`)]);
  pids.delete(process.pid);
  return [...pids].map((pid) => ({ pid, command: commandOf(pid) }));
}

function groupsOf(ledger: string): number[] {
  if (!existsSync(ledger)) return [];
  const lines = readFileSync(ledger, 'utf8').split('\n');
  const groups = new Set<number>();
  for (const [verb, what] of lines.map((line) => line.split(' '))) {
    if (verb === 'add') groups.add(Number(what));
    // Its number may belong to somebody else by now.
    if (verb === 'forget') groups.delete(Number(what));
  }
  return [...groups];
}

function heirsOf(setting: string): number[] {
  if (!existsSync('/proc')) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(setting)).map(Number);
}

const commandOf = (pid: number): string => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // it ended, or belongs to somebody else
  }
}
