import type { MailboxConfig, ReceiveConfig } from '../config/config.ts';
import type { Cursor } from '../connector/connector.ts';
import { asFailure } from '../model/failure.ts';
import { readCursors } from '../store/streams.ts';
import { accountOf, openSession, usernameOf } from './session.ts';
import type { SyncContext } from './sync-context.ts';

/**
 * Holds a connection on which the server tells that something happened, as long as it lasts. Which it is does not matter for
 * correctness: a broken one is opened again after the next pass.
 */
export async function watchForHints(
  context: SyncContext,
  mailbox: MailboxConfig,
  receive: ReceiveConfig,
  signal: AbortSignal,
  due: () => void,
): Promise<void> {
  const { server, auth } = receive;
  if (!context.connectors.get(server.type)?.offers.includes('push')) return;
  const username = usernameOf(mailbox, auth);
  const release = context.connections.tryHold(server.name, accountOf(context, mailbox, receive), server.limits);
  if (!release) return;
  try {
    await using session = await openSession(context, mailbox, receive, signal);
    const folders = await readCursors(context.database, {
      mailboxId: mailbox.id,
      kind: server.type,
      host: server.host,
      username,
    });
    for await (const _ of session.push?.hints(folders as ReadonlyMap<string, Cursor>, signal) ?? []) due();
  } catch (error) {
    if (signal.aborted) return;
    const failure = asFailure(error);
    context.log.debug('push ended', { mailbox: mailbox.id, code: failure?.code, reason: (error as Error).message });
  } finally {
    release();
  }
}
