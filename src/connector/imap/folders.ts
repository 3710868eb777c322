/** Which folders there are, which is meant by a selector, and whether one may have changed since a cursor. */
import type { ListResponse, StatusObject } from 'imapflow';
import { Failure } from '../../model/failure.ts';
import type { Cursor, Folder, FolderRole, FolderSelector } from '../connector.ts';
import type { ImapConnection } from './connection.ts';
import { changedSince, type FolderState } from './cursor.ts';

export interface ListedFolder {
  readonly path: string;
  readonly name: string;
  readonly role: FolderRole | null;
  readonly depth: number;
  readonly status: StatusObject | null;
}

const QUERY = { messages: true, uidNext: true, uidValidity: true, highestModseq: true };
const ROLES: readonly (readonly [flag: string, role: FolderRole])[] = [
  ['\\sent', 'sent'],
  ['\\drafts', 'drafts'],
  ['\\trash', 'trash'],
  ['\\junk', 'junk'],
  ['\\archive', 'archive'],
  ['\\all', 'all'],
  ['\\flagged', 'flagged'],
  ['\\important', 'important'],
];

const has = (entry: ListResponse, flag: string) => [...entry.flags].some((one) => one.toLowerCase() === flag);

/** One round trip (and LSUB on old servers), with the status of every folder where LIST-STATUS is offered. */
export async function listFolders(connection: ImapConnection): Promise<ListedFolder[]> {
  const { client } = connection;
  const options = client.capabilities.has('LIST-STATUS') ? { statusQuery: QUERY } : {};
  const listed = await connection.run('listing the folders', () => client.list(options));
  const entries = listed.filter((entry) => !has(entry, '\\noselect') && !has(entry, '\\nonexistent'));
  const roles = assignRoles(connection, entries);
  return entries.map((entry) => {
    const status = entry.status && !('error' in entry.status && entry.status.error) ? entry.status : null;
    // imapflow takes a leading delimiter off, but the server wants its own name back.
    const path = entry.delimiter && entry.pathAsListed.startsWith(entry.delimiter) ? entry.delimiter + entry.path : entry.path;
    return { path, name: entry.name, role: roles.get(entry) ?? null, depth: depthOf(connection, entry), status };
  });
}

/**
 * By SPECIAL-USE (or XLIST), else by imapflow's table of well-known names in many languages, then only at the top: a
 * customer's folder `Kunden/Gesendet` is not where sent mail goes. Other people's folders play no role in this mailbox.
 */
function assignRoles(connection: ImapConnection, entries: readonly ListResponse[]): ReadonlyMap<ListResponse, FolderRole> {
  const { namespaces } = connection.client;
  const foreign = [...(namespaces?.other || []), ...(namespaces?.shared || [])].map(({ prefix }) => prefix).filter(Boolean);
  const own = entries.filter((entry) => !foreign.some((prefix) => entry.path.startsWith(prefix)));
  const roles = new Map<ListResponse, FolderRole>();
  const inbox = entries.find((entry) => entry.path.toUpperCase() === 'INBOX') ?? own.find((one) => one.specialUse === '\\Inbox');
  if (inbox) roles.set(inbox, 'inbox');
  for (const [flag, role] of ROLES) {
    const free = own.filter((entry) => !roles.has(entry));
    const marked = free.filter((entry) => has(entry, flag));
    const named = free.filter((entry) => entry.specialUse?.toLowerCase() === flag && depthOf(connection, entry) === 0);
    const [best] = (marked.length > 0 ? marked : named).sort((a, b) => depthOf(connection, a) - depthOf(connection, b));
    if (best) roles.set(best, role);
  }
  return roles;
}

/** How deep below the user's own root; INBOX as a parent counts as the root, as on Courier and Cyrus. */
function depthOf({ personal }: ImapConnection, entry: ListResponse): number {
  if (!entry.delimiter) return 0;
  const inbox = `INBOX${entry.delimiter}`;
  const prefix = personal.prefix !== '' && entry.path.startsWith(personal.prefix) ? personal.prefix : inbox;
  const inside = entry.path.startsWith(prefix) ? entry.path.slice(prefix.length) : entry.path;
  return inside.split(entry.delimiter).length - 1;
}

export async function probe(
  connection: ImapConnection,
  selectors: readonly FolderSelector[],
  cursors: ReadonlyMap<string, Cursor>,
): Promise<Folder[]> {
  const found = await findAll(connection, selectors);
  const folders: Folder[] = [];
  for (const folder of new Map(found.map((one) => [one.path, one])).values()) {
    const status = folder.status ?? (await statusOf(connection, folder.path));
    folders.push(describe(folder, status, cursors.get(folder.path)));
  }
  return folders;
}

/** Most mailboxes want INBOX alone: one STATUS is all that takes. */
async function findAll(connection: ImapConnection, selectors: readonly FolderSelector[]): Promise<ListedFolder[]> {
  if (selectors.every(isInbox)) {
    return selectors.length === 0 ? [] : [{ path: 'INBOX', name: 'INBOX', role: 'inbox', depth: 0, status: null }];
  }
  const listed = await listFolders(connection);
  return selectors.map((selector) => select(connection, listed, selector));
}

const isInbox = (selector: FolderSelector) =>
  typeof selector === 'string' ? selector.toUpperCase() === 'INBOX' : 'role' in selector && selector.role === 'inbox';

function select(connection: ImapConnection, listed: readonly ListedFolder[], selector: FolderSelector): ListedFolder {
  if (typeof selector === 'string') return selectPath(connection, listed, selector);
  const wanted = 'role' in selector ? byRole(listed, selector.role) : byName(listed, selector.name);
  if (wanted) return wanted;
  const what = 'role' in selector ? `for ${selector.role}` : `with the name "${selector.name}"`;
  throw missing(connection, `there is no folder ${what}`, listed);
}

export const byRole = (listed: readonly ListedFolder[], role: FolderRole): ListedFolder | undefined =>
  listed.find((folder) => folder.role === role);

function byName(listed: readonly ListedFolder[], name: string): ListedFolder | undefined {
  const same = (fold: (text: string) => string) => listed.filter((folder) => fold(folder.name) === fold(name));
  const exact = same(normal);
  const matches = exact.length > 0 ? exact : same((text) => normal(text).toLowerCase());
  return matches.sort((a, b) => a.depth - b.depth || (a.path < b.path ? -1 : 1))[0];
}

/** Typed on another system, the same name may come composed otherwise. */
const normal = (text: string) => text.normalize('NFC');

/** As the server writes it, or without the prefix of the own namespace, or with `/` between the parts. */
function selectPath(connection: ImapConnection, listed: readonly ListedFolder[], path: string): ListedFolder {
  const { prefix, delimiter } = connection.personal;
  const slashed = path.split('/').join(delimiter);
  for (const candidate of [path, prefix + path, slashed, prefix + slashed]) {
    const wanted = normal(candidate);
    const found = listed.find((folder) => normal(folder.path) === wanted || (isInbox(candidate) && folder.role === 'inbox'));
    if (found) return found;
  }
  // Folders of other people may be hidden from LIST and there all the same: STATUS will tell.
  const name = path.slice(path.lastIndexOf(delimiter) + 1);
  return { path, name, role: null, depth: 0, status: null };
}

function missing({ where }: ImapConnection, problem: string, listed: readonly ListedFolder[]): Failure {
  const some = listed.slice(0, 30).map((folder) => folder.path);
  const more = listed.length > some.length ? `, and ${listed.length - some.length} more` : '';
  return new Failure('missing', `looking for folders at ${where}: ${problem}`, {
    remedy: `Choose one of: ${some.join(', ')}${more}.`,
  });
}

/** Null: the folder is there, but the server gives no status; a pass over it will tell why. */
async function statusOf(connection: ImapConnection, path: string): Promise<StatusObject | null> {
  const status = await connection.run(`asking for the state of folder "${path}"`, () => connection.client.status(path, QUERY));
  return status || null;
}

function describe(folder: ListedFolder, status: StatusObject | null, cursor: Cursor | undefined): Folder {
  const { path, role } = folder;
  const changed = cursor === undefined || status === null || changedSince(stateIn(status), cursor);
  return { path, role, mayHaveChanged: changed, messages: status?.messages ?? null };
}

const stateIn = ({ uidValidity, uidNext, messages, highestModseq }: StatusObject): FolderState => ({
  ...{ validity: String(uidValidity), uidNext: uidNext ?? null, exists: messages ?? null },
  modseq: highestModseq === undefined ? null : String(highestModseq),
});
