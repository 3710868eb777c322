/** An outbox over a real database and a real submission server, with a clock the test moves. */
import type { Session } from '../../src/connector/connector.ts';
import { createImapConnector } from '../../src/connector/imap/imap-connector.ts';
import { createMemoryMailbox, type MemoryMailbox } from '../../src/connector/memory/mailbox.ts';
import { createMemoryConnector } from '../../src/connector/memory/memory-connector.ts';
import { smtpConnector } from '../../src/connector/smtp/smtp-connector.ts';
import { htmlToText } from '../../src/normalise/html-text.ts';
import { readEmail } from '../../src/normalise/read-email.ts';
import { createOutbox, type Outbox, type OutboxContext, type OutboxMailbox } from '../../src/outbox/outbox.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { noSteps, type StepPoints } from '../../src/platform/step.ts';
import type { Database } from '../../src/store/database.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { contextFor } from '../contract/context.ts';

export const anna: OutboxMailbox = {
  ...{ id: 'anna', address: 'anna@example.test', aliases: ['a.berg@example.test'], sendAs: ['info@example.test'] },
  ...{ saveToSent: true, perCorrespondentPerHour: 20 },
};

export interface OutboxWorld {
  readonly outbox: Outbox;
  readonly context: OutboxContext;
  readonly archive: MemoryMailbox;
  /** Moves the clock on. */
  pass(ms: number): void;
  deliver(mailbox?: OutboxMailbox): ReturnType<Outbox['deliverDue']>;
  sentCopies(): readonly string[];
}

export interface WorldOptions {
  readonly database: Database;
  readonly server: { readonly port: number; readonly caPem: string };
  readonly archive?: MemoryMailbox | null;
  /** In place of the archive in memory. */
  readonly openFiling?: (signal: AbortSignal) => Promise<Session | null>;
  readonly steps?: StepPoints;
  /** For a test that looks at or damages the bytes on the wire. */
  readonly clearText?: boolean;
}

export async function openWorld(options: WorldOptions): Promise<OutboxWorld> {
  const { database } = options;
  await adoptMailboxes(database, [anna]);
  const archive = options.archive ?? createMemoryMailbox();
  const memory = createMemoryConnector(new Map([['archive', archive]]));
  let ahead = 0;
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };
  const context: OutboxContext = {
    ...{ database, clock, log: silentLog, steps: options.steps ?? noSteps, htmlToText, random: () => 0 },
    read: async (source) => readEmail(source),
    openSender: (_mailbox, signal) => smtpConnector.open(smtpSettings(options), contextFor({ method: 'none' }, { signal })),
    async openFiling(_mailbox, signal) {
      if (options.openFiling) return options.openFiling(signal);
      return options.archive === null ? null : memory.open({ host: 'archive' }, contextFor({ method: 'none' }, { signal }));
    },
  };
  const outbox = createOutbox(context);
  return {
    ...{ outbox, context, archive },
    pass(ms) {
      ahead += ms;
    },
    deliver: (mailbox = anna) => outbox.deliverDue(mailbox, new AbortController().signal),
    sentCopies: () => archive.folders.get('Sent')!.messages.map(({ raw }) => Buffer.from(raw).toString()),
  };
}

function smtpSettings({ server, clearText = false }: WorldOptions) {
  return smtpConnector.parseSettings({
    ...{ host: 'localhost', port: server.port, ca: server.caPem, timeoutMs: 10_000 },
    ...{ tls: clearText ? 'none' : 'starttls', allowClearText: clearText },
  });
}

/** Our copies go into the Sent folder of a real IMAP server. */
export function imapFiling(place: ImapPlace): (signal: AbortSignal) => Promise<Session> {
  const connector = createImapConnector();
  const { host, port, caPem, user, password } = place;
  const settings = connector.parseSettings({ host, port, ca: caPem, tls: 'implicit', timeoutMs: 10_000 });
  return (signal) => connector.open(settings, contextFor({ method: 'password', username: user, password }, { signal }));
}

export interface ImapPlace {
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
  readonly user: string;
  readonly password: string;
}
