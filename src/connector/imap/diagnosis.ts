/** The way to a mailbox in steps, each told with what was found or what stands in the way and how to mend it. */
import type { TLSSocket } from 'node:tls';
import type { ImapFlow } from 'imapflow';
import { Failure } from '../../model/failure.ts';
import { reach, step } from '../../platform/reach.ts';
import type { DiagnosticStep, SessionContext } from '../connector.ts';
import { connect, type ImapConnection, type SecureContexts } from './connection.ts';
import { CERTIFICATE, toFailure } from './failures.ts';
import { listFolders } from './folders.ts';
import type { ImapSettings } from './settings.ts';

export async function* diagnose(
  settings: ImapSettings,
  context: SessionContext,
  secure: SecureContexts,
): AsyncGenerator<DiagnosticStep> {
  if (!(yield* reach(settings, asFailureOf))) return;
  const seen: Seen = { client: null, certificate: null, protocol: null };
  let connection: ImapConnection | null = null;
  const opened = await step('login', asFailureOf, async () => {
    connection = await connect(settings, context, secure, (client) => observe(client, seen));
    return 'logged in';
  });
  yield* beforeLogin(settings, seen, opened);
  if (connection === null) return;
  yield opened;
  yield await step('folders', asFailureOf, () => describeFolders(connection!));
  await (connection as ImapConnection).end();
}

const asFailureOf = (error: unknown, attempt: string) => (error instanceof Failure ? error : toFailure(error, attempt));

interface Seen {
  client: ImapFlow | null;
  certificate: string | null;
  protocol: string | null;
  capabilities?: string[];
}

/** How far a connection came, noted on the way, because nothing is left of it after a failure. */
function observe(client: ImapFlow, seen: Seen): void {
  seen.client = client;
  client.on('response', () => note(client, seen));
}

function note(client: ImapFlow, seen: Seen): void {
  const { socket } = client as unknown as { socket: TLSSocket | null };
  if (socket && 'getPeerCertificate' in socket && seen.protocol === null) {
    const { valid_to, subject, issuer } = socket.getPeerCertificate();
    seen.protocol = `${socket.getProtocol()} with ${socket.getCipher().name}`;
    seen.certificate = `for ${subject?.CN ?? 'no common name'}, from ${issuer?.CN ?? issuer?.O ?? 'unknown'}, valid until ${valid_to}`;
  }
  if (client.capabilities.size > 0) seen.capabilities = [...client.capabilities.keys()];
}

/** tls, certificate and capabilities were passed on the way to the login, or are where it ended. */
function* beforeLogin(settings: ImapSettings, seen: Seen, login: DiagnosticStep): Generator<DiagnosticStep> {
  const failure = login.failure;
  if (seen.client === null) return yield login; // there was no credential to log in with
  const error = failure?.cause as { code?: string; tlsFailed?: boolean } | undefined;
  const certificate = error?.code !== undefined && error.code in CERTIFICATE;
  const secured = seen.protocol !== null || certificate;
  const atLogin = failure === undefined || failureAtLogin(failure, seen);
  if (settings.tls === 'none') yield { step: 'tls', ok: true, detail: 'none: everything goes in clear text, as configured' };
  else if (secured) yield { step: 'tls', ok: true, detail: seen.protocol ?? 'the server speaks TLS' };
  else if (failure) return yield { ...login, step: 'tls' };
  if (certificate) return yield { ...login, step: 'certificate' };
  if (seen.certificate) yield { step: 'certificate', ok: true, detail: seen.certificate };
  if (!atLogin) return yield { ...login, step: 'capabilities' };
  yield { step: 'capabilities', ok: true, detail: seen.capabilities?.join(' ') ?? 'none told' };
  if (failure) yield login;
}

const failureAtLogin = (failure: Failure, seen: Seen) =>
  failure.code === 'auth-rejected' || (seen.capabilities !== undefined && seen.capabilities.length > 0);

async function describeFolders(connection: ImapConnection): Promise<string> {
  const folders = await listFolders(connection);
  const names = folders.slice(0, 40).map(({ path, role }) => (role === null || role === 'inbox' ? path : `${path} (${role})`));
  return `${folders.length}: ${names.join(', ')}${folders.length > names.length ? ' …' : ''}`;
}
