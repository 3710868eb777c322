import { type ChildProcess, spawn } from 'node:child_process';
import { asSecretText, Unreadable } from './secret-text.ts';

export interface SecretCommandOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * What a command prints on stdout. No shell, so nothing in the words is interpreted. Its stderr goes nowhere: a script run with
 * `set -x` would print the very secret there.
 */
export async function runSecretCommand(command: readonly string[], options: SecretCommandOptions): Promise<string> {
  const [program, ...words] = command;
  if (program === undefined) throw new Unreadable('no command is given', 'write the program and its words as a list');
  const output = await run(program, words, options);
  return asSecretText(output);
}

function run(program: string, words: readonly string[], options: SecretCommandOptions): Promise<Buffer> {
  // A process group of its own, so that what the command starts ends with it.
  const child = spawn(program, words, {
    shell: false,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...options.environment },
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const fail = (error: Unreadable) => {
      clearTimeout(timer);
      endGroup(child);
      reject(error);
    };
    const timer = setTimeout(() => fail(tooSlow(options.timeoutMs)), options.timeoutMs);
    child.stdout?.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > options.maxBytes)
        fail(new Unreadable(`it printed more than ${options.maxBytes} bytes`, 'print the secret alone'));
    });
    child.on('error', (error: NodeJS.ErrnoException) => fail(notStarted(program, error)));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) return resolve(Buffer.concat(chunks));
      fail(new Unreadable(`it ended with ${signal ?? `status ${status}`}`, 'run it by hand as the user Mailroom runs as', true));
    });
  });
}

function endGroup(child: ChildProcess): void {
  child.stdout?.destroy();
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function tooSlow(timeoutMs: number): Unreadable {
  return new Unreadable(`it did not end within ${timeoutMs / 1000} s`, 'run it by hand as the user Mailroom runs as', true);
}

function notStarted(program: string, error: NodeJS.ErrnoException): Unreadable {
  if (error.code === 'ENOENT') return new Unreadable('there is no such program', `give the whole path of ${program}`);
  if (error.code === 'EACCES') return new Unreadable('it may not be run', `let the user Mailroom runs as run ${program}`);
  return new Unreadable(`it could not be started (${error.code})`, 'run it by hand as the user Mailroom runs as', true);
}
