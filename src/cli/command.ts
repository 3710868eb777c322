/**
 * How a command of the command line looks. Each stands in a file of its own and is listed in `commands.ts`.
 *
 * Exit codes: 0 done, 1 not or not completely done, 2 wrong usage, 3 the config has errors, 4 not found.
 */
import type { ParseArgsOptionsConfig } from 'node:util';
import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import type { Database } from '../store/database.ts';
import type { House } from './house.ts';
import type { Output } from './output.ts';

export const EXIT = { done: 0, failed: 1, usage: 2, config: 3, notFound: 4 } as const;

export interface CommandContext {
  readonly configFile: string;
  readonly environment: Environment;
  readonly out: Output;
  /** Aborted by SIGINT and SIGTERM: finish the present durable step and come back. */
  readonly signal: AbortSignal;
  /** The checked config; a wrong one ends the command with every problem told. */
  loadConfig(): Promise<Config>;
  /** Database, connectors and all that hangs on the config; closed by the frame when the command ends. */
  openHouse(): Promise<House>;
  /** The database alone, without taking the mailboxes of the config over: for commands that only look. */
  openStore(): Promise<Database>;
}

export interface CommandArguments {
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** After the name, e.g. `[address] [--json]`. */
  readonly usage: string;
  /** What `--help` adds: options, examples. */
  readonly help: string;
  readonly options: ParseArgsOptionsConfig;
  run(args: CommandArguments, context: CommandContext): Promise<number>;
}

/** Wrong usage: the frame prints it with the command's usage line and exits 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export function textFlag(args: CommandArguments, name: string): string | undefined {
  const value = args.flags[name];
  return typeof value === 'string' ? value : undefined;
}

export function textFlags(args: CommandArguments, name: string): readonly string[] {
  const value = args.flags[name];
  if (Array.isArray(value)) return value.filter((item): item is string => typeof item === 'string');
  return typeof value === 'string' ? [value] : [];
}
