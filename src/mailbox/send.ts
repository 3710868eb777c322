/**
 * The outbox of all mailboxes, put together with their servers.
 *
 * - A server for sending that cannot be reached is left alone for a growing while; only that mailbox waits.
 * - A refused login is confirmed once, then sending of that mailbox is stopped with the way to mend it, and tried again only now and
 *   then: no account is locked out. What mends it (`mailroom test`, a new sign-in) lifts the pause at once, in whatever process.
 */
import type { MailboxConfig } from '../config/config.ts';
import type { Session } from '../connector/connector.ts';
import type { ReadEmail } from '../model/email.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { createOutbox, type DeliveryCount, type Outbox, type OutboxMailbox } from '../outbox/outbox.ts';
import { type Backoff, createBackoff } from '../platform/backoff.ts';
import type { StepPoints } from '../platform/step.ts';
import type { Database } from '../store/database.ts';
import { resumeSending, sendingStopped, stopSending } from '../store/mailboxes.ts';
import { type Access, accountOf, connectorOf, openSession, type SessionDependencies } from './session.ts';

export interface SendDependencies extends SessionDependencies {
  readonly database: Database;
  readonly steps: StepPoints;
  readonly signal: AbortSignal;
  read(source: Uint8Array): Promise<ReadEmail>;
  htmlToText(html: string): string;
  /** The newest config of a mailbox. */
  mailboxOf(id: string): MailboxConfig | undefined;
}

export interface Sending {
  readonly outbox: Outbox;
  /** Sends what is due, and waits with the next try where the server is away. Only bugs are thrown. */
  deliver(mailbox: MailboxConfig): Promise<void>;
  /** The same without waiting, and with what became of it, for a person who looks on. */
  deliverNow(mailbox: MailboxConfig): Promise<DeliveryCount>;
  dueToSend(): Promise<readonly string[]>;
}

/** What the outbox has to know of a mailbox; Failure where it has no server to send by. */
export function outboxMailboxOf(mailbox: MailboxConfig): OutboxMailbox {
  const { id, address, aliases, send } = mailbox;
  if (!send)
    throw new Failure('refused', `the mailbox ${address} has no server to send by`, {
      remedy: 'Give it a send section with an SMTP server.',
    });
  const { sendAs, saveToSent, perCorrespondentPerHour } = send;
  return { id, address, aliases, sendAs, saveToSent, perCorrespondentPerHour };
}

interface Pause {
  readonly mailbox: MailboxConfig;
  readonly backoff: Backoff;
  refusals: number;
  until: number;
}

const CONFIRM_REFUSAL_MS = 60_000;
const AFTER_REFUSAL_MS = 4 * 3_600_000;

export function createSending(dependencies: SendDependencies): Sending {
  const outbox = createOutbox({
    ...dependencies,
    openSender: ({ id }, signal) => open(dependencies, id, signal, ({ send }) => send),
    openFiling: async ({ id }, signal) => {
      const receive = dependencies.mailboxOf(id)?.receive;
      if (!receive || !connectorOf(dependencies, receive.server).offers.includes('filing')) return null;
      return open(dependencies, id, signal, () => receive);
    },
  });
  const pauses = new Map<string, Pause>();
  const deliverNow = (mailbox: MailboxConfig) => outbox.deliverDue(outboxMailboxOf(mailbox), dependencies.signal);
  return {
    outbox,
    deliverNow,
    async deliver(mailbox) {
      if (!mailbox.send || isPaused(dependencies, pauses.get(mailbox.id), mailbox)) return;
      try {
        const count = await deliverNow(mailbox);
        pauses.delete(mailbox.id);
        if (Object.values(count).some((some) => some > 0)) await resumeSending(dependencies.database, mailbox.id);
      } catch (error) {
        const failure = asFailure(error);
        if (!failure) throw error;
        if (!dependencies.signal.aborted) await pause(dependencies, pauses, mailbox, failure);
      }
    },
    async dueToSend() {
      await outbox.readReports();
      await liftPauses(dependencies, pauses);
      return (await outbox.dueMailboxes()).filter((id) => !isPaused(dependencies, pauses.get(id), dependencies.mailboxOf(id)));
    },
  };
}

/** Not with settings that have changed since. */
const isPaused = ({ clock }: SendDependencies, pause: Pause | undefined, mailbox: MailboxConfig | undefined): boolean =>
  pause !== undefined && pause.mailbox === mailbox && clock.monotonicMs() < pause.until;

/** Somebody has mended the login of a mailbox meanwhile. */
async function liftPauses({ database }: SendDependencies, pauses: Map<string, Pause>): Promise<void> {
  const ids = [...pauses].filter(([, { refusals }]) => refusals > 1).map(([id]) => id);
  const stopped = await sendingStopped(database, ids);
  for (const id of ids) if (!stopped.has(id)) pauses.delete(id);
}

async function pause(
  { database, clock, log }: SendDependencies,
  pauses: Map<string, Pause>,
  mailbox: MailboxConfig,
  failure: Failure,
): Promise<void> {
  const backoff = createBackoff({ firstMs: 5_000, maxMs: 900_000 });
  const known = pauses.get(mailbox.id);
  const present = known?.mailbox === mailbox ? known : { mailbox, backoff, refusals: 0, until: 0 };
  const refused = failure.code === 'auth-rejected';
  present.refusals = refused ? present.refusals + 1 : 0;
  const wait = refused ? (present.refusals < 2 ? CONFIRM_REFUSAL_MS : AFTER_REFUSAL_MS) : present.backoff.next();
  present.until = clock.monotonicMs() + Math.max(wait, failure.retryAfterMs ?? 0);
  pauses.set(mailbox.id, present);
  const fields = { mailbox: mailbox.id, code: failure.code, reason: failure.message, remedy: failure.remedy };
  if (!refused || present.refusals < 2) return log.warn('sending failed', fields);
  await stopSending(database, mailbox.id, failure);
  log.error('sending stopped: the server refuses its login', fields);
}

/** A session counted against the limits of its server for as long as it is open. */
async function open(
  dependencies: SendDependencies,
  id: string,
  signal: AbortSignal,
  choose: (mailbox: MailboxConfig) => Access | null,
): Promise<Session> {
  const mailbox = dependencies.mailboxOf(id);
  const access = mailbox && choose(mailbox);
  if (!mailbox || !access) throw new Failure('missing', `the mailbox ${id} is no longer configured for this`);
  const opened = Promise.withResolvers<Session>();
  const done = Promise.withResolvers<void>();
  const { server } = access;
  const held = dependencies.connections.use(server.name, accountOf(dependencies, mailbox, access), server.limits, async () => {
    await using session = await openSession(dependencies, mailbox, access, signal);
    opened.resolve(session);
    await done.promise;
  });
  held.catch(opened.reject);
  const session = await opened.promise;
  const { email, sender, push, disposal, filing } = session;
  return {
    ...{ email, sender, push, disposal, filing },
    async [Symbol.asyncDispose]() {
      done.resolve();
      await held;
    },
  };
}
