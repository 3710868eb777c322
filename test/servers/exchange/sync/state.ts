// Sync states: opaque to clients, bound to one mailbox and one folder or hierarchy (reference 17, 18 [doc]).
//
// A state names a window of the mailbox's counter: changes after `since`, up to `until`, of which everything newer than or
// equal to `next` was delivered. Newest first means the window is walked downwards; when it is done, `until` becomes `since`.
import { createHash } from 'node:crypto';
import { refuse } from '../errors.ts';

export interface SyncState {
  kind: 'items' | 'folders';
  mailbox: string;
  /** The folder's key; for a hierarchy 0 when no root was named, which is another sync than naming it (17 [doc]). */
  folder: number;
  since: number;
  until: number;
  next: number;
}

const MARK = 'H4sI';

function seal(body: string): string {
  return createHash('sha256').update(`sync state ${body}`).digest('hex').slice(0, 16);
}

export function writeState(state: SyncState, long: boolean): string {
  const body = JSON.stringify(state);
  const filling = long ? 'x'.repeat(30_000) : '';
  return MARK + Buffer.from(`${seal(body)}${body}\u0000${filling}`).toString('base64');
}

/** Garbage, and a state of another folder or kind, are refused alike. */
export function readState(text: string, kind: SyncState['kind'], mailbox: string, folder: number): SyncState {
  if (text === '') return { kind, mailbox, folder, since: 0, until: 0, next: 0 };
  const decoded = text.startsWith(MARK) ? Buffer.from(text.slice(MARK.length), 'base64').toString() : '';
  const body = decoded.slice(16).split('\u0000')[0] ?? '';
  if (body === '' || seal(body) !== decoded.slice(0, 16)) refuse('ErrorInvalidSyncStateData');
  const state = JSON.parse(body) as SyncState;
  if (state.kind !== kind || state.mailbox !== mailbox || state.folder !== folder) refuse('ErrorInvalidSyncStateData');
  return state;
}

export interface Change<T> {
  at: number;
  kind: 'Create' | 'Update' | 'Delete' | 'ReadFlagChange';
  thing: T;
}

/** Takes the next page out of a window; `changes` says what happened after `since`. */
export function nextPage<T>(
  state: SyncState,
  counter: number,
  limit: number,
  changes: (since: number) => Change<T>[],
): { page: Change<T>[]; last: boolean; state: SyncState } {
  const window = state.next === 0 ? { ...state, until: counter, next: counter + 1 } : state;
  const left = changes(window.since)
    .filter((change) => change.at <= window.until && change.at < window.next)
    .sort((one, other) => other.at - one.at);
  const page = left.slice(0, limit);
  const last = page.length === left.length;
  const next = last ? { ...window, since: window.until, until: 0, next: 0 } : { ...window, next: page.at(-1)!.at };
  return { page, last, state: next };
}
