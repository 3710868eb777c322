/** A folder opened read-only (EXAMINE), and the searches over it. */
import { asFailure, Failure } from '../../model/failure.ts';
import type { ImapConnection } from './connection.ts';

export interface OpenedFolder {
  readonly path: string;
  readonly validity: string;
  readonly uidNext: number;
  readonly exists: number;
  /** Null where the server has no lasting modification sequences (no CONDSTORE, NOMODSEQ). */
  readonly modseq: string | null;
  readonly canVanish: boolean;
}

/** EXAMINE and not SELECT: nothing that is read there can change the server (RFC 9051 6.3.3). */
export async function openFolder(connection: ImapConnection, path: string): Promise<OpenedFolder> {
  const { client } = connection;
  const attempt = `opening folder "${path}"`;
  connection.expectFolder(path);
  const box = await connection.run(attempt, () => client.mailboxOpen(path, { readOnly: true }));
  if (!box?.uidValidity) {
    throw new Failure('refused', `${attempt} at ${connection.where}: the server gives no UIDVALIDITY`, {
      remedy: 'Messages cannot be recognised again there (RFC 9051 2.3.1.1): read this mailbox by POP3.',
    });
  }
  const lasting = client.enabled.has('CONDSTORE') && !box.noModseq && !!box.highestModseq;
  // Copied at once: imapflow moves these on with every message it sees.
  const opened = {
    ...{ path, validity: String(box.uidValidity), exists: box.exists ?? 0 },
    modseq: lasting ? String(box.highestModseq) : null,
    canVanish: lasting && client.enabled.has('QRESYNC'),
  };
  const uidNext = box.uidNext || (await highestUid(connection, opened.exists)) + 1;
  return { ...opened, uidNext };
}

/**
 * Some servers (Courier) keep the numbers they give only once somebody opened the folder for writing. That alone is done here, and
 * nothing in it: opened anew read-only it is left without the CLOSE that would expunge (RFC 9051 6.4.1).
 */
export async function settleNumbers(connection: ImapConnection, path: string): Promise<OpenedFolder> {
  await connection.run(`opening folder "${path}" for writing`, () => connection.client.mailboxOpen(path)).catch(ignoreFailure);
  return openFolder(connection, path);
}

/** Who may only read it has to take the numbers as they come. */
function ignoreFailure(error: unknown): void {
  if (asFailure(error)?.code !== 'refused' && asFailure(error)?.code !== 'missing') throw error;
}

/** For servers that do not say UIDNEXT. */
async function highestUid(connection: ImapConnection, exists: number): Promise<number> {
  return exists === 0 ? 0 : ((await searchUids(connection, { all: true })).at(-1) ?? 0);
}

/** Ascending. imapflow answers `false` where the server refused, which must never pass for "nothing found". */
export async function searchUids(connection: ImapConnection, query: Parameters<ImapConnection['client']['search']>[0]) {
  const attempt = 'searching the folder';
  const found = await connection.run(attempt, () => connection.client.search(query, { uid: true }));
  if (Array.isArray(found)) return found;
  throw new Failure('refused', `${attempt} at ${connection.where}: the server refuses the search`);
}

/** SINCE knows days only, in the server's own zone, so that a day more is asked for; the exact moment is compared later. */
export const sinceDay = (since: Date): Date => new Date(since.getTime() - 36 * 3_600_000);
