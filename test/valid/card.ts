/** Is it a valid Card of JSContact (RFC 9553)? What is wrong with it, in words. */
import { isPlace } from '../../src/connector/exchange/zone.ts';
import type { Json } from '../../src/model/item.ts';
import {
  anyOf,
  type Check,
  filled,
  form,
  id,
  integer,
  languageTag,
  list,
  map,
  mediaType,
  object,
  oneOf,
  type Shape,
  set,
  text,
  uri,
  utcDateTime,
  yesOrNo,
} from './grammar.ts';

const contexts = set(oneOf('private', 'work'));
const pref = integer(1, 100);
const part = (type: string, shape: Omit<Shape, 'type' | 'typed'>) => object({ type, typed: 'may', ...shape });
const parts = (type: string, shape: Omit<Shape, 'type' | 'typed'>) => map(id, part(type, shape));
/** What points to something elsewhere (1.4.4). */
const resources = (type: string, kind?: Check, required: readonly string[] = ['uri']) =>
  parts(type, {
    required,
    properties: { ...(kind ? { kind } : {}), uri, mediaType, contexts, pref, label: text },
  });

const NAME_KINDS = ['credential', 'generation', 'given', 'given2', 'separator', 'surname', 'surname2', 'title'];
const ADDRESS_KINDS = [
  ...['apartment', 'block', 'building', 'country', 'direction', 'district', 'floor', 'landmark', 'locality', 'name', 'number'],
  ...['postcode', 'postOfficeBox', 'region', 'room', 'separator', 'subdistrict'],
];
const components = (type: string, kinds: readonly string[]) =>
  list(part(type, { required: ['kind', 'value'], properties: { kind: oneOf(...kinds), value: text, phonetic: text } }));

const name = part('Name', {
  some: ['components', 'full'],
  properties: {
    ...{ components: components('NameComponent', NAME_KINDS), isOrdered: yesOrNo, defaultSeparator: text, full: text },
    ...{ sortAs: map(oneOf(...NAME_KINDS), text), phoneticScript: text, phoneticSystem: oneOf('ipa', 'jyut', 'piny', 'script') },
  },
});

const organizations = parts('Organization', {
  some: ['name', 'units'],
  properties: {
    ...{ name: text, sortAs: text, contexts },
    units: list(part('OrgUnit', { required: ['name'], properties: { name: text, sortAs: text } })),
  },
});

const address = {
  properties: {
    ...{
      components: components('AddressComponent', ADDRESS_KINDS),
      isOrdered: yesOrNo,
      full: text,
      defaultSeparator: text,
      pref,
    },
    countryCode: form('country code', (value) => /^[A-Z]{2}$/.test(value)),
    coordinates: form('geo URI', (value) => value.startsWith('geo:')),
    ...{ timeZone: form('time zone of IANA', isPlace), contexts: set(oneOf('private', 'work', 'billing', 'delivery')) },
    ...{ phoneticScript: text, phoneticSystem: text, label: text },
  },
} satisfies Omit<Shape, 'type'>;

/** 2.8.1: a month with a day or a year, a day with a month. */
const partialDate = part('PartialDate', {
  some: ['year', 'month'],
  properties: { year: integer(1, 9999), month: integer(1, 12), day: integer(1, 31), calendarScale: text },
  also: ({ year, month, day }, at) => [
    ...(day !== undefined && month === undefined ? [`${at}: a day without its month`] : []),
    ...(year === undefined && day === undefined ? [`${at}: a month alone`] : []),
  ],
});
const timestamp = object({ type: 'Timestamp', required: ['utc'], properties: { utc: utcDateTime } });

const card = object({
  ...{ type: 'Card', required: ['version', 'uid'] },
  properties: {
    version: form('version', (value) => value === '1.0'),
    ...{ uid: filled, created: utcDateTime, updated: utcDateTime, prodId: text, language: languageTag },
    kind: oneOf('individual', 'group', 'org', 'location', 'device', 'application'),
    ...{ members: set(filled), name, organizations, keywords: set(filled) },
    nicknames: parts('Nickname', { required: ['name'], properties: { name: text, contexts, pref } }),
    titles: parts('Title', {
      ...{ required: ['name'], properties: { name: text, kind: oneOf('title', 'role'), organizationId: id } },
    }),
    emails: parts('EmailAddress', { required: ['address'], properties: { address: filled, contexts, pref, label: text } }),
    phones: parts('Phone', {
      required: ['number'],
      properties: {
        ...{ number: text, contexts, pref, label: text },
        features: set(oneOf('mobile', 'voice', 'text', 'video', 'main-number', 'textphone', 'fax', 'pager')),
      },
    }),
    onlineServices: parts('OnlineService', {
      ...{ some: ['uri', 'user'], properties: { service: text, uri, user: text, contexts, pref, label: text } },
    }),
    addresses: parts('Address', address),
    anniversaries: parts('Anniversary', {
      required: ['kind', 'date'],
      properties: {
        kind: oneOf('birth', 'death', 'wedding'),
        ...{ date: anyOf(partialDate, timestamp), place: part('Address', address) },
      },
    }),
    notes: parts('Note', { required: ['note'], properties: { note: text, created: utcDateTime, author: () => [] } }),
    personalInfo: parts('PersonalInfo', {
      required: ['kind', 'value'],
      properties: {
        ...{ kind: oneOf('expertise', 'hobby', 'interest'), value: text, label: text, listAs: integer(1) },
        level: oneOf('high', 'medium', 'low'),
      },
    }),
    relatedTo: map(filled, part('Relation', { properties: { relation: set(filled) } })),
    links: resources('Link', oneOf('contact')),
    media: resources('Media', oneOf('photo', 'sound', 'logo'), ['kind', 'uri']),
    calendars: resources('Calendar', oneOf('calendar', 'freeBusy'), ['kind', 'uri']),
    cryptoKeys: resources('CryptoKey'),
    directories: resources('Directory', oneOf('directory', 'entry'), ['kind', 'uri']),
    preferredLanguages: parts('LanguagePref', { required: ['language'], properties: { language: languageTag, contexts, pref } }),
  },
});

export const wrongInCard = (value: object): string[] => card(value as Json, '');
