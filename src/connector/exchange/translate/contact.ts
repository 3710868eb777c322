/**
 * Contacts: a JSContact Card (RFC 9553) and Exchange's Contact (MS-OXWSCONT), field by field as `contact-map.ts` says.
 * Distribution lists are read as cards of a group and never written.
 *
 * Address mode `mailing`: our business address is what Exchange holds as the mailing address, whichever of the three that is,
 * and the other two do not travel. Mode `all`: the three are the three.
 */
import { CONTACT_FIELDS, type ContactFieldName } from '../../../model/contact-field.ts';
import { type ItemContent, type Json, VENDOR } from '../../../model/item.ts';
import { put, textAt } from '../../../model/json.ts';
import type { ItemChange, Step } from '../../connector.ts';
import { entryPathsOf, type Mapping, pathsOf, readFields, writeFields } from '../field.ts';
import type { Kind, MoreReading, Reading } from '../item-kind.ts';
import { field, type Setting, valueAt } from '../property.ts';
import type { Element } from '../read-answer.ts';
import type { ExchangeSettings } from '../settings.ts';
import { createItemStep, deleteItemStep, updateItemStep } from '../step.ts';
import { type AddressIndex, address, CONTACT_MAP, EMAIL_ATTRIBUTES, INDEX_WORDS } from './contact-map.ts';
import { FILE_AS_MAPPING, mappingOf } from './contact-name.ts';
import { pictureSteps, readPicture } from './contact-picture.ts';
import { LIST_PROPERTIES, readList } from './distribution-list.ts';

type AddressMode = ExchangeSettings['contactAddresses'];

export function contactKind(mode: AddressMode): Kind {
  return {
    ...{ kind: 'contact', home: 'contacts', folder: 'ContactsFolder', bodyType: 'Text' },
    elements: ['Contact', 'DistributionList'],
    hidden: [
      'IPF.Contact.MOC.QuickContacts',
      'IPF.Contact.RecipientCache',
      'IPF.Contact.GalContacts',
      'IPF.Contact.PeopleCentricConversationBuddies',
    ],
    properties: pathsOf(CONTACT_MAP),
    entries: [...entryPathsOf(CONTACT_MAP), ...EMAIL_ATTRIBUTES],
    otherProperties: LIST_PROPERTIES,
    read: (item, more) => (item.name === 'DistributionList' ? readList(item) : readContact(item, more, mode)),
    steps: (change) => stepsOf(change, mode),
  };
}

/** Which of the three addresses the slot in this mode stands for; not a field, read so that it can be written back. */
const SLOT = `${VENDOR}mailingSlot`;
const POSTAL_INDEX = field('contacts:PostalAddressIndex');
const INDEXES: readonly string[] = Object.values(INDEX_WORDS);

async function readContact(item: Element, more: MoreReading, mode: AddressMode): Promise<Reading> {
  const index = valueAt(item, POSTAL_INDEX) ?? '';
  const slot = (INDEXES.includes(index) ? index : 'Business') as AddressIndex;
  const empty: ItemContent = { '@type': 'Card', version: '1.0' };
  let content = readFields<ContactFieldName>(CONTACT_FIELDS, mapOf(mode, slot), item, empty);
  content = put(content, [FILE_AS_MAPPING], mappingOf(item));
  if (mode === 'mailing') content = put(content, [SLOT], slot);
  const { uri, notes } = await readPicture(item, more);
  return { content: uri === null ? content : fieldNamed('picture').set(content, uri), notes };
}

/** In mode `mailing` there is one address, wherever it lies. */
function mapOf(mode: AddressMode, slot: AddressIndex): Partial<Readonly<Record<ContactFieldName, Mapping>>> {
  if (mode === 'all') return CONTACT_MAP;
  const { homeAddress: _home, otherAddress: _other, mailingAddress: _which, ...rest } = CONTACT_MAP;
  return { ...rest, businessAddress: address(slot) };
}

const fieldNamed = (name: ContactFieldName) => CONTACT_FIELDS.find((each) => each.name === name)!;

function stepsOf(change: ItemChange, mode: AddressMode): readonly Step[] {
  switch (change.change) {
    case 'create': {
      const { content, folder, key } = change;
      const settings = [...settingsOf(content, names(), null, mode), ...(mode === 'mailing' ? postalIndex(content) : [])];
      return [createItemStep({ element: 'Contact', folder, key, settings }), ...pictureSteps(null, content)];
    }
    case 'update': {
      const { content, fields, theirs, key } = change;
      const settings = settingsOf(content, fields, theirs.content, mode);
      const picture = fields.includes('picture') ? pictureSteps(theirs.content, content) : [];
      if (settings.length === 0 && key === null) return picture;
      return [updateItemStep({ element: 'Contact', theirs, key, settings }), ...picture];
    }
    case 'delete':
      return [deleteItemStep()];
    case 'respond':
      return [];
  }
}

const names = () => CONTACT_FIELDS.map(({ name }) => name);

function settingsOf(
  content: ItemContent,
  fields: readonly string[],
  theirs: ItemContent | null,
  mode: AddressMode,
): readonly Setting[] {
  const slot = (theirs === null ? null : textAt(theirs, SLOT)) ?? 'Business';
  return writeFields<ContactFieldName>(CONTACT_FIELDS, mapOf(mode, slot as AddressIndex), fields, { ours: content, theirs });
}

/** A new contact's one address is where mail goes to. */
function postalIndex(content: ItemContent): readonly Setting[] {
  const held: Json = fieldNamed('businessAddress').get(content);
  return held === null ? [] : [{ path: POSTAL_INDEX, value: 'Business' }];
}
