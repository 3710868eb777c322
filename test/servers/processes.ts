/**
 * Every server that a test starts goes through here. It lives in a session of its own, and ends with the process that
 * started it, whatever happens to that one: on exit and signals we kill it, and when we are killed by SIGKILL, a guard
 * (a small shell that waits for the end of its input) does. `test/run.ts` reads the ledger and fails when anything is left.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface Spawned {
  readonly child: ChildProcess;
  /** The id of its process group and of its session. */
  readonly group: number;
  /** The last part of what it wrote to stdout and stderr. */
  output(): string;
  exited(): boolean;
  /** SIGKILL to all of it; resolves when none is left. */
  kill(): Promise<void>;
  /** Asks politely first, kills what is left after the time. */
  stop(forMs?: number): Promise<void>;
}

export interface SpawnOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
}

const LEDGER = 'MAILROOM_TEST_LEDGER';
const groups = new Set<number>();
const folders = new Set<string>();
let guard: ChildProcess | null = null;

// At the end of its input: kill every group and session noted, then remove the folders.
const GUARD = `trap '' INT TERM HUP
groups=' '
while IFS=' ' read -r verb what; do
  case "$verb" in
    add) groups="$groups$what ";;
    forget) groups=$(printf %s "$groups" | sed "s/ $what / /");;
    folder) set -- "$@" "$what";;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
[ "$#" -eq 0 ] || rm -rf -- "$@"`;

function note(verb: 'add' | 'forget' | 'folder', what: string | number): void {
  if (guard === null) {
    guard = spawn('/bin/sh', ['-c', GUARD], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guard.unref();
    const input = guard.stdin as NonNullable<ChildProcess['stdin']> & { unref?: () => void };
    input.unref?.();
    input.on('error', () => {}); // the guard is gone: the hooks below remain
    installHooks();
  }
  guard.stdin?.write(`${verb} ${what}\n`);
  const ledger = process.env[LEDGER];
  if (ledger !== undefined) appendFileSync(ledger, `${verb} ${what}\n`);
}

function installHooks(): void {
  process.on('exit', killAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      killAll();
      // A program with an own handler ends in its own way; without one, the signal does what it always does.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  }
}

function killAll(): void {
  for (const group of groups) signalGroup(group, 'SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  for (const pid of membersOf(group)) {
    try {
      process.kill(pid, signal);
    } catch {} // it ended in the meantime
  }
}

/** A folder below the system's temporary one that is removed at the latest when this process ends. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `mailroom-test-${name}-`));
  folders.add(path);
  note('folder', path);
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
      folders.delete(path);
    },
  };
}

export function spawnServer(command: string, args: readonly string[], options: SpawnOptions = {}): Spawned {
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let ended = false;
  const hear = (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-20_000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.on('error', (error) => {
    said += `${error.message}\n`;
    ended = true;
  });
  child.on('exit', () => {
    ended = true;
  });
  const group = child.pid ?? 0;
  if (group > 0) {
    groups.add(group);
    note('add', group);
  }
  const kill = () => endGroup(group, 'SIGKILL', 10_000);
  const stop = async (forMs = 3000) => {
    await endGroup(group, 'SIGTERM', forMs);
    await kill();
  };
  return { child, group, output: () => said, exited: () => ended, kill, stop };
}

async function endGroup(group: number, signal: NodeJS.Signals, forMs: number): Promise<void> {
  if (group === 0) return;
  signalGroup(group, signal);
  const deadline = performance.now() + forMs;
  while (membersOf(group).length > 0 && performance.now() < deadline) {
    await wait(5);
    if (signal === 'SIGKILL') signalGroup(group, signal);
  }
  if (membersOf(group).length > 0) return;
  groups.delete(group);
  note('forget', group);
}

/** The living processes of a group or a session: a server's children may leave its group. */
export function membersOf(group: number): number[] {
  if (!existsSync('/proc/self/stat')) return lives(-group) ? [-group] : [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => belongsTo(pid, group));
}

/** Where there is no /proc, a group is known as a whole. */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function belongsTo(pid: number, group: number): boolean {
  try {
    // The command stands in parentheses and may contain anything, so the fields are counted from the last one.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , pgrp, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state !== 'Z' && state !== 'X' && (Number(pgrp) === group || Number(session) === group);
  } catch {
    return false;
  }
}

/** What this very process has started and not yet ended; a test may demand that it is empty. */
export function stillRunning(): number[] {
  return [...groups].filter((group) => membersOf(group).length > 0);
}
