/**
 * IMAP4rev1 (RFC 3501, 9051) through imapflow. Promises: reading never changes the server, not even \Seen; nothing is lost or
 * told twice when a pass is broken off anywhere; TLS is never optional; whatever a server does ends as a Failure.
 *
 * Facets: email always; filing always; push where the server has IDLE. See quirks.md for what real servers do.
 */
import type { Connector, Session, SessionContext } from '../connector.ts';
import { connect, createSecureContexts, type SecureContexts } from './connection.ts';
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
  return {
    email: createImapSource(connection, context.clock),
    filing: createImapFiling(connection),
    ...(canIdle ? { push: createImapPush(again, context, idleMs) } : {}),
    [Symbol.asyncDispose]: () => connection.end(),
  };
}
