/** What a running server leaves in the data folder about a configuration that it does not take over, for `mailroom status`. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processIdentity } from '../platform/process-identity.ts';
import { replaceFile } from './approval.ts';
import type { Problem } from './config.ts';
import type { MailboxPlan } from './plan.ts';
import { problemLine } from './problem.ts';

/** Why the files as they are now are not in force. */
export type Refusal =
  | { readonly kind: 'wrong'; readonly problems: readonly Problem[] }
  | { readonly kind: 'waiting'; readonly plan: MailboxPlan };

export interface RefusedConfig {
  readonly since: string;
  /** One for each problem, with its position; or what the configuration waits for. */
  readonly lines: readonly string[];
}

interface Kept extends RefusedConfig {
  readonly pid: number;
  readonly process: string | null;
}

const refusedFile = (dataDir: string) => join(dataDir, 'config-refused.json');

/** Null: the files are in force. */
export async function recordRefusal(dataDir: string, refusal: Refusal | null, now: Date): Promise<void> {
  if (refusal === null) return await rm(refusedFile(dataDir), { force: true });
  const { pid } = process;
  const kept: Kept = { since: now.toISOString(), lines: linesOf(refusal), pid, process: await processIdentity(pid) };
  await replaceFile(dataDir, refusedFile(dataDir), kept);
}

function linesOf(refusal: Refusal): readonly string[] {
  if (refusal.kind === 'wrong') return refusal.problems.map(problemLine);
  const { dropped, served } = refusal.plan;
  return [`it would drop ${dropped.length} of ${served} mailboxes, and waits for "mailroom plan --approve"`];
}

/** Null where no living server on this machine says so. */
export async function readRefusal(dataDir: string): Promise<RefusedConfig | null> {
  const kept = await readFile(refusedFile(dataDir), 'utf8').then(
    (text) => JSON.parse(text) as Kept,
    () => null,
  );
  if (kept === null || (await processIdentity(kept.pid)) !== kept.process) return null;
  return { since: kept.since, lines: kept.lines };
}
