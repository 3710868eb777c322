/** Whether the secrets of a configuration are where it says. Reads none of them, starts no command. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { Problem, Secret } from './config.ts';
import type { Environment } from './environment.ts';
import type { Explanation } from './explain.ts';
import { createFindings } from './problem.ts';
import { osReason } from './read-text.ts';

export async function checkSecrets(explanation: Explanation, env: Environment): Promise<Problem[]> {
  const findings = createFindings();
  for (const { secret, at, path } of explanation.secrets()) {
    const lack = await lackOf(secret, env);
    if (lack !== null) findings.warning(at, path, lack.message, lack.suggestion);
  }
  return findings.warnings();
}

interface Lack {
  readonly message: string;
  readonly suggestion: string;
}

async function lackOf(secret: Secret, env: Environment): Promise<Lack | null> {
  if (secret.kind === 'env') {
    if (env[secret.name]) return null;
    const state = env[secret.name] === undefined ? 'is not set here' : 'is empty here';
    return {
      message: `the environment variable ${secret.name} ${state}`,
      suggestion: 'set it for the process that runs Mailroom',
    };
  }
  return secret.kind === 'file' ? lackOfFile(secret.path) : null;
}

async function lackOfFile(path: string): Promise<Lack | null> {
  try {
    await access(path, constants.R_OK);
    const { mode, size } = await stat(path);
    if (size === 0) return { message: `the secret file ${path} is empty`, suggestion: 'write the secret into it' };
    // Windows has no such bits, and says 0666 for every file.
    const open = process.platform !== 'win32' && (mode & 0o004) !== 0;
    return open ? { message: `the secret file ${path} can be read by everybody`, suggestion: `chmod o-r ${path}` } : null;
  } catch (error) {
    return { message: `cannot read the secret file ${path}: ${osReason(error)}`, suggestion: 'create it, or correct the path' };
  }
}
