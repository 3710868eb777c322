// After a write: what a server makes of what a client wrote (reference 35), so that the read-back is not byte-equal.
import type { Exchange } from '../exchange.ts';
import type { Item } from '../store/model.ts';
import { child, childText, type Element, el } from '../xml/element.ts';
import type { Context } from './context.ts';
import { textOf } from './context.ts';
import { kindOfItemClass } from './kind.ts';

const RECIPIENTS = ['ToRecipients', 'CcRecipients', 'BccRecipients', 'ReplyTo', 'From', 'Sender'];
const ATTENDEES = ['RequiredAttendees', 'OptionalAttendees', 'Resources'];
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

export function settleCommon(item: Item, context: Context) {
  const { switches } = context.exchange;
  const subject = textOf(item, 'Subject');
  if (subject !== undefined && switches.rewriteSubjects) {
    // A subject has at most 255 characters (MS-OXWSCORE R74); that it is one line and control characters go is [exp].
    item.fields.Subject = el(
      'Subject',
      subject
        .replace(/[\r\n\t]+/g, ' ')
        .replace(CONTROL, '')
        .slice(0, 255),
    );
  }
  if (item.fields.Categories !== undefined && switches.rewriteSubjects)
    item.fields.Categories = withoutDoubles(item.fields.Categories);
  for (const name of RECIPIENTS) {
    const list = item.fields[name];
    if (list !== undefined)
      item.fields[name] = el(
        name,
        list.children.map((box) => resolved(box, context.exchange)),
      );
  }
  for (const name of ATTENDEES) {
    const list = item.fields[name];
    if (list !== undefined)
      item.fields[name] = el(
        name,
        list.children.map((one) => settledAttendee(one, context.exchange)),
      );
  }
  const itemClass = textOf(item, 'ItemClass');
  if (itemClass !== undefined && item.kind === 'Message' && item.fields.Start === undefined)
    item.kind = kindOfItemClass(itemClass);
}

function withoutDoubles(categories: Element): Element {
  const seen = new Set<string>();
  const kept = categories.children.filter((one) => {
    const key = one.text.trim().toLowerCase();
    if (key === '' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return el('Categories', kept);
}

/** X.500 addresses become SMTP ones, names become those of the directory (35 [exp]). */
export function resolved(box: Element, exchange: Exchange): Element {
  const written = childText(box, 'EmailAddress') ?? '';
  const routing = childText(box, 'RoutingType');
  const address = routing === 'EX' ? fromLegacy(written, exchange) : written;
  const known = exchange.accounts.get(address.toLowerCase()) ?? exchange.groups.get(address.toLowerCase());
  if (!exchange.switches.rewriteRecipients) return box;
  const name = known?.name ?? childText(box, 'Name');
  const type = known === undefined ? 'OneOff' : exchange.groups.has(address.toLowerCase()) ? 'PublicDL' : 'Mailbox';
  return el('Mailbox', [
    el('Name', name || address),
    address === '' ? undefined : el('EmailAddress', known?.address ?? address),
    address === '' ? undefined : el('RoutingType', 'SMTP'),
    el('MailboxType', type),
    child(box, 'ItemId'),
  ]);
}

/** `/o=…/cn=Recipients/cn=<local part>` names a mailbox of this company. */
function fromLegacy(written: string, exchange: Exchange): string {
  const local = /cn=([^/]+)$/i.exec(written)?.[1] ?? written;
  return exchange.accountOf(local)?.address ?? written;
}

function settledAttendee(attendee: Element, exchange: Exchange): Element {
  const box = child(attendee, 'Mailbox') ?? el('Mailbox');
  const response = child(attendee, 'ResponseType') ?? el('ResponseType', 'Unknown');
  return el('Attendee', [resolved(box, exchange), response, child(attendee, 'LastResponseTime')]);
}

/** A mailbox element for an address of anybody. */
export function mailboxElement(address: string, exchange: Exchange, name?: string): Element {
  const box = el('Mailbox', [
    name === undefined ? undefined : el('Name', name),
    el('EmailAddress', address),
    el('RoutingType', 'SMTP'),
  ]);
  const made = resolved(box, exchange);
  return child(made, 'MailboxType') === undefined ? el('Mailbox', [...made.children]) : made;
}
