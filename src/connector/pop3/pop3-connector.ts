/**
 * POP3 (RFC 1939, 2449, 2595, 5034, 6856): reads one mailbox, and removes what it is told to.
 *
 * One session is one pass: it locks the maildrop, holds it still, and ends. What servers do beyond the RFCs stands in quirks.md.
 */
import { lookup } from 'node:dns/promises';
import { asFailure, Failure } from '../../model/failure.ts';
import type { Connector, DiagnosticStep, Session, SessionContext } from '../connector.ts';
import { createDisposal } from './disposal.ts';
import { createEmailSource } from './email-source.ts';
import { type Established, establish, type PassedStep, type Progress } from './establish.ts';
import { connectFailure } from './failures.ts';
import { Habits } from './habits.ts';
import { Maildrop } from './maildrop.ts';
import { type Pop3Settings, parseSettings } from './settings.ts';

/** How long a server may take over RSET; nothing depends on it. */
const FAREWELL_MS = 5000;

export function createPop3Connector(): Connector<Pop3Settings> {
  const habits = new Habits();
  return {
    kind: 'pop3',
    offers: ['email', 'disposal'],
    parseSettings,
    open: (settings, context) => open(settings, context, habits),
    diagnose: (settings, context) => diagnose(settings, context, habits),
  };
}

async function open(settings: Pop3Settings, context: SessionContext, habits: Habits): Promise<Session> {
  const drop = makeDrop(settings, context, habits, await finish(establish(settings, context, habits)));
  return {
    email: createEmailSource(drop),
    disposal: createDisposal(drop),
    [Symbol.asyncDispose]: () => leave(drop, context),
  };
}

async function finish<T>(steps: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const next = await steps.next();
    if (next.done) return next.value;
  }
}

function makeDrop(settings: Pop3Settings, context: SessionContext, habits: Habits, established: Established): Maildrop {
  const server = `${settings.host}:${settings.port}`;
  const window = established.pipelining ? settings.window : 1;
  return new Maildrop({ ...established, habits, server, window, log: context.log, clock: context.clock });
}

/** Nothing is removed by a session that was not settled. RSET first: some servers take a lost connection for a QUIT. */
async function leave(drop: Maildrop, context: SessionContext): Promise<void> {
  if (drop.connection.broken === null && drop.marked.size > 0) {
    const over = new AbortController();
    const late = context.clock.sleep(FAREWELL_MS, over.signal).catch(() => {});
    await Promise.race([drop.connection.command('RSET').catch(() => {}), late]);
    over.abort();
  }
  drop.connection.close();
}

async function* diagnose(settings: Pop3Settings, context: SessionContext, habits: Habits): AsyncGenerator<DiagnosticStep> {
  const progress: Progress = { step: 'name' };
  try {
    yield passed({ step: 'name', detail: await resolve(settings.host) });
    progress.step = 'connect';
    const steps = establish(settings, context, habits, progress);
    let next = await steps.next();
    for (; !next.done; next = await steps.next()) yield passed(next.value);
    progress.step = 'folders';
    const drop = makeDrop(settings, context, habits, next.value);
    try {
      yield passed({ step: 'folders', detail: await describe(drop) });
    } finally {
      await leave(drop, context);
    }
  } catch (error) {
    const failure = asFailure(error) ?? new Failure('garbled', 'Something unexpected went wrong', { cause: error });
    yield { step: progress.step, ok: false, detail: failure.message, failure };
  }
}

function passed({ step, detail }: PassedStep): DiagnosticStep {
  return { step, ok: true, detail };
}

async function resolve(host: string): Promise<string> {
  try {
    const addresses = await lookup(host, { all: true });
    return `${host} is ${addresses.map(({ address }) => address).join(', ')}`;
  } catch (error) {
    throw connectFailure(host, error);
  }
}

async function describe(drop: Maildrop): Promise<string> {
  const { messages, bytes } = await drop.count();
  const { digest } = await drop.listing();
  const identity =
    digest === null ? 'the server has no ids that can be trusted: messages are known by their content' : 'known by UIDL';
  return `INBOX: ${messages} messages, ${bytes} bytes; ${identity}`;
}
