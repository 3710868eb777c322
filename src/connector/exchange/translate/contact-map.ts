/** Where each field of a contact stands in Exchange (MS-OXWSCONT 2.2.4, MS-OXOCNTC for what has no element). */
import type { ContactFieldName } from '../../../model/contact-field.ts';
import type { PhoneField } from '../../../model/contact-phone.ts';
import { isObject, textAt } from '../../../model/json.ts';
import { asText, categories, list, type Mapping, notes, sensitivity, text, textIn, word } from '../field.ts';
import { entriesAt, field, type Path, type Setting, valueAt } from '../property.ts';
import { contactDay } from './contact-day.ts';
import { contactCompany, contactName } from './contact-name.ts';

const tagged = (tag: number): Path => ({ extended: { type: 'String', tag } });
export const addressProperty = (id: number, type: 'String' | 'SystemTime' = 'String'): Path => ({
  extended: { type, distinguished: 'Address', id },
});

const PHONES: Readonly<Record<PhoneField, string>> = {
  businessPhone: 'BusinessPhone',
  businessPhone2: 'BusinessPhone2',
  homePhone: 'HomePhone',
  homePhone2: 'HomePhone2',
  mobilePhone: 'MobilePhone',
  assistantPhone: 'AssistantPhone',
  callback: 'Callback',
  companyMainPhone: 'CompanyMainPhone',
  otherPhone: 'OtherTelephone',
  pager: 'Pager',
  businessFax: 'BusinessFax',
  homeFax: 'HomeFax',
  otherFax: 'OtherFax',
  carPhone: 'CarPhone',
  primaryPhone: 'PrimaryPhone',
  radioPhone: 'RadioPhone',
  telex: 'Telex',
  ttyTddPhone: 'TtyTddPhone',
  isdn: 'Isdn',
};

const phones = Object.fromEntries(
  Object.entries(PHONES).map(([name, index]) => [name, text({ uri: 'contacts:PhoneNumber', list: 'PhoneNumbers', index })]),
) as Readonly<Record<PhoneField, Mapping>>;

/** Where the properties of the three begin: PidLidEmail1DisplayName, two further PidLidEmail1AddressType (MS-OXOCNTC 2.2.1.2). */
const EMAILS = [0x8080, 0x8090, 0x80a0] as const;
const nameAt = (first: number) => addressProperty(first);
const typeAt = (first: number) => addressProperty(first + 2);
/** What a server may leave out that tells one entry by itself, and without which a label would seem to have been taken away. */
export const EMAIL_ATTRIBUTES: readonly Path[] = EMAILS.flatMap((first) => [nameAt(first), typeAt(first)]);

/** PidLidEmail1OriginalDisplayName and its sisters hold the address where the entry has one that is no SMTP address. */
function email(index: string, first: number): Mapping {
  const path = { uri: 'contacts:EmailAddress', list: 'EmailAddresses', index };
  const spare = addressProperty(first + 4);
  return {
    paths: [path, field('contacts:DisplayName'), spare],
    read(item) {
      const [entry] = entriesAt(item, path);
      const written = entry?.text.trim() ?? '';
      const other = valueAt(item, spare)?.trim() ?? '';
      const { Name = valueAt(item, nameAt(first)) ?? '', RoutingType = valueAt(item, typeAt(first)) ?? 'SMTP' } =
        entry?.attributes ?? {};
      const isSmtp = /^(smtp)?$/i.test(RoutingType);
      const address = isSmtp || !other.includes('@') ? written : other;
      // An address that only Exchange understands is none to anybody else; it stays there as it is.
      if (address === '' || (!isSmtp && !address.includes('@'))) return null;
      return { address, label: isMade(Name, address, textIn(item, field('contacts:DisplayName'))) ? null : Name.trim() };
    },
    write(value) {
      const [address, label] = [textAt(value, 'address'), textAt(value, 'label')];
      if (address === null) return [{ path, value: null }];
      const attributes = { ...(label === null ? {} : { Name: label }), RoutingType: 'SMTP' };
      return [{ path, value: { text: address, attributes } }];
    },
  };
}

/** Outlook names an address `Ann Berg (ann@example.com)`; what is made from the rest would grow stale as a label. */
function isMade(name: string, address: string, display: string | null): boolean {
  const made = ['', address, display ?? '', `${display} (${address})`, `'${address}'`];
  return made.some((each) => each.toLowerCase() === name.trim().toLowerCase());
}

const PARTS = [
  ['street', 'Street'],
  ['locality', 'City'],
  ['region', 'State'],
  ['postcode', 'PostalCode'],
  ['country', 'CountryOrRegion'],
] as const;

export type AddressIndex = 'Business' | 'Home' | 'Other';

export function address(index: AddressIndex): Mapping {
  const path = (part: string) => ({ uri: 'contacts:PhysicalAddress', list: 'PhysicalAddresses', index, part });
  return {
    paths: PARTS.map(([, part]) => path(part)),
    read(item) {
      const parts = PARTS.map(([name, part]) => [name, textIn(item, path(part))] as const);
      return parts.some(([, part]) => part !== null) ? Object.fromEntries(parts) : null;
    },
    // Part by part: what stands in the others of the three stays (reference: UpdateItem, IndexedFieldURI).
    write: (value): Setting[] =>
      PARTS.map(([name, part]) => ({ path: path(part), value: isObject(value) ? asText(value[name] ?? null) : null })),
  };
}

export const INDEX_WORDS = { business: 'Business', home: 'Home', other: 'Other' } as const;

const picture: Mapping = {
  paths: [field('item:Attachments')],
  // The bytes are not in the item: `contact.ts` reads and writes them.
  read: () => null,
  write: () => [],
};

const PAGE = text(field('contacts:BusinessHomePage'));
/** People write `www.example.com`, and a Link of JSContact has a URI or nothing (RFC 9553 2.6.3). */
const webPage: Mapping = {
  ...PAGE,
  read(item) {
    const told = asText(PAGE.read(item))?.trim().toWellFormed() ?? null;
    if (told === null) return null;
    const page = /^[a-z][a-z\d+.-]*:/i.test(told) ? told : `http://${told}`;
    return page.replace(/[^!#-;=?-[\]_a-z~%]/gu, encodeURIComponent);
  },
};

export const CONTACT_MAP: Readonly<Record<ContactFieldName, Mapping>> = {
  name: contactName,
  nickname: text(field('contacts:Nickname')),
  yomiFirstName: text(addressProperty(0x802c)),
  yomiLastName: text(addressProperty(0x802d)),
  email1: email('EmailAddress1', EMAILS[0]),
  email2: email('EmailAddress2', EMAILS[1]),
  email3: email('EmailAddress3', EMAILS[2]),
  ...phones,
  businessAddress: address('Business'),
  homeAddress: address('Home'),
  otherAddress: address('Other'),
  mailingAddress: word('contacts:PostalAddressIndex', INDEX_WORDS, 'None'),
  company: contactCompany,
  department: text(field('contacts:Department')),
  jobTitle: text(field('contacts:JobTitle')),
  manager: text(field('contacts:Manager')),
  assistant: text(field('contacts:AssistantName')),
  spouse: text(field('contacts:SpouseName')),
  children: list('contacts:Children'),
  birthday: contactDay('contacts:Birthday', addressProperty(0x80de, 'SystemTime')),
  anniversary: contactDay('contacts:WeddingAnniversary', addressProperty(0x80df, 'SystemTime')),
  notes: notes(),
  website: webPage,
  ftpSite: text(tagged(0x3a4c)),
  governmentId: text(tagged(0x3a07)),
  categories,
  sensitivity,
  picture,
};
