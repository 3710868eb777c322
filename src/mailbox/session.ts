/** Opening a session for a mailbox: the right settings, the right credential, within the limits, through the circuit. */
import type { MailboxConfig, ServerConfig } from '../config/config.ts';
import type { Connector, Session, SessionContext } from '../connector/connector.ts';
import type { AuthConfig, Credential } from '../model/auth.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Circuits } from './circuit.ts';
import type { Connections } from './connections.ts';

export type CredentialOf = (
  mailbox: MailboxConfig,
  auth: AuthConfig,
) => (options?: { readonly rejected?: boolean }) => Promise<Credential>;

export interface SessionDependencies {
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly credentialOf: CredentialOf;
  readonly connections: Connections;
  readonly circuits: Circuits;
  readonly log: Log;
  readonly clock: Clock;
}

export interface Access {
  readonly server: ServerConfig;
  readonly auth: AuthConfig;
}

export function connectorOf(dependencies: Pick<SessionDependencies, 'connectors'>, server: ServerConfig): Connector {
  const connector = dependencies.connectors.get(server.type);
  if (connector) return connector;
  throw new Failure('refused', `server "${server.name}" is of type ${server.type}, for which this version has no connector`, {
    remedy: `use one of ${[...dependencies.connectors.keys()].join(', ')}`,
  });
}

/** `mailbox`: whose it is, for servers where one login opens many (Exchange impersonation). */
export function settingsOf(server: ServerConfig, mailbox: string): unknown {
  const { host, port, tls, allowClearText, ca, serverName, limits, options } = server;
  const timeoutMs = limits.timeoutMs;
  return { ...options, options, limits, mailbox, host, port, tls, allowClearText, ca, serverName, timeoutMs };
}

export function usernameOf(mailbox: MailboxConfig, auth: AuthConfig): string {
  return auth.username ?? mailbox.address;
}

/** Whom the server counts a connection against: mostly the login; where that acts as many mailboxes, the mailbox. */
export function accountOf(dependencies: Pick<SessionDependencies, 'connectors'>, mailbox: MailboxConfig, access: Access): string {
  const connector = connectorOf(dependencies, access.server);
  const username = usernameOf(mailbox, access.auth);
  if (!connector.chargedTo) return username;
  return connector.chargedTo(connector.parseSettings(settingsOf(access.server, mailbox.address)), username);
}

export function contextOf(
  dependencies: SessionDependencies,
  mailbox: MailboxConfig,
  access: Access,
  signal: AbortSignal,
): SessionContext {
  const log = dependencies.log.child({ mailbox: mailbox.id, server: access.server.name });
  return { log, clock: dependencies.clock, signal, credential: dependencies.credentialOf(mailbox, access.auth) };
}

export async function openSession(
  dependencies: SessionDependencies,
  mailbox: MailboxConfig,
  access: Access,
  signal: AbortSignal,
): Promise<Session> {
  const connector = connectorOf(dependencies, access.server);
  await dependencies.circuits.enter(access.server, access.auth);
  try {
    const session = await connector.open(
      connector.parseSettings(settingsOf(access.server, mailbox.address)),
      contextOf(dependencies, mailbox, access, signal),
    );
    dependencies.circuits.accepted(access.server, access.auth);
    return session;
  } catch (error) {
    dependencies.circuits.failed(access.server, access.auth, asFailure(error) ?? null);
    throw error;
  }
}

/** A session for the time of the work, counted against the limits and closed whatever happens. */
export async function withSession<T>(
  dependencies: SessionDependencies,
  mailbox: MailboxConfig,
  access: Access,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const account = accountOf(dependencies, mailbox, access);
  return dependencies.connections.use(access.server.name, account, access.server.limits, async () => {
    await using session = await openSession(dependencies, mailbox, access, signal);
    try {
      return await work(session);
    } catch (error) {
      tellRefusal(dependencies, access, error);
      throw error;
    }
  });
}

/** Where every call carries the credential (Exchange), it may be refused long after the session began. */
function tellRefusal({ circuits }: SessionDependencies, { server, auth }: Access, error: unknown): void {
  const failure = asFailure(error);
  if (failure?.code === 'auth-rejected') circuits.failed(server, auth, failure);
}
