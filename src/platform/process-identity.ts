import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Tells a process from a later one with the same number. `pid` alone where the system has no /proc. */
export async function processIdentity(pid: number): Promise<string | null> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return String(pid);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null; // a zombie no longer does anything
  return `${pid} ${fields[19]}`; // start time, proc(5)
}

/**
 * Names a process among all that may share a database: its machine (with boot and process namespace, because containers may
 * share a host name), then its identity there.
 */
export async function processName(): Promise<string> {
  return `${await machineName()} ${await processIdentity(process.pid)}`;
}

/** Certainly dead: it ran on this very machine and is not there any more. */
export async function isDeadProcess(name: string): Promise<boolean> {
  const [machine, ...identity] = name.split(' ');
  if (machine !== (await machineName())) return false;
  const [pid] = identity;
  return (await processIdentity(Number(pid))) !== identity.slice(0, 2).join(' ');
}

async function machineName(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname().replaceAll(' ', '-'), boot.trim().slice(0, 8), namespace.replace(/\D/g, '')].filter(Boolean).join('/');
}
