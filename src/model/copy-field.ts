/** Fields that belong to each mailbox's copy and are the same for every kind of item. */
import { setField, valueField } from './field.ts';
import { type ItemContent, type Json, VENDOR } from './item.ts';
import { at, isObject, put, textAt } from './json.ts';

/** Keywords of RFC 8984 4.2.9 and RFC 9553 2.8.2; Exchange tells categories apart without case. */
export const categories = setField({
  name: 'categories',
  scope: 'copy',
  get: (content) => {
    const keywords = at(content, 'keywords');
    return isObject(keywords)
      ? Object.keys(keywords)
          .filter((name) => keywords[name] === true)
          .sort()
      : [];
  },
  set: (content, value) => {
    const names = Array.isArray(value) ? value.map((name) => [String(name), true] as const) : [];
    return put(content, ['keywords'], names.length === 0 ? null : Object.fromEntries(names));
  },
  key: (member) => String(member).trim().toLowerCase(),
});

export type Sensitivity = 'normal' | 'personal' | 'private' | 'confidential';
const SENSITIVITY = `${VENDOR}sensitivity`;
/** RFC 8984 4.4.3: `private` shows the time only, `secret` nothing. */
const PRIVACY: { readonly [sensitivity: string]: string } = { personal: 'private', private: 'private', confidential: 'secret' };
const FROM_PRIVACY: { readonly [privacy: string]: Sensitivity } = { private: 'private', secret: 'confidential' };
const KNOWN = ['normal', 'personal', 'private', 'confidential'];

/** Of an appointment or a task, which have a property for it; personal and private are one to JSCalendar. Null: normal. */
export const sensitivity = valueField({
  name: 'sensitivity',
  scope: 'copy',
  get: sensitivityOf,
  set: (content, value) => {
    const privacy = typeof value === 'string' ? (PRIVACY[value] ?? null) : null;
    return put(put(content, ['privacy'], privacy), [SENSITIVITY], value === 'personal' ? value : null);
  },
});

/** Of a contact: RFC 9553 has nothing for it. */
export const vendorSensitivity = valueField({
  name: 'sensitivity',
  scope: 'copy',
  get: (content) => vendorValue(content),
  set: (content, value) => put(content, [SENSITIVITY], value),
});

/** Null: normal. */
export function sensitivityOf(content: ItemContent): Json {
  const privacy = textAt(content, 'privacy');
  const said = vendorValue(content);
  if (privacy === null) return content['@type'] === 'Card' ? said : null;
  return said !== null && PRIVACY[said as string] === privacy ? said : (FROM_PRIVACY[privacy] ?? null);
}

function vendorValue(content: ItemContent): Json {
  const said = textAt(content, SENSITIVITY);
  return said === null || said === 'normal' || !KNOWN.includes(said) ? null : said;
}

/** Priority of RFC 8984 4.4.1: 1 to 4 are high, 6 to 9 low, and Exchange has but three. */
export const importance = valueField({
  name: 'importance',
  directions: ['both'],
  get: (content) => at(content, 'priority'),
  set: (content, value) => put(content, ['priority'], value),
  canonical: (value) => importanceOf(value),
});

export function importanceOf(priority: Json): 'high' | 'normal' | 'low' {
  if (typeof priority !== 'number' || priority === 0 || priority === 5) return 'normal';
  return priority < 5 ? 'high' : 'low';
}
