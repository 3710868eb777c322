import type { Session } from '../connector/connector.ts';
import type { ReadEmail } from '../model/email.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { StepPoints } from '../platform/step.ts';
import type { Database } from '../store/database.ts';

/** What the outbox has to know of a mailbox. */
export interface OutboxMailbox {
  readonly id: string;
  readonly address: string;
  readonly aliases: readonly string[];
  /** Further addresses it may send as. */
  readonly sendAs: readonly string[];
  readonly saveToSent: boolean;
  readonly perCorrespondentPerHour: number;
}

export interface OutboxContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly steps: StepPoints;
  read(source: Uint8Array): Promise<ReadEmail>;
  htmlToText(html: string): string;
  /** A session that has `sender`, logged in. */
  openSender(mailbox: OutboxMailbox, signal: AbortSignal): Promise<Session>;
  /** A session that has `filing`, or null where the mailbox has no place for sent mail. */
  openFiling(mailbox: OutboxMailbox, signal: AbortSignal): Promise<Session | null>;
  /** For jitter; default Math.random. */
  readonly random?: () => number;
}
