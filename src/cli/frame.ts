/** Reads the words on the command line, runs one command, and turns whatever goes wrong into clear lines and an exit code. */
import { parseArgs } from 'node:util';
import type { Config, Problem } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import { problemLine } from '../config/problem.ts';
import { readRefusal } from '../config/refusal.ts';
import { asFailure } from '../model/failure.ts';
import type { Database } from '../store/database.ts';
import { type Command, type CommandContext, EXIT, UsageError } from './command.ts';
import type { House } from './house.ts';
import { createOutput, type Output, type Streams } from './output.ts';

export interface Frame {
  readonly version: string;
  readonly commands: readonly Command[];
  readonly environment: Environment;
  readonly streams: Streams;
  readonly signal: AbortSignal;
  loadConfig(file: string): Promise<Config>;
  /** The house and how to leave it. */
  openHouse(config: Config, command: string): Promise<{ readonly house: House; close(): Promise<void> }>;
  openStore(config: Config): Promise<{ readonly database: Database; close(): Promise<void> }>;
}

/** Thrown by loadConfig; the frame prints each problem on a line of its own. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];
  readonly dataDir: string;
  constructor({ problems, dataDir }: { readonly problems: readonly Problem[]; readonly dataDir: string }) {
    super(`${problems.length} problem(s) in the configuration`);
    this.name = 'ConfigError';
    this.problems = problems;
    this.dataDir = dataDir;
  }
}

const GLOBAL_OPTIONS = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  debug: { type: 'boolean' },
} as const;

export async function runFrame(frame: Frame, argv: readonly string[]): Promise<number> {
  const plain = createOutput(frame.streams, false);
  const { command, before, rest } = splitCommand(frame.commands, argv);
  if (!command) return noCommand(frame, plain, argv);
  try {
    const parsed = parseArgs({
      args: [...before, ...rest],
      options: { ...GLOBAL_OPTIONS, ...command.options },
      allowPositionals: true,
    });
    if (parsed.values.help) {
      plain.line(commandHelp(command));
      return EXIT.done;
    }
    const out = createOutput(frame.streams, parsed.values.json === true);
    return await runCommand(frame, command, { words: parsed.positionals, flags: parsed.values }, out);
  } catch (error) {
    return await complain(plain, command, error);
  }
}

async function runCommand(
  frame: Frame,
  command: Command,
  args: { words: string[]; flags: Record<string, unknown> },
  out: Output,
): Promise<number> {
  const flag = args.flags.config;
  const configFile = typeof flag === 'string' ? flag : (frame.environment.MAILROOM_CONFIG ?? 'config/mailroom.yaml');
  let close: (() => Promise<void>) | null = null;
  const loadConfig = () => frame.loadConfig(configFile);
  const context: CommandContext = {
    configFile,
    environment: frame.environment,
    out,
    signal: frame.signal,
    loadConfig,
    async openHouse() {
      const opened = await frame.openHouse(await loadConfig(), command.name);
      close = opened.close;
      return opened.house;
    },
    async openStore() {
      const opened = await frame.openStore(await loadConfig());
      close = opened.close;
      return opened.database;
    },
  };
  try {
    return await command.run(args as Parameters<Command['run']>[0], context);
  } finally {
    out.progress('');
    await (close as (() => Promise<void>) | null)?.();
  }
}

/** Options of the whole program may stand before the command. */
function splitCommand(
  commands: readonly Command[],
  argv: readonly string[],
): { command: Command | null; before: string[]; rest: string[] } {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (word === '--config') {
      at += 1;
      continue;
    }
    if (word.startsWith('-')) continue;
    const command = commands.find(({ name }) => name === word) ?? null;
    return { command, before: argv.slice(0, at), rest: argv.slice(at + 1) };
  }
  return { command: null, before: [...argv], rest: [] };
}

function noCommand(frame: Frame, out: Output, argv: readonly string[]): number {
  if (argv.includes('--version')) {
    out.line(frame.version);
    return EXIT.done;
  }
  const word = argv.find((candidate, at) => !candidate.startsWith('-') && argv[at - 1] !== '--config');
  if (word === 'help' || (word === undefined && (argv.length === 0 || argv.includes('--help') || argv.includes('-h')))) {
    out.line(overview(frame));
    return EXIT.done;
  }
  const near = word === undefined ? undefined : frame.commands.find(({ name }) => name.startsWith(word.slice(0, 2)));
  const guess = near ? `; did you mean "${near.name}"?` : '';
  out.note(`mailroom: ${word === undefined ? `no command after ${argv.join(' ')}` : `there is no command "${word}"`}${guess}`);
  out.note('Run "mailroom --help" for the list.');
  return EXIT.usage;
}

function overview(frame: Frame): string {
  const wide = Math.max(...frame.commands.map(({ name }) => name.length));
  return [
    `mailroom ${frame.version}: connects mail systems with the application that must know what was said to a customer.`,
    '',
    'usage: mailroom [--config FILE] <command> [options]',
    '',
    ...frame.commands.map(({ name, summary }) => `  ${name.padEnd(wide)}  ${summary}`),
    '',
    'The config is --config FILE, or MAILROOM_CONFIG, or config/mailroom.yaml. "mailroom <command> --help" tells more.',
    'Every command takes --json. Exit codes: 0 done, 1 not completely done, 2 wrong usage, 3 config errors, 4 not found.',
  ].join('\n');
}

function commandHelp(command: Command): string {
  return [
    `mailroom ${command.name}: ${command.summary}`,
    '',
    `usage: mailroom ${command.name} ${command.usage}`,
    '',
    command.help.trim(),
  ]
    .join('\n')
    .trimEnd();
}

async function complainOfConfig(out: Output, { problems, dataDir }: ConfigError): Promise<number> {
  for (const problem of problems) out.note(problemLine(problem));
  const many = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  out.note(`mailroom: the configuration has ${many}; nothing was started`);
  if ((await readRefusal(dataDir)) !== null)
    out.note('mailroom: the running server has seen it, and goes on with the last good configuration');
  return EXIT.config;
}

async function complain(out: Output, command: Command, error: unknown): Promise<number> {
  if (error instanceof ConfigError) return complainOfConfig(out, error);
  const usage = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  if (usage) {
    out.note(`mailroom ${command.name}: ${(error as Error).message}`);
    out.note(`usage: mailroom ${command.name} ${command.usage}`);
    return EXIT.usage;
  }
  const failure = asFailure(error);
  if (failure) {
    out.note(`mailroom ${command.name}: ${failure.message}`);
    if (failure.remedy) out.note(`  what to do: ${failure.remedy}`);
    return EXIT.failed;
  }
  throw error; // a bug: main tells it and ends the process
}
