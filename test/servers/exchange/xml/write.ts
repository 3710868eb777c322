// Writes answers. Order, namespace and shape of every child come from the schema notes, so operations need not care.
import { placesOf } from '../schema/fields.ts';
import { shapeOf } from '../schema/grammar.ts';
import type { Element } from './element.ts';
import { escapeXml } from './escape.ts';

export interface WriteOptions {
  keepIllegal?: boolean;
  /** Written on the outermost element. */
  declarations?: string;
}

export function writeXml(element: Element, shape: string, ns: 'm' | 't', options: WriteOptions = {}): string {
  const out: string[] = [];
  write(element, shape, ns, options, out, options.declarations ?? '');
  return out.join('');
}

function write(element: Element, shapeName: string, ns: 'm' | 't', options: WriteOptions, out: string[], extra = '') {
  const tag = `${ns}:${element.name}`;
  out.push('<', tag, extra);
  for (const [name, value] of Object.entries(element.attributes)) {
    out.push(' ', name, '="', escapeXml(value, options.keepIllegal), '"');
  }
  if (element.children.length === 0 && element.text === '') {
    out.push('/>');
    return;
  }
  out.push('>', escapeXml(element.text, options.keepIllegal));
  writeChildren(element, shapeName, options, out);
  out.push('</', tag, '>');
}

function writeChildren(element: Element, shapeName: string, options: WriteOptions, out: string[]) {
  if (element.children.length === 0) return;
  if (shapeOf(shapeName)?.any) {
    for (const inner of element.children) write(inner, 'any', 't', options, out);
    return;
  }
  const places = placesOf(shapeName);
  const placed = element.children.map((inner) => {
    const place = places.get(inner.name) ?? (shapeName === 'any' ? { order: 0, ns: 't' as const, shape: 'any' } : undefined);
    if (place === undefined) throw new Error(`${shapeName} has no element ${inner.name}`);
    return { inner, place };
  });
  placed.sort((left, right) => left.place.order - right.place.order);
  for (const { inner, place } of placed) write(inner, place.shape, place.ns, options, out);
}
