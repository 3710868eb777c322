/**
 * IDLE on a connection of its own: says "look", never what. It begins with a hint unless the folder is as it was at the caller's
 * last look: what came between that and the begin of IDLE would otherwise wait for the next change.
 *
 * Only one folder is listened to, INBOX or the first: imapflow knows no NOTIFY (RFC 5465), and the others are probed anyway. A server that
 * no longer answers shows when IDLE is taken up again, long before the 29 minutes of RFC 2177 and the 5 of many home routers.
 */
import { Failure } from '../../model/failure.ts';
import type { Cursor, Hint, PushSource, SessionContext } from '../connector.ts';
import type { ImapConnection } from './connection.ts';
import { changedSince } from './cursor.ts';
import { openFolder } from './opened-folder.ts';

const REISSUE_MS = 4 * 60_000;

export function createImapPush(
  open: (signal: AbortSignal) => Promise<ImapConnection>,
  context: SessionContext,
  reissueMs = REISSUE_MS,
): PushSource {
  return {
    async *hints(folders, signal) {
      // New mail comes to INBOX, so if it is among them, it is the one to listen to.
      const paths = [...folders.keys()];
      const folder = paths.find((path) => path.toUpperCase() === 'INBOX') ?? paths[0];
      if (folder === undefined || signal.aborted) return;
      const both = AbortSignal.any([signal, context.signal]);
      try {
        const connection = await open(both);
        both.addEventListener('abort', () => connection.client.close(), { once: true });
        try {
          yield* listen(connection, { path: folder, seen: folders.get(folder) ?? null }, both, reissueMs);
        } finally {
          await connection.end();
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}

async function* listen(
  connection: ImapConnection,
  { path: folder, seen }: { readonly path: string; readonly seen: Cursor | null },
  signal: AbortSignal,
  reissueMs: number,
): AsyncGenerator<Hint> {
  const { client } = connection;
  const bell = createBell();
  const events = ['exists', 'expunge', 'flags', 'close'] as const;
  for (const event of events) client.on(event, bell.ring);
  try {
    const opened = await openFolder(connection, folder);
    if (seen === null || changedSince(opened, seen)) yield { folder };
    while (!signal.aborted) {
      const idling = client.idle().catch(() => false);
      const rung = await bell.wait(reissueMs);
      if (client.isClosed) throw ended(connection, folder);
      // Answered or not: the NOOP ends IDLE, and a dead connection does not survive it.
      await connection.run(`listening to folder "${folder}"`, () => client.noop());
      await idling;
      if (rung) yield { folder };
    }
  } finally {
    for (const event of events) client.off(event, bell.ring);
  }
}

const ended = ({ where }: ImapConnection, folder: string) =>
  new Failure('unreachable', `listening to folder "${folder}" at ${where}: the server closed the connection`);

interface Bell {
  ring(): void;
  /** True when it rang since the last time, or rings within the time. */
  wait(ms: number): Promise<boolean>;
}

function createBell(): Bell {
  let rung = false;
  let wake = () => {};
  return {
    ring() {
      rung = true;
      wake();
    },
    async wait(ms) {
      if (!rung) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms);
        });
        clearTimeout(timer);
      }
      const was = rung;
      rung = false;
      return was;
    },
  };
}
