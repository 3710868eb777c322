// Asks a real Exchange about what nobody here could verify, and writes down what it said: a transcript that a person can send back.
// It names neither the server nor the user, and holds nothing of the mailbox: the probe reads only what it wrote itself.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { SWITCHES, type SwitchName } from '../switches.ts';
import { withBench } from './bench.ts';
import { QUESTIONS } from './questions.ts';
import { openSession, type Session } from './session.ts';

export interface ProbeOptions {
  user: string;
  passwordEnv: string;
  ca?: string;
  /** Seconds to wait where waiting is the question. */
  patience: number;
}

const GREETING =
  '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:FolderIds></m:GetFolder>';

/** What one mailbox cannot tell. */
const NOT_ASKED: readonly [SwitchName, string][] = [
  ['processExternalMeetings', 'needs a meeting request from outside'],
  ['moveLosesSyncStates', 'needs a mailbox move'],
  ['loseSyncStates', 'a bad moment, not a habit'],
  ['stuckSyncStates', 'a bad moment, not a habit'],
  ['repeatChanges', 'a bad moment, not a habit'],
];

export async function transcribe(session: Session, patience: number, write: (line: string) => void) {
  await withBench(session, async (bench) => {
    const greeting = await bench.ask(GREETING);
    write(`server: ${greeting.version}; sign-in: ${session.scheme()}`);
    for (const { about, ask } of QUESTIONS) {
      const expected = SWITCHES[about].default ? 'on' : 'off';
      const answer = await ask(bench, patience).catch((error: Error) => ({ on: undefined, seen: error.message }));
      const word = answer.on === undefined ? 'unanswered' : answer.on ? 'on' : 'off';
      write(`${about}: ${word}${word === expected ? '' : ` (we say ${expected})`}; ${answer.seen}`);
    }
  });
  for (const [about, why] of NOT_ASKED) write(`${about}: not asked; ${why}`);
}

async function passwordOf({ passwordEnv }: ProbeOptions): Promise<string> {
  const given = process.env[passwordEnv];
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) throw new Error(`put the password into ${passwordEnv}`);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const password = await asking.question('Password (it is shown while you type): ');
  asking.close();
  return password;
}

export async function probe(url: string, options: ProbeOptions): Promise<void> {
  const ca = options.ca === undefined ? undefined : readFileSync(options.ca);
  const session = openSession(url, { user: options.user, password: await passwordOf(options), ca });
  try {
    await transcribe(session, options.patience * 1000, (line) => process.stdout.write(`${line}\n`));
  } finally {
    session.close();
  }
}
