import { readFile } from 'node:fs/promises';

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
