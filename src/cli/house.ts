import type { Config, MailboxConfig } from '../config/config.ts';
import type { Connector } from '../connector/connector.ts';
import type { Credentials } from '../credential/credential.ts';
import type { Sending } from '../mailbox/send.ts';
import type { SyncContext } from '../mailbox/sync-context.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { StepPoints } from '../platform/step.ts';
import type { Database } from '../store/database.ts';

/** What is made once in main.ts and handed to commands. */
export interface House {
  /** As it was when the house was opened. */
  readonly config: Config;
  /** The newest one that was taken over. */
  currentConfig(): Config;
  /** A reloaded config takes effect: mailboxes that are no longer in it are paused. */
  takeOver(config: Config): Promise<void>;
  readonly log: Log;
  readonly clock: Clock;
  readonly steps: StepPoints;
  readonly database: Database;
  /** The migrations that opening the house applied. */
  readonly migrated: readonly string[];
  readonly credentials: Credentials;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Names this process among those that share the database. */
  readonly holder: string;
  readonly parserVersion: number;
  readonly syncContext: SyncContext;
  readonly sending: Sending;
  /** Sends what is due in the outbox of a mailbox. */
  deliver(mailbox: MailboxConfig): Promise<void>;
  /** Ids of mailboxes with something due in the outbox. */
  dueToSend(): Promise<readonly string[]>;
}
