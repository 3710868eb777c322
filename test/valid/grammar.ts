/** The forms that JSCalendar (RFC 8984, 1.4) and JSContact (RFC 9553, 1.4) are made of. A check says what is wrong, and where. */

import type { Json } from '../../src/model/item.ts';
import { isObject, type JsonObject } from '../../src/model/json.ts';

export type Check = (value: Json, at: string) => string[];

const unless = (good: boolean, at: string, what: string) => (good ? [] : [`${at}: no ${what}`]);
/** A text of a form. */
export const form =
  (what: string, fits: (text: string) => boolean): Check =>
  (value, at) =>
    unless(typeof value === 'string' && fits(value), at, `${what}: ${JSON.stringify(value)}`);
const matching = (what: string, pattern: RegExp) => form(what, (text) => pattern.test(text));

export const text = form('text', () => true);
export const filled = form('text that says something', (value) => value !== '');
export const yesOrNo: Check = (value, at) => unless(typeof value === 'boolean', at, 'Boolean');
export const integer =
  (from: number, to = Number.MAX_SAFE_INTEGER, except?: number): Check =>
  (value, at) => {
    const good = Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to && value !== except;
    return unless(good, at, `integer from ${from} to ${to}: ${JSON.stringify(value)}`);
  };
export const positiveOrNegative = (most: number) => integer(-most, most, 0);

const isDay = (day: string) => {
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
};
const isLocal = (value: string) =>
  /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d*[1-9])?$/.test(value) && isDay(value.slice(0, 10));
export const localDateTime = form('LocalDateTime', isLocal);
export const utcDateTime = form('UTCDateTime', (value) => value.endsWith('Z') && isLocal(value.slice(0, -1)));

const SECONDS = '\\d+(?:\\.\\d*[1-9])?S';
const MINUTES = `\\d+M(?:${SECONDS})?`;
const TIME = `T(?:\\d+H(?:${MINUTES})?|${MINUTES}|${SECONDS})`;
const DURATION = `P(?:(?:\\d+W(?:\\d+D)?|\\d+D)(?:${TIME})?|${TIME})`;
export const duration = matching('Duration', new RegExp(`^${DURATION}$`));
export const signedDuration = matching('SignedDuration', new RegExp(`^[+-]?${DURATION}$`));

export const uri = matching('URI', /^[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-[\]_a-z~%]+$/);
export const mailto = matching('mailto URI', /^mailto:[^\s@]+@[^\s@]+$/i);
export const mediaType = matching('media type', /^[\w.+-]+\/[\w.+-]+(;.*)?$/);
export const languageTag = matching('language tag', /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/);
export const id = matching('Id', /^[A-Za-z0-9_-]{1,255}$/);

/** A domain name before a colon (RFC 8984 3.3, RFC 9553 1.8.1). */
const VENDOR = /^([a-z0-9-]+\.)+[a-z]{2,}:[^"\x00-\x20\x7f]+$/i;
export const oneOf = (...words: readonly string[]): Check =>
  form(`one of ${words.join(', ')}`, (value) => words.includes(value) || VENDOR.test(value));

export const list =
  (each: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value) || value.length === 0) return [`${at}: no list that holds something`];
    return value.flatMap((one, n) => each(one, `${at}[${n}]`));
  };

export const map =
  (key: Check, each: Check): Check =>
  (value, at) => {
    if (!isObject(value)) return [`${at}: no map`];
    return Object.entries(value).flatMap(([name, one]) => [...key(name, `${at} key`), ...each(one, `${at}/${name}`)]);
  };

const isTrue: Check = (value, at) => unless(value === true, at, 'true, which is all a member of a set may be');
export const set = (key: Check): Check => map(key, isTrue);

export const anyOf =
  (...checks: readonly Check[]): Check =>
  (value, at) => {
    const wrong = checks.map((check) => check(value, at));
    return wrong.find((each) => each.length === 0) ?? wrong.flat();
  };
export const nothing: Check = (value, at) => unless(value === null, at, 'null');

export interface Shape {
  readonly type: string;
  /** RFC 8984 wants @type in each object, RFC 9553 in those that could be something else. */
  readonly typed?: 'may';
  readonly required?: readonly string[];
  /** One of them at least. */
  readonly some?: readonly string[];
  readonly properties: Readonly<Record<string, Check>>;
  /** What holds between its properties. */
  readonly also?: (value: JsonObject, at: string) => string[];
}

export const object =
  ({ type, typed, required = [], some = [], properties, also = () => [] }: Shape): Check =>
  (value, at) => {
    if (!isObject(value)) return [`${at}: no ${type}`];
    const isTyped = value['@type'] === type || (typed === 'may' && value['@type'] === undefined);
    const missing = required.filter((name) => value[name] === undefined);
    const { '@type': _, ...rest } = value;
    return [
      ...unless(isTyped, at, `@type ${type}`),
      ...missing.map((name) => `${at}: ${name} is missing`),
      ...unless(some.length === 0 || some.some((name) => value[name] !== undefined), at, some.join(' or ')),
      ...Object.entries(rest).flatMap(([name, one]) => propertyOf(properties, name, one, `${at}/${name}`)),
      ...also(value, at),
    ];
  };

function propertyOf(properties: Shape['properties'], name: string, value: Json, at: string): string[] {
  const check = Object.hasOwn(properties, name) ? properties[name]! : undefined;
  return check === undefined
    ? unless(VENDOR.test(name), at, 'property that is registered, nor has a domain before it')
    : check(value, at);
}
