/**
 * What one program costs: its own processor time and memory, and that of the database and the mail server meanwhile, from /proc.
 *
 * Processor time is exact: a living process tells its own, and its parent's account holds that of the children that ended.
 * Memory is looked at four times a second: the kernel's high-water mark (VmHWM) of the living processes for the program; the proportional
 * share (PSS) for the database, whose processes share their buffers.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: { readonly uid?: number; readonly gid?: number };
}

export interface Cost {
  readonly seconds: number;
  readonly ownCpu: number;
  readonly serverCpu: number;
  readonly databaseCpu: number | null;
  readonly ownPeakMb: number;
  readonly databasePeakMb: number | null;
  readonly output: string;
}

const LOOK_EVERY_MS = 250;
const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux

/** `server` and `database` are the numbers of the first process of each; aborted, the program is killed with all it started. */
export async function measure(program: Program, server: number, database: number | null, signal: AbortSignal): Promise<Cost> {
  const before = { server: cpuOf(server), database: database === null ? 0 : cpuOf(database), own: cpuOfEnded() };
  const started = performance.now();
  const child = spawn(program.command, program.args, {
    ...{ cwd: program.cwd, ...program.user, env: { ...process.env, ...program.env }, stdio: ['ignore', 'pipe', 'pipe'] },
    detached: true, // a group of its own, which ends together
  });
  const kill = () => process.kill(-child.pid!, 'SIGKILL');
  signal.addEventListener('abort', kill);
  const watch = watchMemory(child.pid!, database);
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => output.push(data));
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  }).finally(() => signal.removeEventListener('abort', kill));
  const seconds = (performance.now() - started) / 1000;
  const peaks = watch.stop();
  const said = Buffer.concat(output).toString();
  if (signal.aborted) throw new Error(`stopped after ${seconds.toFixed(0)} s`);
  if (code !== 0) throw new Error(`ended with ${code}: ${said.trim().slice(-250)}`);
  return {
    ...{ seconds, output: said, ...peaks },
    ownCpu: cpuOfEnded() - before.own,
    serverCpu: cpuOf(server) - before.server,
    databaseCpu: database === null ? null : cpuOf(database) - before.database,
  };
}

interface Stat {
  readonly parent: number;
  readonly own: number;
  readonly ended: number;
}

function readStat(pid: number | 'self'): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command stands in parentheses and may contain anything, so the fields are counted from the last one.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { parent: fields[1]!, own: fields[11]! + fields[12]!, ended: fields[13]! + fields[14]! };
  } catch {
    return null; // it ended in the meantime
  }
}

type Processes = ReadonlyMap<number, Stat>;

function allProcesses(): Processes {
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : null;
    if (stat !== null) all.set(Number(name), stat);
  }
  return all;
}

/** Processes of a tree, the first one included. */
function treeOf(root: number, all: Processes): number[] {
  const isInside = (pid: number): boolean => pid === root || (all.has(pid) && isInside(all.get(pid)!.parent));
  return [...all.keys()].filter(isInside);
}

function cpuOf(root: number): number {
  const all = allProcesses();
  const ticks = treeOf(root, all).map((pid) => all.get(pid)!.own + all.get(pid)!.ended);
  return sum(ticks) / TICKS_PER_SECOND;
}

/** Of all children of this process that have ended, with theirs. */
const cpuOfEnded = (): number => readStat('self')!.ended / TICKS_PER_SECOND;

function watchMemory(own: number, database: number | null) {
  const peak = { own: 0, database: 0 };
  const look = () => {
    const all = allProcesses();
    const used = (root: number, file: string, field: string) =>
      sum(treeOf(root, all).map((pid) => kilobytes(`/proc/${pid}/${file}`, field)));
    peak.own = Math.max(peak.own, used(own, 'status', 'VmHWM'));
    if (database !== null) peak.database = Math.max(peak.database, used(database, 'smaps_rollup', 'Pss'));
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return { ownPeakMb: peak.own / 1024, databasePeakMb: database === null ? null : peak.database / 1024 };
    },
  };
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

function kilobytes(file: string, field: string): number {
  try {
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(file, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0; // it ended in the meantime
  }
}
