/**
 * IMAP4rev1 (RFC 3501, 9051) through imapflow. Promises: reading never changes the server, not even \Seen; nothing is lost or
 * told twice when a pass is broken off anywhere; TLS is never optional; whatever a server does ends as a Failure.
 *
 * Facets: email always; filing always; push where the server has IDLE. See quirks.md for what real servers do.
 */
import type { Connector, Session, SessionContext } from '../connector.ts';
import { connect, createSecureContexts, type ImapConnection, type SecureContexts } from './connection.ts';
import { diagnose } from './diagnosis.ts';
import { createImapSource } from './email-source.ts';
import { createImapFiling } from './filing.ts';
import { createImapPush } from './push.ts';
import { type ImapSettings, parseImapSettings } from './settings.ts';

export function createImapConnector(options: { readonly idleMs?: number } = {}): Connector<ImapSettings> {
  const secure = createSecureContexts();
  return {
    kind: 'imap',
    offers: ['email', 'push', 'filing'],
    parseSettings: parseImapSettings,
    open: (settings, context) => open(settings, context, secure, options.idleMs),
    diagnose: (settings, context) => diagnose(settings, context, secure),
  };
}

async function open(settings: ImapSettings, context: SessionContext, secure: SecureContexts, idleMs?: number): Promise<Session> {
  const connection = await connect(settings, context, secure);
  const again = (signal: AbortSignal) => connect(settings, { ...context, signal }, secure);
  const canIdle = connection.client.capabilities.has('IDLE');
  const own = createHolder(connection, () => again(context.signal));
  const listening = async (signal: AbortSignal) => own.giveAway() ?? (await again(signal));
  return {
    email: createImapSource(own.get, context.clock),
    filing: createImapFiling(own.get),
    ...(canIdle ? { push: createImapPush(listening, context, idleMs) } : {}),
    [Symbol.asyncDispose]: own.end,
  };
}

interface Holder {
  get(): Promise<ImapConnection>;
  /** A session that was opened only to listen need not hold a second connection: nobody has used this one. */
  giveAway(): ImapConnection | null;
  end(): Promise<void>;
}

function createHolder(first: ImapConnection, again: () => Promise<ImapConnection>): Holder {
  let held: ImapConnection | null = first;
  let used = false;
  return {
    async get() {
      used = true;
      held ??= await again();
      return held;
    },
    giveAway() {
      if (used) return null;
      const given = held;
      held = null;
      return given;
    },
    async end() {
      await held?.end();
    },
  };
}
