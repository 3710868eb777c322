// One request on its way: who asks, for which mailbox, in which dialect.

import { occurrenceOf } from './calendar/occurrence.ts';
import type { Zone } from './calendar/zone.ts';
import { EwsError, refuse, TEXTS } from './errors.ts';
import type { Account, Exchange } from './exchange.ts';
import type { Context } from './property/context.ts';
import { type ObjectId, readId } from './store/ids.ts';
import type { Mailbox } from './store/mailbox.ts';
import type { Folder, Item } from './store/model.ts';
import { child, childText, type Element, el } from './xml/element.ts';

export interface Call {
  exchange: Exchange;
  /** Who signed in. */
  account: Account;
  /** Whose mailbox it acts on: the account's, or the impersonated one's. */
  mailbox: Mailbox;
  version: string | undefined;
  zone: Zone | undefined;
  headers: Record<string, string | undefined>;
  /** Which of the two back ends serves the request (reference 55). */
  backEnd: number;
}

export function contextOf(call: Call, mailbox: Mailbox = call.mailbox): Context {
  const legacy = call.version === undefined || call.version.startsWith('Exchange2007');
  return { exchange: call.exchange, mailbox, zone: call.zone, bodyType: 'Best', legacy };
}

export interface FoundFolder {
  mailbox: Mailbox;
  folder: Folder;
}

export interface FoundItem {
  mailbox: Mailbox;
  item: Item;
  changeKey: string | undefined;
}

function mailboxOfId(call: Call, id: ObjectId, missing: string): Mailbox {
  const mailbox = call.exchange.mailboxByGuid(id.mailbox);
  if (mailbox === undefined) refuse(missing);
  // Rights of other mailboxes are not modelled: who may impersonate may open (reference 57).
  if (mailbox !== call.mailbox && !call.account.mayImpersonate) refuse('ErrorAccessDenied');
  return mailbox;
}

/** A FolderId or DistinguishedFolderId element. */
export function findFolder(call: Call, element: Element): FoundFolder {
  if (element.name === 'DistinguishedFolderId') return findDistinguished(call, element);
  const id = readId(element.attributes.Id ?? '');
  if (id.kind !== 'folder') refuse('ErrorCannotUseItemIdForFolderId');
  const mailbox = mailboxOfId(call, id, 'ErrorFolderNotFound');
  const folder = mailbox.folders.get(id.folder) ?? refuse('ErrorFolderNotFound');
  return { mailbox, folder };
}

function findDistinguished(call: Call, element: Element): FoundFolder {
  const named = childText(element, 'Mailbox', 'EmailAddress');
  const mailbox = named === undefined ? call.mailbox : call.exchange.mailboxOf(named);
  if (mailbox === undefined) refuse('ErrorNonExistentMailbox');
  if (mailbox !== call.mailbox && !call.account.mayImpersonate) refuse('ErrorFolderNotFound');
  const folder = mailbox.distinguished.get(element.attributes.Id ?? '') ?? refuse('ErrorFolderNotFound');
  return { mailbox, folder };
}

/** An ItemId, OccurrenceItemId or RecurringMasterItemId element. */
export function findItem(call: Call, element: Element): FoundItem {
  const text = element.attributes.Id ?? element.attributes.RecurringMasterId ?? element.attributes.OccurrenceId ?? '';
  const id = readId(text);
  if (id.kind === 'folder') refuse('ErrorCannotUseFolderIdForItemId');
  const mailbox = mailboxOfId(call, id, 'ErrorItemNotFound');
  const stored = mailbox.itemByKey(id);
  const changeKey = element.attributes.ChangeKey;
  if (changeKey !== undefined && changeKey !== '') mailbox.isCurrent(stored, changeKey);
  return { mailbox, item: occurrenceOf(stored, element, id), changeKey };
}

export function successMessage(
  name: string,
  content: (Element | undefined)[] = [],
  attributes: Record<string, string> = {},
): Element {
  return el(name, [el('ResponseCode', 'NoError'), ...content], { ResponseClass: 'Success', ...attributes });
}

export function errorMessage(name: string, error: EwsError, content: (Element | undefined)[] = []): Element {
  const values = error.values.length === 0 ? undefined : el('MessageXml', error.values);
  const head = [el('MessageText', error.message), el('ResponseCode', error.code), el('DescriptiveLinkKey', 0), values];
  return el(name, [...head, ...content], { ResponseClass: 'Error' });
}

/** What a failed message carries besides the error: real servers send the empty container (reference 8 [wire]). */
const EMPTY: Readonly<Record<string, string>> = {
  GetItemResponseMessage: 'Items',
  CreateItemResponseMessage: 'Items',
  UpdateItemResponseMessage: 'Items',
  MoveItemResponseMessage: 'Items',
  CopyItemResponseMessage: 'Items',
  GetFolderResponseMessage: 'Folders',
  CreateFolderResponseMessage: 'Folders',
  UpdateFolderResponseMessage: 'Folders',
  MoveFolderResponseMessage: 'Folders',
  CopyFolderResponseMessage: 'Folders',
};

export function emptyContent(message: string): string | undefined {
  return EMPTY[message];
}

/** One response message per requested thing, in the order of the request, each with its own class (reference 8 [doc]). */
export async function messages<T>(
  name: string,
  things: readonly T[],
  each: (thing: T) => Promise<Element> | Element,
): Promise<Element[]> {
  const made: Element[] = [];
  let stopped = false;
  for (const thing of things) {
    if (stopped) {
      made.push(batchStopped(name));
      continue;
    }
    try {
      made.push(await each(thing));
    } catch (error) {
      if (!(error instanceof EwsError)) throw error;
      const empty = EMPTY[name];
      made.push(errorMessage(name, error, [empty === undefined ? undefined : el(empty)]));
      stopped = STOPS_BATCH.has(error.code);
    }
  }
  return made;
}

/** Only what would hit every later item stops a batch (reference 8 [doc]). */
const STOPS_BATCH = new Set(['ErrorMailboxStoreUnavailable', 'ErrorMailboxMoveInProgress', 'ErrorQuotaExceeded']);

function batchStopped(name: string): Element {
  const text = 'The previous item in the batch failed with an error that stops the batch.';
  return el(name, [el('MessageText', text), el('ResponseCode', 'ErrorBatchProcessingStopped'), el('DescriptiveLinkKey', 0)], {
    ResponseClass: 'Warning',
  });
}

export function responseOf(operation: string, made: Element[]): Element {
  return el(`${operation}Response`, [el('ResponseMessages', made)]);
}

export function textFor(code: string): string {
  return TEXTS[code] ?? `${code}.`;
}

export function requireChild(parent: Element, name: string): Element {
  return child(parent, name) ?? refuse('ErrorInvalidRequest', `${name} is missing.`);
}
