/**
 * Reads a secret at the moment of use, from where the operator said it is.
 *
 * Every error names whose secret it is, where it was looked for and what to do, and never the value, nor what a command
 * printed. A secret that is not there stops its mailbox until a person acts (`auth-rejected`); a command that failed may work
 * the next time (`unreachable`). Values are not kept, but for those of commands, for a minute.
 */
import { open } from 'node:fs/promises';
import type { Secret } from '../model/auth.ts';
import { Failure } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Redactor } from './redactor.ts';
import { runSecretCommand } from './secret-command.ts';
import { asSecretText, Unreadable } from './secret-text.ts';

export interface SecretReaderOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** How long a command may take. */
  readonly commandTimeoutMs?: number;
}

export interface SecretReader {
  /** `subject` completes "cannot read …": `the password of mailbox anna@example.com (receive)`. */
  read(secret: Secret, subject: string, options?: { readonly fresh?: boolean }): Promise<string>;
}

const MAX_BYTES = 64 * 1024;
const COMMAND_KEPT_MS = 60_000;
const WORLD_READABLE = 0o004;

interface Kept {
  readonly until: number;
  readonly value: Promise<string>;
}

export function createSecretReader(options: SecretReaderOptions): SecretReader {
  const kept = new Map<string, Kept>();
  const warned = new Set<string>();

  async function readFrom(secret: Secret, fresh: boolean): Promise<string> {
    switch (secret.kind) {
      case 'literal':
        return secret.value;
      case 'env':
        return fromEnvironment(secret.name, options.environment);
      case 'file':
        return fromFile(secret.path, (path) => warnOnce(path));
      case 'exec':
        return fromCommand(secret.command, fresh);
    }
  }

  function warnOnce(path: string): void {
    if (warned.has(path)) return;
    warned.add(path);
    options.log.warn('secret file is readable by every user of this machine', { path, remedy: `chmod o-rwx ${path}` });
  }

  function fromCommand(command: readonly string[], fresh: boolean): Promise<string> {
    const key = JSON.stringify(command);
    const now = options.clock.monotonicMs();
    const found = kept.get(key);
    if (found !== undefined && found.until > now && !fresh) return found.value;
    const timeoutMs = options.commandTimeoutMs ?? 10_000;
    const value = runSecretCommand(command, { environment: options.environment, timeoutMs, maxBytes: MAX_BYTES });
    kept.set(key, { until: now + COMMAND_KEPT_MS, value });
    value.catch(() => kept.get(key)?.value === value && kept.delete(key));
    return value;
  }

  return {
    async read(secret, subject, { fresh = false } = {}) {
      try {
        const value = await readFrom(secret, fresh);
        if (value === '') throw new Unreadable('it is empty', 'put the value there');
        options.redactor.remember(`${subject} ${secret.kind}`, value);
        return value;
      } catch (error) {
        throw asSecretFailure(error, secret, subject);
      }
    },
  };
}

function asSecretFailure(error: unknown, secret: Secret, subject: string): unknown {
  if (!(error instanceof Unreadable)) return error;
  const code = error.passing ? 'unreachable' : 'auth-rejected';
  return new Failure(code, `cannot read ${subject} from ${placeOf(secret)}: ${error.message}`, { remedy: error.remedy });
}

/** Arguments of a command may be confidential themselves, so only its name is told. */
export function placeOf(secret: Secret): string {
  switch (secret.kind) {
    case 'literal':
      return 'the configuration file';
    case 'env':
      return `environment variable ${secret.name}`;
    case 'file':
      return `file ${secret.path}`;
    case 'exec':
      return `command ${secret.command[0] ?? '(none)'}`;
  }
}

function fromEnvironment(name: string, environment: SecretReaderOptions['environment']): string {
  const value = environment[name];
  if (value === undefined) throw new Unreadable('it is not set', `set ${name} in the environment Mailroom is started with`);
  return value;
}

async function fromFile(path: string, readableByAll: (path: string) => void): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { mode, size } = await file.stat();
    if (size > MAX_BYTES)
      throw new Unreadable(`it has more than ${MAX_BYTES} bytes`, 'name the file that holds the secret alone');
    if (process.platform !== 'win32' && (mode & WORLD_READABLE) !== 0) readableByAll(path);
    return asSecretText(await readUpTo(file, MAX_BYTES));
  } catch (error) {
    throw fileTrouble(error, path);
  }
}

/** A pipe (`/dev/stdin`, process substitution) has no size, so the bound is kept while reading. */
async function readUpTo(file: Awaited<ReturnType<typeof open>>, maxBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  while (length <= maxBytes) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
  }
  throw new Unreadable(`it has more than ${maxBytes} bytes`, 'name the file that holds the secret alone');
}

function fileTrouble(error: unknown, path: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return new Unreadable('there is no such file', `create ${path}, readable only by the user Mailroom runs as`);
    case 'EACCES':
    case 'EPERM':
      return new Unreadable('it may not be read', `let the user Mailroom runs as read ${path}`);
    case 'EISDIR':
      return new Unreadable('it is a directory', 'name the file inside it');
    case undefined:
      return error;
    default:
      return new Unreadable(`reading failed (${(error as NodeJS.ErrnoException).code})`, `see to ${path}`, true);
  }
}
