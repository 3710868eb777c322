// The shape of EWS elements in a compact notation, our own description of what MS-OXWS* says about order and occurrence.
//
// One line per shape: `Name :: [< Base | <= Base | text Base | simple …] content @attributes`
//   content     (a b c) in this order, (a|b) one of them, [a b] in any order, each with ? * + or {min,max}
//   element     Name=Shape, `m:Name` for the messages namespace; a shape in lower case is a built-in type of XML Schema
//   attribute   @Name=Shape, with ! when it must be there
//   < Base      the content of Base comes first;  <= Base replaces it
//   text Base   text with attributes;  any  is not described further
//   simple …    `of Base` with facets, `list Item`, `union A B`, `field` (a name from field-names.ts)
import { MESSAGE_SHAPES } from './message-shapes.ts';
import { ROOT_ELEMENTS } from './root-elements.ts';
import { TYPE_SHAPES_A } from './type-shapes-a.ts';
import { TYPE_SHAPES_B } from './type-shapes-b.ts';
import { TYPE_SHAPES_C } from './type-shapes-c.ts';

export type Part =
  | { kind: 'element'; name: string; ns: 'm' | 't'; shape: string; min: number; max: number }
  | { kind: 'sequence' | 'choice' | 'all'; parts: Part[]; min: number; max: number }
  | { kind: 'any'; min: number; max: number };

export interface AttributeShape {
  name: string;
  shape: string;
  required: boolean;
}

export interface Simple {
  list?: string;
  union?: string[];
  field?: boolean;
  base?: string;
  values?: Set<string>;
  facets: [string, string][];
}

export interface Shape {
  name: string;
  base?: string;
  replaces: boolean;
  text?: string;
  simple?: Simple;
  any: boolean;
  content?: Part;
  attributes: AttributeShape[];
}

export const NAMESPACES = {
  m: 'http://schemas.microsoft.com/exchange/services/2006/messages',
  t: 'http://schemas.microsoft.com/exchange/services/2006/types',
} as const;

function linesOf(text: string): [string, string][] {
  const lines = text.trim().split('\n');
  return lines.map((line) => [line.slice(0, line.indexOf(' :: ')), line.slice(line.indexOf(' :: ') + 4)]);
}

const sources = new Map([MESSAGE_SHAPES, TYPE_SHAPES_A, TYPE_SHAPES_B, TYPE_SHAPES_C].flatMap(linesOf));
const roots = new Map(
  ROOT_ELEMENTS.trim()
    .split('\n')
    .map((line) => line.split('=') as [string, string]),
);
const shapes = new Map<string, Shape>();

/** The shape of an element that may stand alone: `GetItem` of the messages, `t:TimeZoneContext` of the types namespace. */
export function rootShape(name: string): string | undefined {
  return roots.get(name);
}

export function shapeOf(name: string): Shape | undefined {
  const known = shapes.get(name);
  if (known !== undefined) return known;
  const source = sources.get(name);
  if (source === undefined) return undefined;
  const shape = parseShape(name, source.trim());
  shapes.set(name, shape);
  return shape;
}

function parseShape(name: string, source: string): Shape {
  const shape: Shape = { name, replaces: false, any: source === 'any', attributes: [] };
  if (shape.any) return shape;
  if (source.startsWith('simple ')) return { ...shape, simple: parseSimple(source.slice(7)) };
  let rest = source;
  const head = /^(<=|<|text) ([\w:.@#]+)\s*/.exec(rest);
  if (head !== null) {
    if (head[1] === 'text') shape.text = head[2]!;
    else shape.base = head[2]!;
    shape.replaces = head[1] === '<=';
    rest = rest.slice(head[0].length);
  }
  const attributesAt = rest.search(/@/);
  const content = (attributesAt < 0 ? rest : rest.slice(0, attributesAt)).trim();
  if (attributesAt >= 0) shape.attributes = rest.slice(attributesAt).trim().split(/\s+/).map(parseAttribute);
  if (content !== '') shape.content = parseContent(content);
  return shape;
}

function parseAttribute(source: string): AttributeShape {
  const [name, shape] = source.slice(1).split('=') as [string, string];
  return { name, shape: shape.replace('!', ''), required: shape.endsWith('!') };
}

function parseSimple(source: string): Simple {
  const words = source.split(' ');
  if (words[0] === 'field') return { field: true, facets: [] };
  if (words[0] === 'list') return { list: words[1]!, facets: [] };
  if (words[0] === 'union') return { union: words.slice(1), facets: [] };
  const simple: Simple = { base: words[1]!, facets: [] };
  for (let at = 2; at < words.length; at += 2) {
    if (words[at] === 'enum') simple.values = new Set(words[at + 1]!.split(','));
    else simple.facets.push([words[at]!, words[at + 1]!]);
  }
  return simple;
}

function parseContent(source: string): Part {
  const tokens = source.match(/[()[\]|*+?]|\{\d+,\d*\}|[^\s()[\]|*+?{}]+/g) ?? [];
  let at = 0;
  const occurs = (part: Part): Part => {
    const token = tokens[at];
    const ranges: Record<string, [number, number]> = { '?': [0, 1], '*': [0, Infinity], '+': [1, Infinity] };
    if (token !== undefined && (token in ranges || token.startsWith('{'))) {
      at++;
      const [min, max] =
        ranges[token] ??
        (token
          .slice(1, -1)
          .split(',')
          .map((n) => (n === '' ? Infinity : Number(n))) as [number, number]);
      part.min = min;
      part.max = max;
    }
    return part;
  };
  const one = (): Part => {
    const token = tokens[at++]!;
    if (token === '(' || token === '[') return occurs(group(token === '(' ? ')' : ']'));
    if (token === '*' && tokens[at] === 'any') {
      at++;
      return occurs({ kind: 'any', min: 1, max: 1 });
    }
    const [qname, shape] = token.split('=') as [string, string];
    const ns = qname.startsWith('m:') ? 'm' : 't';
    return occurs({ kind: 'element', name: qname.replace('m:', ''), ns, shape, min: 1, max: 1 });
  };
  const group = (end: string): Part => {
    const parts: Part[] = [];
    let kind: 'sequence' | 'choice' | 'all' = end === ']' ? 'all' : 'sequence';
    while (tokens[at] !== end) {
      if (tokens[at] === '|') {
        kind = 'choice';
        at++;
      } else parts.push(one());
    }
    at++;
    return { kind, parts, min: 1, max: 1 };
  };
  const parts: Part[] = [];
  while (at < tokens.length) parts.push(one());
  return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts, min: 1, max: 1 };
}
