/** What `mailroom plan --approve` leaves in the data folder for a running server, and what a server leaves there for `plan`. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { Explanation } from './explain.ts';
import { type KnownMailbox, mailboxSetHash } from './plan.ts';

export interface Approval {
  /** mailboxSetHash of the configuration that was approved. */
  readonly mailboxes: string;
  readonly approvedAt: string;
  readonly dropped: number;
}

export function approvalFile(dataDir: string): string {
  return join(dataDir, 'approval.json');
}

export async function writeApproval(config: Config, dropped: number, now: Date): Promise<Approval> {
  const approval: Approval = { mailboxes: mailboxSetHash(config), approvedAt: now.toISOString(), dropped };
  await replaceFile(config.dataDir, approvalFile(config.dataDir), approval);
  return approval;
}

/** True when a person has approved exactly this set of mailboxes. */
export async function isApproved(config: Config): Promise<boolean> {
  const approval = await readJson<Approval>(approvalFile(config.dataDir));
  return approval?.mailboxes === mailboxSetHash(config);
}

interface Served {
  readonly mailboxes: readonly KnownMailbox[];
}

const servedFile = (dataDir: string) => join(dataDir, 'served.json');

/** Remembers with which settings each mailbox is served, so that `plan` can tell what changed. */
export async function recordServed(config: Config, explanation: Explanation): Promise<void> {
  const mailboxes = config.mailboxes.map(({ id, address }) => ({
    id,
    address,
    paused: false,
    fingerprint: explanation.fingerprint(id),
  }));
  await replaceFile(config.dataDir, servedFile(config.dataDir), { mailboxes } satisfies Served);
}

/** Null when nothing was ever served from this data folder. */
export async function readServed(dataDir: string): Promise<readonly KnownMailbox[] | null> {
  return (await readJson<Served>(servedFile(dataDir)))?.mailboxes ?? null;
}

async function readJson<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    // Not there, or cut off: as if it had never been written.
    return null;
  }
}

export async function replaceFile(folder: string, file: string, content: object): Promise<void> {
  await mkdir(folder, { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  await rename(fresh, file);
}
