/**
 * Mailroom as an operator runs it: a config file, a data folder, and the command line in a process of its own. Tests and
 * benchmarks that drive the whole go through here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Gateway {
  readonly folder: string;
  readonly configFile: string;
  run(args: readonly string[], env?: Record<string, string>): Promise<Finished>;
  /** Like `run`, but fails with what the command said when it does not exit 0; answers its JSON lines. */
  json<T = Record<string, unknown>>(args: readonly string[]): Promise<T[]>;
  /** The words after the runtime's name. */
  command(args: readonly string[]): string[];
  start(args: readonly string[], env?: Record<string, string>): ChildProcess;
  configure(config: object): Promise<void>;
  remove(): Promise<void>;
}

export async function createGateway(config: object): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), 'mailroom-gateway-'));
  const configFile = join(folder, 'mailroom.yaml');
  await mkdir(join(folder, 'data'));
  const configure = (next: object) => writeFile(configFile, stringify(next));
  await configure(config);
  const command = (args: readonly string[]) => ['--disable-warning=ExperimentalWarning', MAIN, '--config', configFile, ...args];
  const start = (args: readonly string[], env: Record<string, string> = {}) =>
    spawn(process.execPath, command(args), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const run = (args: readonly string[], env?: Record<string, string>) => finished(start(args, env));
  return {
    folder,
    configFile,
    command,
    start,
    run,
    configure,
    async json(args) {
      const done = await run([...args, '--json']);
      if (done.code !== 0)
        throw new Error(`mailroom ${args.join(' ')} ended with ${done.code ?? done.signal}:\n${done.stderr}${done.stdout}`);
      return done.stdout
        .toString()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export function finished(child: ChildProcess): Promise<Finished> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (data: Buffer) => stdout.push(data));
  child.stderr?.on('data', (data: Buffer) => stderr.push(data));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) =>
      done({ code, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}
