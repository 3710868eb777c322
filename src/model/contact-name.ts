/** The name of a contact, never split: its parts, the full name and the name it is filed under go together. */
import { valueField } from './field.ts';
import { type ItemContent, type Json, VENDOR } from './item.ts';
import { at, isObject, put, textAt } from './json.ts';

/** In the order in which they are spoken (RFC 9553 2.2.1). */
const PARTS = ['title', 'given', 'given2', 'surname', 'generation'] as const;
type Part = (typeof PARTS)[number];
const FILE_AS = [`${VENDOR}fileAs`];

export const nameField = valueField({
  name: 'name',
  direction: 'both',
  directions: ['both'],
  get: (content) => {
    const parts = partsOf(content);
    const value = { ...parts, full: textAt(content, 'name', 'full') ?? spoken(parts), fileAs: textAt(content, ...FILE_AS) };
    return Object.values(value).every((part) => part === null) ? null : value;
  },
  set: (content, value) => {
    const filed = put(content, FILE_AS, at(value, 'fileAs'));
    return put(filed, ['name'], isObject(value) ? named(filed, value) : null);
  },
});

function components(content: ItemContent): readonly Json[] {
  const found = at(content, 'name', 'components');
  return Array.isArray(found) ? found : [];
}

function partsOf(content: ItemContent): { readonly [part in Part]: string | null } {
  const texts = (part: Part) =>
    components(content).flatMap((component) => (textAt(component, 'kind') === part ? (textAt(component, 'value') ?? []) : []));
  return Object.fromEntries(PARTS.map((part) => [part, texts(part).join(' ') || null])) as { [part in Part]: string | null };
}

function spoken(parts: { readonly [part in Part]: string | null }): string | null {
  return PARTS.flatMap((part) => parts[part] ?? []).join(' ') || null;
}

/** Parts that stay the same keep what else their component says (a phonetic form). */
function named(content: ItemContent, value: { readonly [part: string]: Json }): Json {
  const was = at(content, 'name');
  const before = partsOf(content);
  const differs = PARTS.filter((part) => (value[part] ?? null) !== before[part]);
  const kept = components(content).filter((component) => !differs.some((part) => part === textAt(component, 'kind')));
  const written = differs.flatMap((part) => (typeof value[part] === 'string' ? [{ kind: part, value: value[part] }] : []));
  const { components: _, full: __, ...rest } = isObject(was) ? was : { '@type': 'Name' };
  const all = differs.length === 0 ? components(content) : [...kept, ...written].sort(byPlace);
  const named = {
    ...rest,
    ...(all.length === 0 ? {} : { components: all }),
    ...(typeof value.full === 'string' ? { full: value.full } : {}),
  };
  return Object.keys(named).every((key) => key === '@type') ? null : named;
}

const place = (component: Json) => (PARTS as readonly Json[]).indexOf(textAt(component, 'kind'));
/** Others (credentials, a second surname) stay where they were, behind. */
const byPlace = (a: Json, b: Json) => (place(a) < 0 ? PARTS.length : place(a)) - (place(b) < 0 ? PARTS.length : place(b));
