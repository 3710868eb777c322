import { calendarView } from '../calendar/view.ts';
import { type Call, contextOf, findFolder, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import type { Context } from '../property/context.ts';
import { type Path, readPath } from '../property/path.ts';
import { valuesOf } from '../property/read.ts';
import { type ItemShape, itemElement, readShape } from '../property/shape.ts';
import { page } from '../query/paging.ts';
import { readOrder, readRestriction, sortBy } from '../query/restriction.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Folder, Item } from '../store/model.ts';
import { child, type Element, el } from '../xml/element.ts';

export async function findItem(request: Element, call: Call): Promise<Element> {
  const parents = child(request, 'ParentFolderIds')?.children ?? [];
  const made = await messages('FindItemResponseMessage', parents, async (id) => {
    const { mailbox, folder } = findFolder(call, id);
    const context = contextOf(call, mailbox);
    const shape = readShape(child(request, 'ItemShape'));
    const { things, attributes } = find(request, mailbox, folder, context);
    const content = await listing(request, things, shape, context);
    return successMessage('FindItemResponseMessage', [el('RootFolder', [content], attributes)]);
  });
  return responseOf('FindItem', made);
}

function find(request: Element, mailbox: Mailbox, folder: Folder, context: Context) {
  const view = request.children.find((one) => one.name.endsWith('View'));
  const restriction = child(request, 'Restriction');
  const order = child(request, 'SortOrder');
  if (view?.name === 'CalendarView') {
    // Neither sorting nor restriction goes with a CalendarView (reference 27 [doc]).
    if (restriction !== undefined || order !== undefined)
      refuse('ErrorInvalidRequest', 'CalendarView goes with neither Restriction nor SortOrder.');
    return calendarView(mailbox, folder, view, context.zone);
  }
  if (view?.name === 'ContactsView' && folder.kind !== 'ContactsFolder') {
    refuse('ErrorContactsFolderIsInvalidForContactsView', 'ContactsView needs a contacts folder.');
  }
  const valuesFor = (item: Item) => (path: Path) => searchable(item, path, context);
  const test = readRestriction(restriction, context.exchange.switches.caselessRestrictions);
  const query = child(request, 'QueryString')?.text;
  const all = candidates(mailbox, folder, request.attributes.Traversal ?? 'Shallow', context).filter(
    (item) => test(valuesFor(item)) && matchesQuery(item, query),
  );
  const nameOf = (item: Item) => item.fields.DisplayName?.text ?? item.fields.FileAs?.text ?? '';
  const sorted = view?.name === 'ContactsView' ? [...all].sort((left, right) => nameOf(left).localeCompare(nameOf(right))) : all;
  return page(sortBy(sorted, readOrder(order), valuesFor), view, nameOf);
}

function searchable(item: Item, path: Path, context: Context): string[] {
  if (path.kind === 'field' && path.uri === 'calendar:UID' && !context.exchange.switches.searchUid) return [];
  return valuesOf(item, path, context);
}

/** Shallow: the folder's own; Associated: its hidden ones; SoftDeleted: those deleted from it that are still recoverable. */
function candidates(mailbox: Mailbox, folder: Folder, traversal: string, context: Context): Item[] {
  if (traversal === 'SoftDeleted') return mailbox.itemsIn(mailbox.folderNamed('recoverableitemsdeletions').key);
  const found = mailbox.itemsIn(folder.key, traversal === 'Associated');
  // The newest first, as a client without a sort order sees it [exp].
  return context.exchange.switches.newestFirst ? found.reverse() : found;
}

/** A small part of the query language: words, and property:word (reference: QueryString [doc]). */
function matchesQuery(item: Item, query: string | undefined): boolean {
  if (query === undefined) return true;
  const whole = [item.fields.Subject?.text, item.fields.Body?.text, JSON.stringify(item.fields.From ?? '')]
    .join(' ')
    .toLowerCase();
  return (query.toLowerCase().match(/\w+:"[^"]*"|"[^"]*"|\S+/g) ?? []).every((term) => {
    const named = /^(\w+):"?([^"]*)"?$/.exec(term);
    if (named === null) return whole.includes(term.replaceAll('"', ''));
    const value =
      named[1] === 'subject'
        ? item.fields.Subject?.text
        : named[1] === 'body'
          ? item.fields.Body?.text
          : JSON.stringify(item.fields);
    return (value ?? '').toLowerCase().includes(named[2]!);
  });
}

async function listing(request: Element, items: Item[], shape: ItemShape, context: Context): Promise<Element> {
  const grouping = child(request, 'GroupBy');
  if (grouping === undefined)
    return el('Items', await Promise.all(items.map((item) => itemElement(item, shape, context, 'list'))));
  const path = readPath(grouping.children[0]!);
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = valuesOf(item, path, context)[0] ?? '';
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const keys = [...groups.keys()].sort();
  if (grouping.attributes.Order === 'Descending') keys.reverse();
  const made = keys.map(async (key) => {
    const inside = await Promise.all(groups.get(key)!.map((item) => itemElement(item, shape, context, 'list')));
    return el('GroupedItems', [el('GroupIndex', key), el('Items', inside)]);
  });
  return el('Groups', await Promise.all(made));
}
