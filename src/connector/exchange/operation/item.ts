/** What is asked of a mail besides its source, and what becomes of the answer. */
import type { RemoteRef } from '../../connector.ts';
import type { Mime } from '../base64.ts';
import { childOf, type Element, isTrue, textOf } from '../read-answer.ts';

/** PidTagLastVerbExecuted (MS-OXOMSG 2.2.1.1): whether the user has answered or forwarded it. */
const LAST_VERB = '0x1081';

const WHEREABOUTS = ['item:ParentFolderId', 'item:Size'];
const STATE = ['item:DateTimeReceived', 'item:Categories', 'item:Flag', 'item:IsDraft', 'message:IsRead'];

const asked = (fields: readonly string[]) =>
  `<t:AdditionalProperties>${fields.map((name) => `<t:FieldURI FieldURI="${name}"/>`).join('')}<t:ExtendedFieldURI PropertyTag="${LAST_VERB}" PropertyType="Integer"/></t:AdditionalProperties>`;

export const ITEM_PROPERTIES = asked([...WHEREABOUTS, ...STATE]);
/** Beside the source: where it lies and how long it is was told when it was listed. */
export const SOURCE_PROPERTIES = asked(STATE);

export interface MailItem {
  readonly ref: RemoteRef;
  readonly folder: string | null;
  /** As the store counts it: an estimate of the length of the source. */
  readonly size: number;
  readonly receivedAt: Date | null;
  readonly flags: readonly string[];
  readonly mime: Mime | null;
}

/** Null: no mail (appointments, contacts and tasks may lie in any folder, Deleted Items most of all). */
export function readMailItem(element: Element): MailItem | null {
  const id = childOf(element, 'ItemId')?.attributes.Id;
  if (id === undefined || NO_MAIL.has(element.name)) return null;
  const received = Date.parse(textOf(element, 'DateTimeReceived') ?? '');
  return {
    ref: id as RemoteRef,
    folder: childOf(element, 'ParentFolderId')?.attributes.Id ?? null,
    size: Number(textOf(element, 'Size') ?? 0) || 0,
    receivedAt: Number.isNaN(received) ? null : new Date(received),
    flags: flagsOf(element),
    mime: childOf(element, 'MimeContent')?.mime ?? null,
  };
}

const NO_MAIL = new Set(['CalendarItem', 'Contact', 'DistributionList', 'Task', 'Network', 'Person', 'AbchPerson', 'RoleMember']);

/** Categories carry a prefix, so that none of them is taken for a flag whatever users call it. */
function flagsOf(element: Element): string[] {
  const flags: string[] = [];
  if (isTrue(textOf(element, 'IsRead'))) flags.push('\\Seen');
  if (isTrue(textOf(element, 'IsDraft'))) flags.push('\\Draft');
  const status = textOf(element, 'Flag', 'FlagStatus');
  if (status === 'Flagged') flags.push('\\Flagged');
  if (status === 'Complete') flags.push('$Completed');
  const verb = lastVerb(element);
  if (verb === '102' || verb === '103') flags.push('\\Answered');
  if (verb === '104') flags.push('$Forwarded');
  const categories = childOf(element, 'Categories')?.children.map(({ text }) => `category:${text.trim()}`) ?? [];
  return [...flags, ...new Set(categories)];
}

function lastVerb(element: Element): string | undefined {
  const properties = element.children.filter(({ name }) => name === 'ExtendedProperty');
  const found = properties.find(
    (property) => Number(childOf(property, 'ExtendedFieldURI')?.attributes.PropertyTag) === Number(LAST_VERB),
  );
  return textOf(found, 'Value');
}
