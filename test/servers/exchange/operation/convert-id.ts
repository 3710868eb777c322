import { type Call, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { entryId, type ObjectId, readId, writeId } from '../store/ids.ts';
import { child, type Element, el } from '../xml/element.ts';

/** The answer's Mailbox is the mailbox of the id, whatever the request said: DavMail learns its address so (reference 16 [run]). */
export async function convertId(request: Element, call: Call): Promise<Element> {
  const format = request.attributes.DestinationFormat ?? 'EwsId';
  const made = await messages('ConvertIdResponseMessage', child(request, 'SourceIds')?.children ?? [], (source) => {
    if (source.name !== 'AlternateId') refuse('ErrorUnsupportedTypeForConversion', 'Public folder ids are not served here.');
    const id = source.attributes.Format === 'EwsId' && !isOurs(source.attributes.Id ?? '') ? undefined : parse(source, call);
    const mailbox =
      id === undefined ? call.mailbox : (call.exchange.mailboxByGuid(id.mailbox) ?? refuse('ErrorNonExistentMailbox'));
    const text = id === undefined ? (source.attributes.Id ?? '') : write(id, format);
    const attributes = { 'xsi:type': 't:AlternateIdType', Format: format, Id: text, Mailbox: mailbox.address };
    return successMessage('ConvertIdResponseMessage', [el('AlternateId', undefined, attributes)]);
  });
  return responseOf('ConvertId', made);
}

/**
 * DavMail asks about an id that no server ever gave out and takes the Mailbox of the answer [run]: an id of the right form
 * converts, one that is no id at all (`DUMMY`, exchangelib) is malformed.
 */
function isOurs(text: string): boolean {
  if (!/^[A-Za-z0-9+/]{60,}={0,2}$/.test(text)) return true;
  try {
    readId(text);
    return true;
  } catch {
    return false;
  }
}

function parse(source: Element, call: Call): ObjectId {
  const text = source.attributes.Id ?? '';
  switch (source.attributes.Format) {
    case 'EntryId':
      return fromEntry(Buffer.from(text, 'base64'), call);
    case 'HexEntryId':
      return fromEntry(Buffer.from(text, 'hex'), call);
    case 'OwaId':
      return readId(decodeURIComponent(text));
    default:
      return readId(text);
  }
}

function fromEntry(entry: Buffer, call: Call): ObjectId {
  if (entry.length < 46) refuse('ErrorInvalidIdMalformed');
  const key = (at: number) => entry.readUIntBE(at, 6);
  const item = entry.length >= 68;
  const id: ObjectId = {
    mailbox: call.mailbox.guid,
    kind: item ? 'item' : 'folder',
    folder: key(38),
    item: item ? key(62) : 0,
    attachments: [],
  };
  const owner = [...call.exchange.mailboxes.values()].find((one) => entryId({ ...id, mailbox: one.guid }).equals(entry));
  if (owner === undefined) refuse('ErrorInvalidIdMalformed');
  return { ...id, mailbox: owner.guid };
}

function write(id: ObjectId, format: string): string {
  if (format === 'EntryId') return entryId(id).toString('base64');
  if (format === 'HexEntryId') return entryId(id).toString('hex').toUpperCase();
  if (format === 'OwaId') return encodeURIComponent(writeId(id));
  if (format === 'StoreId') return Buffer.concat([entryId(id), Buffer.from([0])]).toString('base64');
  return writeId(id);
}
