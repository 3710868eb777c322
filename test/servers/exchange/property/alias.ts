// Reads and writes a MAPI property that is another name of something the item has.
import { globalObjectId } from '../calendar/uid.ts';
import { isoSeconds } from '../clock.ts';
import { entryId } from '../store/ids.ts';
import type { Item } from '../store/model.ts';
import { child, childrenOf, type Element, el } from '../xml/element.ts';
import { bodyAs, keptBody } from './body.ts';
import { COMMON, searchKeyOf, topicOf, visibleAttachments } from './common.ts';
import { type Context, setText, textOf } from './context.ts';
import { isMessage } from './kind.ts';
import type { Alias } from './mapi.ts';
import { readField } from './read-field.ts';

/** Properties that a client may not write; Exchange drops such writes of a client that means well. */
const REPLY_FLAGS: Readonly<Record<string, string>> = { '0': 'NotFlagged', '1': 'Complete', '2': 'Flagged' };

const COMPUTED: Record<string, (item: Item, context: Context) => string | undefined> = {
  messageFlags: (item) => String(messageFlags(item)),
  flagStatus: (item) => {
    const status = child(item.fields.Flag, 'FlagStatus')?.text;
    return status === undefined ? undefined : (Object.keys(REPLY_FLAGS).find((key) => REPLY_FLAGS[key] === status) ?? '0');
  },
  imapId: (item) => String((item.occurrence?.master ?? item).imapId),
  displayName: (item) => textOf(item, item.kind === 'Contact' || item.kind === 'DistributionList' ? 'DisplayName' : 'Subject'),
  normalizedSubject: (item) => topicOf(textOf(item, 'Subject') ?? ''),
  searchKey: (item, context) => searchKeyOf(item, context),
  entryId: (item, context) => entryId(context.mailbox.objectId(item)).toString('base64'),
  instanceKey: (item, context) => COMMON.InstanceKey!(item, context)?.text,
  commitTime: (item) => isoSeconds((item.occurrence?.master ?? item).modified),
  flatUrl: (item, context) => `/${entryId(context.mailbox.objectId(item)).toString('hex')}.EML`,
  headers: (item, context) =>
    childrenOf(readField(item, 'InternetMessageHeaders', context), 'InternetMessageHeader')
      .map((header) => `${header.attributes.HeaderName}: ${header.text}`)
      .join('\r\n') || undefined,
  title: (item) => item.named['contact/title']?.values[0],
  private: (item) => String(['Private', 'Confidential'].includes(textOf(item, 'Sensitivity') ?? '')),
  globalObjectId: (item) => {
    const uid = textOf(item, 'UID');
    return uid === undefined ? undefined : globalObjectId(uid).toString('base64');
  },
  zoneDefinition: () => undefined,
  recurring: (item) => String(item.fields.Recurrence !== undefined || item.occurrence !== undefined),
};

/** PidTagMessageFlags: 1 read, 2 unmodified, 4 submitted, 8 unsent, 0x10 has attachments, 0x20 from me. */
function messageFlags(item: Item): number {
  const on = (element: string, bit: number) => (textOf(item, element) === 'true' ? bit : 0);
  const read = isMessage(item.kind) ? on('IsRead', 1) : 1;
  return read | on('IsSubmitted', 4) | on('IsDraft', 8) | (visibleAttachments(item).length > 0 ? 16 : 0) | on('IsFromMe', 32);
}

export function readAlias(item: Item, alias: Alias, context: Context): string[] | undefined {
  const text = readAliasText(item, alias, context);
  if (text !== undefined) return Array.isArray(text) ? text : [text];
  return undefined;
}

function readAliasText(item: Item, alias: Alias, context: Context): string | string[] | undefined {
  switch (alias.kind) {
    case 'field': {
      const text = readField(item, alias.element, { ...context, zone: undefined })?.text;
      return text === undefined || alias.translation === undefined ? text : alias.translation.toMapi(text);
    }
    case 'entry':
      return readEntry(item, alias);
    case 'strings': {
      const strings = childrenOf(item.fields[alias.element], 'String').map((one) => one.text);
      return strings.length === 0 ? undefined : strings;
    }
    case 'body': {
      if (item.fields.Body === undefined) return undefined;
      const body = bodyAs(item, alias.html ? 'HTML' : 'Text').text;
      return alias.html ? Buffer.from(body).toString('base64') : body;
    }
    case 'recipient':
      return child(readField(item, alias.element, context), 'Mailbox', alias.part)?.text;
    case 'computed':
      return COMPUTED[alias.name]?.(item, context);
  }
}

function readEntry(item: Item, alias: Alias & { kind: 'entry' }): string | undefined {
  const entry = childrenOf(item.fields[alias.list], 'Entry').find((one) => one.attributes.Key === alias.index);
  return alias.part === undefined ? entry?.text : child(entry, alias.part)?.text;
}

export type WriteField = (element: Element | undefined, name: string) => void;

/** Writes through an alias; `undefined` deletes. Returns false when the property keeps a storage of its own after all. */
export function writeAlias(item: Item, alias: Alias, values: string[] | undefined, context: Context, write: WriteField): boolean {
  const text = values?.[0];
  switch (alias.kind) {
    case 'field': {
      if (alias.readOnly) return true;
      const value = text === undefined || alias.translation === undefined ? text : alias.translation.fromMapi(text);
      write(value === undefined ? undefined : el(alias.element, value), alias.element);
      return true;
    }
    case 'entry':
      setEntry(item, alias.list, alias.index, alias.part, text);
      return true;
    case 'strings':
      write(
        values === undefined
          ? undefined
          : el(
              alias.element,
              values.map((value) => el('String', value)),
            ),
        alias.element,
      );
      return true;
    case 'body': {
      const body = alias.html && text !== undefined ? Buffer.from(text, 'base64').toString('utf8') : text;
      if (body === undefined) delete item.fields.Body;
      else item.fields.Body = keptBody(el('Body', body, { BodyType: alias.html ? 'HTML' : 'Text' }), context);
      return true;
    }
    case 'recipient':
      return true;
    case 'computed':
      return writeComputed(item, alias.name, text, write);
  }
}

function writeComputed(item: Item, name: string, text: string | undefined, write: WriteField): boolean {
  switch (name) {
    case 'messageFlags':
      if (text !== undefined) {
        write(el('IsRead', (Number(text) & 1) !== 0), 'IsRead');
        write(el('IsDraft', (Number(text) & 8) !== 0), 'IsDraft');
      }
      return true;
    case 'flagStatus':
      if (text === undefined) delete item.fields.Flag;
      else item.fields.Flag = el('Flag', [el('FlagStatus', REPLY_FLAGS[text] ?? 'NotFlagged')]);
      return true;
    case 'displayName':
      if (item.kind === 'Contact' || item.kind === 'DistributionList') setText(item, 'DisplayName', text);
      return true;
    case 'title':
      if (text === undefined) delete item.named['contact/title'];
      else item.named['contact/title'] = { type: 'String', values: [text] };
      return true;
    case 'private':
      if (text !== undefined) write(el('Sensitivity', text === 'true' ? 'Private' : 'Normal'), 'Sensitivity');
      return true;
    case 'searchKey':
      if (text !== undefined) item.named['search/key'] = { type: 'Binary', values: [text] };
      return true;
    default:
      return true;
  }
}

/** Setting an indexed entry touches that entry only (reference 32 [doc]). */
export function setEntry(
  item: Item,
  list: string,
  index: string,
  part: string | undefined,
  text: string | undefined,
  attributes: Readonly<Record<string, string>> = {},
) {
  const entries = childrenOf(item.fields[list], 'Entry').filter((one) => one.attributes.Key !== index);
  const old = childrenOf(item.fields[list], 'Entry').find((one) => one.attributes.Key === index);
  let changed: Element | undefined;
  if (part === undefined)
    changed = text === undefined || text === '' ? undefined : el('Entry', text, { ...attributes, Key: index });
  else {
    const parts = (old?.children ?? []).filter((one) => one.name !== part);
    if (text !== undefined && text !== '') parts.push(el(part, text));
    changed = parts.length === 0 ? undefined : el('Entry', parts, { Key: index });
  }
  const all = changed === undefined ? entries : [...entries, changed];
  if (all.length === 0) delete item.fields[list];
  else item.fields[list] = el(list, all);
}
