/** One postal address, never split: what Exchange has as five texts, from the components of RFC 9553 2.5.1. */
import { type Named, valueField } from './field.ts';
import type { ItemContent, Json } from './item.ts';
import { at, isObject, put, textAt } from './json.ts';

const PARTS = ['street', 'locality', 'region', 'postcode', 'country'] as const;
type Part = (typeof PARTS)[number];

const CONTEXTS: { readonly [id: string]: Json } = { business: { work: true }, home: { private: true } };

export function addressField<const Name extends string>(name: Name, id: string): Named<Name> {
  const path = ['addresses', id];
  return valueField({
    name,
    get: (content) => partsOf(at(content, ...path)),
    set: (content, value) =>
      isObject(value) ? put(content, path, filled(at(content, ...path), value, id)) : put(content, path, null),
    canonical: (value, content) => oneLine(value, content),
  });
}

/** Line breaks and double spaces in a street differ between servers without meaning anything. */
function oneLine(value: Json, _: ItemContent): Json {
  if (!isObject(value)) return null;
  return Object.fromEntries(PARTS.map((part) => [part, textAt(value, part)?.replace(/\s+/gu, ' ') ?? null]));
}

function partsOf(address: Json): Json {
  const parts = Object.fromEntries(PARTS.map((part) => [part, textOf(address, part)]));
  if (Object.values(parts).some((part) => part !== null)) return parts;
  const full = textAt(address, 'full');
  return full === null ? null : { ...parts, street: full };
}

/** Everything that no other part has (number, apartment, building …) belongs to the street, in the order given. */
function partOf(component: Json): Part | 'separator' {
  const kind = textAt(component, 'kind');
  if (kind === 'separator') return 'separator';
  return PARTS.find((part) => part !== 'street' && part === kind) ?? 'street';
}

function textOf(address: Json, part: Part): string | null {
  const texts = components(address).flatMap((component) =>
    partOf(component) === part ? (textAt(component, 'value') ?? []) : [],
  );
  if (texts.length > 0) return texts.join(' ');
  return part === 'country' ? (textAt(address, 'countryCode')?.toUpperCase() ?? null) : null;
}

function components(address: Json): readonly Json[] {
  const found = at(address, 'components');
  return Array.isArray(found) ? found : [];
}

/** Only the parts that differ are written, so that a house number given apart stays apart; `full` would then be stale. */
function filled(address: Json, value: { readonly [part: string]: Json }, id: string): Json {
  const held = isObject(address) ? address : { '@type': 'Address', ...(id in CONTEXTS ? { contexts: CONTEXTS[id]! } : {}) };
  const was = partsOf(address);
  const differs = PARTS.filter((part) => (value[part] ?? null) !== at(was, part));
  if (differs.length === 0) return held;
  const { full: _, countryCode, ...rest } = held as { readonly [key: string]: Json };
  const kept = components(address).filter(
    (component) => partOf(component) !== 'separator' && !differs.includes(partOf(component) as Part),
  );
  const written = differs.flatMap((part) => (typeof value[part] === 'string' ? [component(part, value[part])] : []));
  const keepsCode = countryCode !== undefined && !differs.includes('country');
  return { ...rest, ...(keepsCode ? { countryCode } : {}), components: [...kept, ...written] };
}

const component = (part: Part, value: string) => ({ kind: part === 'street' ? 'name' : part, value });
