/**
 * Tests skip loudly: `describe.runIf(needs(condition, 'why not'))`. On a build machine (CI=true) a skip is a failure, for a
 * suite that nobody ran proves nothing. Only the corpora may be absent anywhere, because they are not part of the project.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensure, type ServerName } from './packages.ts';

const onBuildMachine = process.env.CI === 'true';
const root = join(import.meta.dirname, '..', '..');

export function needs(condition: boolean, reason: string): boolean {
  if (condition) return true;
  if (onBuildMachine) throw new Error(`cannot run here, and CI=true allows no skip: ${reason}`);
  console.warn(`SKIPPED: ${reason}`);
  return false;
}

/** Brings the server's programs when it can: `describe.runIf(await needsServer('postfix'))`. */
export async function needsServer(name: ServerName): Promise<boolean> {
  const here = (await ensure([name])).get(name);
  return needs(here?.path !== undefined, here?.reason ?? `${name} is missing`);
}

/** The folder of one corpus, or null with a message where it is absent. */
export function corpus(name: string): string | null {
  const folder = join(process.env.MAILROOM_CORPORA ?? join(root, '..', 'shared', 'corpora'), name);
  if (existsSync(folder)) return folder;
  console.warn(`SKIPPED: the corpus ${name} is not here (${folder}; MAILROOM_CORPORA names another place)`);
  return null;
}
