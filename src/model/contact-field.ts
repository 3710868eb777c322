/**
 * The fields of a contact: a JSContact Card (RFC 9553) under fixed ids, so that a phone number is the same one on both sides.
 *
 * emails.{email1,email2,email3} · phones.<field name> · addresses.{business,home,other} · organizations.company ·
 * titles.jobTitle · anniversaries.{birthday,wedding} · notes.note · links.website · media.photo.
 * `normaliseContent` brings a card with other ids into these. What JSContact lacks stands in properties of `VENDOR`.
 */

import { bodyText, digest } from './body-text.ts';
import { addressField } from './contact-address.ts';
import { dateOf, datePut } from './contact-date.ts';
import { nameField } from './contact-name.ts';
import { phoneFields } from './contact-phone.ts';
import { categories, vendorSensitivity } from './copy-field.ts';
import { type Field, type Named, setField, valueField } from './field.ts';
import { type ItemContent, type Json, VENDOR } from './item.ts';
import { at, isObject, put, textAt } from './json.ts';

/** One text at one path; `made` says what else a new object there has. */
function line<const Name extends string>(
  name: Name,
  path: readonly string[],
  made: { readonly [key: string]: Json } = {},
): Named<Name> {
  const owner = path.slice(0, -1);
  const property = path.at(-1)!;
  return valueField({
    name,
    get: (content) => textAt(content, ...path),
    set: (content, value) => {
      if (value === null) return put(content, owner.length === 0 ? path : owner, null);
      const held = at(content, ...owner);
      return owner.length === 0
        ? put(content, path, value)
        : put(content, owner, { ...(isObject(held) ? held : made), [property]: value });
    },
  });
}

const vendor = <const Name extends string>(name: Name): Named<Name> => line(name, [VENDOR + name]);

function email<const Name extends string>(name: Name): Named<Name> {
  const path = ['emails', name];
  return valueField({
    name,
    get: (content) => {
      const address = textAt(content, ...path, 'address');
      return address === null ? null : { address, label: textAt(content, ...path, 'label') };
    },
    set: (content, value) => {
      if (!isObject(value)) return put(content, path, null);
      const written = put(put(content, [...path, '@type'], 'EmailAddress'), [...path, 'address'], value.address ?? null);
      return put(written, [...path, 'label'], value.label ?? null);
    },
    // The domain of an address is written in any case (RFC 5321 2.4), and servers rewrite it.
    canonical: (value) => (isObject(value) ? { address: String(value.address).toLowerCase(), label: value.label ?? null } : null),
  });
}

/** The company and the department share one object: neither may take the other with it. */
const COMPANY = ['organizations', 'company'];
const company = valueField({
  name: 'company',
  get: (content) => textAt(content, ...COMPANY, 'name'),
  set: (content, value) => settled(put(typed(content, value), [...COMPANY, 'name'], value)),
});
const department = valueField({
  name: 'department',
  get: (content) => textAt(first(units(content)), 'name'),
  set: (content, value) => {
    const [unit, ...others] = units(content);
    const replaced = value === null ? others : [{ ...(isObject(unit) ? unit : { '@type': 'OrgUnit' }), name: value }, ...others];
    return settled(put(typed(content, value), [...COMPANY, 'units'], replaced.length === 0 ? null : replaced));
  },
});

const first = (list: readonly Json[]): Json => list[0] ?? null;

function units(content: ItemContent): readonly Json[] {
  const found = at(content, ...COMPANY, 'units');
  return Array.isArray(found) ? found : [];
}

const typed = (content: ItemContent, value: Json) =>
  value === null || at(content, ...COMPANY) !== null ? content : put(content, [...COMPANY, '@type'], 'Organization');

/** An organisation of which only its type is left is none. */
function settled(content: ItemContent): ItemContent {
  const held = at(content, ...COMPANY);
  return isObject(held) && Object.keys(held).every((key) => key === '@type') ? put(content, COMPANY, null) : content;
}

function day<const Name extends string>(name: Name, id: string, kind: string): Named<Name> {
  const path = ['anniversaries', id];
  return valueField({
    name,
    get: (content) => dateOf(at(content, ...path, 'date')),
    set: (content, value) => datePut(content, path, kind, value),
  });
}

const mailingAddress = valueField({
  name: 'mailingAddress',
  get: (content) => textAt(content, `${VENDOR}mailingAddress`),
  set: (content, value) => put(content, [`${VENDOR}mailingAddress`], value),
});

const notes = valueField({
  name: 'notes',
  get: (content) => textAt(content, 'notes', 'note', 'note'),
  set: (content, value) =>
    value === null
      ? put(content, ['notes', 'note'], null)
      : put(put(content, ['notes', 'note', '@type'], 'Note'), ['notes', 'note', 'note'], value),
  canonical: (value) => bodyText(value as string | null, null),
});

const picture = valueField({
  name: 'picture',
  get: (content) => textAt(content, 'media', 'photo', 'uri'),
  set: (content, value) =>
    value === null
      ? put(content, ['media', 'photo'], null)
      : put(
          put(put(content, ['media', 'photo', '@type'], 'Media'), ['media', 'photo', 'kind'], 'photo'),
          ['media', 'photo', 'uri'],
          value,
        ),
  canonical: (value) => (value === null ? null : digest(value as string)),
});

const children = setField({
  name: 'children',
  get: (content) => {
    const found = at(content, `${VENDOR}children`);
    return Array.isArray(found) ? found.filter((name) => typeof name === 'string' && name.trim() !== '') : [];
  },
  set: (content, value) => put(content, [`${VENDOR}children`], Array.isArray(value) && value.length > 0 ? value : null),
  key: (member) => String(member).trim().toLowerCase(),
});

export const CONTACT_FIELDS = [
  nameField,
  line('nickname', ['nicknames', 'nickname', 'name'], { '@type': 'Nickname' }),
  vendor('yomiFirstName'),
  vendor('yomiLastName'),
  email('email1'),
  email('email2'),
  email('email3'),
  ...phoneFields,
  addressField('businessAddress', 'business'),
  addressField('homeAddress', 'home'),
  addressField('otherAddress', 'other'),
  mailingAddress,
  company,
  department,
  line('jobTitle', ['titles', 'jobTitle', 'name'], { '@type': 'Title', kind: 'title' }),
  vendor('manager'),
  vendor('assistant'),
  vendor('spouse'),
  children,
  day('birthday', 'birthday', 'birth'),
  day('anniversary', 'wedding', 'wedding'),
  notes,
  line('website', ['links', 'website', 'uri'], { '@type': 'Link' }),
  vendor('ftpSite'),
  vendor('governmentId'),
  categories,
  vendorSensitivity,
  picture,
] as const satisfies readonly Field[];

export type ContactFieldName = (typeof CONTACT_FIELDS)[number]['name'];
