// What the shapes say about one type: which children it may have, their order, namespace and shape.
import { type AttributeShape, type Part, shapeOf } from './grammar.ts';

export interface Place {
  order: number;
  ns: 'm' | 't';
  shape: string;
}

const places = new Map<string, Map<string, Place>>();

/** The content models of a shape, those of its bases first. */
export function contentsOf(name: string): Part[] {
  const shape = shapeOf(name);
  if (shape === undefined) return [];
  const base = shape.base !== undefined && !shape.replaces ? contentsOf(shape.base) : [];
  return shape.content === undefined ? base : [...base, shape.content];
}

export function attributesOf(name: string): AttributeShape[] {
  const shape = shapeOf(name);
  if (shape === undefined) return [];
  return [...(shape.base !== undefined ? attributesOf(shape.base) : []), ...shape.attributes];
}

export function placesOf(name: string): Map<string, Place> {
  const known = places.get(name);
  if (known !== undefined) return known;
  const found = new Map<string, Place>();
  // The children of a repeated group keep the order in which they come.
  const visit = (part: Part, repeatedAt: number | undefined) => {
    if (part.kind === 'any') return;
    const order = repeatedAt ?? found.size;
    if (part.kind === 'element') {
      if (!found.has(part.name)) found.set(part.name, { order, ns: part.ns, shape: part.shape });
      return;
    }
    for (const inner of part.parts) visit(inner, repeatedAt ?? (part.max > 1 ? order : undefined));
  };
  for (const content of contentsOf(name)) visit(content, undefined);
  places.set(name, found);
  return found;
}
