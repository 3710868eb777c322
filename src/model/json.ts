/** Plain data looked into, and replaced without touching the rest. */
import type { ItemContent, Json } from './item.ts';

export type JsonObject = { readonly [key: string]: Json };

export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** The same data with the keys of every object in order and no undefined in it. */
export function sorted(json: Json): Json {
  if (Array.isArray(json)) return json.map(sorted);
  if (!isObject(json)) return json;
  const keys = Object.keys(json).sort();
  return Object.fromEntries(keys.filter((key) => json[key] !== undefined).map((key) => [key, sorted(json[key]!)]));
}

export function same(a: Json, b: Json): boolean {
  return a === b || JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** What stands at a path of property names, or null. */
export function at(json: Json, ...path: readonly string[]): Json {
  const [first, ...rest] = path;
  if (first === undefined) return json;
  return isObject(json) && Object.hasOwn(json, first) ? at(json[first]!, ...rest) : null;
}

/** At a path, a text that is not blank, white space around it taken off; null otherwise. */
export function textAt(json: Json, ...path: readonly string[]): string | null {
  const found = at(json, ...path);
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : null;
}

/** Replaced at a path; null takes the property away, and with it every object on the way that this leaves empty. */
export function put(content: ItemContent, path: readonly string[], value: Json): ItemContent {
  return (putInto(content, path, value) ?? {}) as ItemContent;
}

function putInto(json: Json, [first, ...rest]: readonly string[], value: Json): Json {
  const object = isObject(json) ? json : {};
  if (first === undefined) return value;
  const held = Object.hasOwn(object, first) ? object[first]! : null;
  const replaced = putInto(held, rest, value);
  const others = Object.entries(object).filter(([key]) => key !== first);
  if (replaced === null) return others.length === 0 ? null : Object.fromEntries(others);
  return Object.hasOwn(object, first)
    ? Object.fromEntries(Object.entries(object).map(([key, old]) => [key, key === first ? replaced : old]))
    : { ...object, [first]: replaced };
}
