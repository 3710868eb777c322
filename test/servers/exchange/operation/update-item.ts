import { sendUpdates } from '../calendar/invite.ts';
import { storeOccurrence } from '../calendar/occurrence.ts';
import { type Call, contextOf, findItem, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { sendItemNow } from '../mime/transport.ts';
import { fillFrom } from '../property/build.ts';
import type { Context } from '../property/context.ts';
import { isMessage } from '../property/kind.ts';
import type { Path } from '../property/path.ts';
import { settleItem } from '../property/settle-item.ts';
import { advanceTask } from '../property/task-series.ts';
import { applyChange } from '../property/write.ts';
import { readChangeKey } from '../store/ids.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { Item } from '../store/model.ts';
import { child, type Element, el, sameElement } from '../xml/element.ts';
import { folderModified, itemEvent, itemReference, moveWithin } from './items.ts';

export async function updateItem(request: Element, call: Call): Promise<Element> {
  const changes = child(request, 'ItemChanges')?.children ?? [];
  const made = await messages('UpdateItemResponseMessage', changes, async (change) => {
    const { reference, conflicts } = await updateOne(change, request, call);
    return successMessage('UpdateItemResponseMessage', [
      el('Items', [reference]),
      el('ConflictResults', [el('Count', conflicts)]),
    ]);
  });
  return responseOf('UpdateItem', made);
}

async function updateOne(
  change: Element,
  request: Element,
  call: Call,
): Promise<{ reference: Element | undefined; conflicts: number }> {
  const { mailbox, item, changeKey } = findItem(call, change.children[0]!);
  const mode = request.attributes.ConflictResolution ?? 'AutoResolve';
  checkAttributes(item, request);
  const stale = isStale(mailbox, item, changeKey, mode, call);
  const context = contextOf(call, mailbox);
  const draft = draftOf(item);
  const updates = child(change, 'Updates')?.children ?? [];
  const { paths, touched } = await applyAll(draft, updates, context);
  const conflicts = stale && mode === 'AutoResolve' ? resolve(item, draft, touched, readChangeKey(changeKey!)) : 0;
  settleItem(draft, item, touched, context);
  if (item.occurrence === undefined && isOnlyRead(paths)) {
    setRead(mailbox, item, draft);
    return { reference: itemReference(item, mailbox), conflicts };
  }
  const before = item.occurrence === undefined ? { ...item } : item;
  commit(mailbox, item, draft, touched);
  if (item.kind === 'CalendarItem')
    await sendUpdates(item, before, context, request.attributes.SendMeetingInvitationsOrCancellations ?? 'SendToNone');
  if (item.kind === 'Task') advanceTask(item, before, context);
  const kept = await disposition(item, request, call, context);
  const reference = kept ? itemReference(item, mailbox) : undefined;
  if (context.exchange.switches.driftChangeKeys) drift(mailbox, item);
  return { reference, conflicts };
}

/** Attributes that some kinds need and others do not (reference 31 [doc]). */
function checkAttributes(item: Item, request: Element) {
  const { MessageDisposition, SendMeetingInvitationsOrCancellations } = request.attributes;
  if (isMessage(item.kind) && MessageDisposition === undefined) refuse('ErrorMessageDispositionRequired');
  if (item.kind === 'CalendarItem' && SendMeetingInvitationsOrCancellations === undefined) {
    refuse('ErrorSendMeetingInvitationsOrCancellationsRequired');
  }
}

/** The three ways to treat an old change key (reference 33 [doc]). */
function isStale(mailbox: Mailbox, item: Item, changeKey: string | undefined, mode: string, call: Call): boolean {
  if (changeKey === undefined || changeKey === '') {
    if (mode !== 'AlwaysOverwrite' || call.exchange.switches.overwriteNeedsChangeKey)
      refuse('ErrorChangeKeyRequiredForWriteOperations');
    return false;
  }
  const stale = !mailbox.isCurrent(item, changeKey);
  if (stale && mode === 'NeverOverwrite') refuse('ErrorIrresolvableConflict');
  return stale;
}

const SEVERITY = ['Normal', 'Personal', 'Private', 'Confidential'];

/**
 * AutoResolve: the later write wins property by property, Sensitivity keeps the stricter value, and two changes of one
 * recurrence cannot be merged (reference 33 [doc]). The count is of properties that both sides changed.
 */
function resolve(item: Item, draft: Item, touched: ReadonlySet<string>, version: number): number {
  const both = [...touched].filter((name) => (item.changes[name] ?? 0) > version);
  if (both.includes('Recurrence') && !sameElement(item.fields.Recurrence, draft.fields.Recurrence))
    refuse('ErrorIrresolvableConflict');
  const [theirs, ours] = [item.fields.Sensitivity, draft.fields.Sensitivity];
  if (both.includes('Sensitivity') && SEVERITY.indexOf(theirs?.text ?? 'Normal') > SEVERITY.indexOf(ours?.text ?? 'Normal')) {
    draft.fields.Sensitivity = theirs!;
  }
  return both.length;
}

/** Changes are made on a draft: one that fails leaves nothing behind. */
export function draftOf(item: Item): Item {
  return {
    ...item,
    fields: { ...item.fields },
    named: { ...item.named },
    attachments: [...item.attachments],
    exceptions: { ...item.exceptions },
    changes: { ...item.changes },
  };
}

async function applyAll(
  draft: Item,
  updates: readonly Element[],
  context: Context,
): Promise<{ paths: Path[]; touched: Set<string> }> {
  const paths: Path[] = [];
  const touched = new Set<string>();
  for (const update of updates) {
    const mime = child(update.children[1], 'MimeContent');
    if (update.name === 'SetItemField' && mime !== undefined) {
      draft.attachments = [];
      await fillFrom(draft, Buffer.from(mime.text, 'base64'), context);
      continue;
    }
    const fields = { ...draft.fields };
    const path = applyChange(draft, update, context);
    paths.push(path);
    for (const name of new Set([...Object.keys(fields), ...Object.keys(draft.fields)])) {
      if (fields[name] !== draft.fields[name]) {
        // The order of writing counts (tasks), so a later write moves to the end.
        touched.delete(name);
        touched.add(name);
      }
    }
    if (path.kind === 'field' && !touched.has(path.element)) touched.add(path.element);
  }
  return { paths, touched };
}

function isOnlyRead(paths: readonly Path[]): boolean {
  return paths.length > 0 && paths.every((path) => path.kind === 'field' && path.element === 'IsRead');
}

function setRead(mailbox: Mailbox, item: Item, draft: Item) {
  const changed = item.fields.IsRead?.text !== draft.fields.IsRead?.text;
  Object.assign(item, { fields: draft.fields });
  if (!changed) return;
  mailbox.touchRead(item);
  itemEvent(mailbox, 'Modified', item);
  folderModified(mailbox, item.folder);
}

const MIME_FREE = new Set(['Categories', 'Flag', 'IsRead', 'ReminderIsSet', 'ReminderDueBy', 'ReminderMinutesBeforeStart']);

export function commit(mailbox: Mailbox, item: Item, draft: Item, touched: ReadonlySet<string>) {
  const owner = item.occurrence?.master ?? item;
  if (item.occurrence !== undefined) storeOccurrence(item, draft);
  else {
    const { fields, named, attachments, exceptions, mime, kind } = draft;
    Object.assign(item, { fields, named, attachments, exceptions, kind });
    if ([...touched].some((name) => !MIME_FREE.has(name)) && mime === item.mime) delete item.mime;
    else item.mime = mime;
  }
  mailbox.touch(owner);
  for (const name of touched) owner.changes[name] = owner.version;
  itemEvent(mailbox, 'Modified', owner);
}

/** The server changes things behind the client's back: only the key moves (reference 34 [wire]). */
export function drift(mailbox: Mailbox, item: Item) {
  mailbox.touch(item.occurrence?.master ?? item);
  itemEvent(mailbox, 'Modified', item.occurrence?.master ?? item);
}

async function disposition(item: Item, request: Element, call: Call, context: Context): Promise<boolean> {
  const wanted = request.attributes.MessageDisposition;
  if (!isMessage(item.kind) || wanted === undefined || wanted === 'SaveOnly') return true;
  await sendItemNow(item, context);
  if (wanted === 'SendOnly') {
    call.mailbox.remove(item);
    return false;
  }
  moveWithin(context.mailbox, item, context.mailbox.folderNamed('sentitems'));
  return true;
}
