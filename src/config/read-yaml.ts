/** Text -> located tree. All syntax problems are reported, with words of our own: the parser's may quote a password. */
import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLMap,
  type Node as YamlNode,
} from 'yaml';
import type { Problem } from './config.ts';
import {
  dotted,
  type Entry,
  emptyMap,
  type MapNode,
  type Node,
  type Path,
  type Place,
  type Scalar,
  type Source,
} from './node.ts';
import { yamlProblem } from './yaml-problem.ts';

export interface ReadYaml {
  /** Null when the text is not even YAML. */
  readonly node: MapNode | null;
  readonly problems: readonly Problem[];
}

interface Reading {
  readonly source: Source;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly problems: Problem[];
  /** Anchored nodes that are being converted, against an alias inside its own anchor. */
  readonly open: Set<YamlNode>;
  readonly done: Map<YamlNode, Node>;
}

export function readYaml(written: string, source: Source): ReadYaml {
  const lines = new LineCounter();
  // A byte order mark is no content (YAML 1.2.2 5.2); the parser would count it as a column.
  const document = parseDocument(written.replace(/^\uFEFF/, ''), { lineCounter: lines, prettyErrors: false, stringKeys: false });
  const reading: Reading = { source, document, lines, problems: [], open: new Set(), done: new Map() };
  for (const error of [...document.errors, ...document.warnings].slice(0, 20)) {
    const at = place(reading, opening(document, error) ?? error.pos[0]);
    reading.problems.push({ file: source.name, line: at.line, column: at.column, path: '', ...yamlProblem(error) });
  }
  // After a duplicate key the rest still reads well; after any other syntax error it is guesswork.
  const readable = document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  return { node: readable ? rootMap(reading) : null, problems: reading.problems };
}

/** Where that begins which the parser found unclosed at the very end. */
function opening(document: Document.Parsed, error: YAMLError): number | null {
  if (error.code !== 'MISSING_CHAR' && error.code !== 'BAD_INDENT') return null;
  let start: number | null = null;
  visit(document, (_key, node) => {
    if (!isNode(node) || !node.range) return;
    const opens = isScalar(node) ? node.type?.startsWith('QUOTE') === true : isCollection(node) && node.flow === true;
    const unclosed = opens && node.range[0] < error.pos[0] && node.range[1] >= error.pos[0] - 1;
    if (unclosed) start = node.range[0];
  });
  return start;
}

function rootMap(reading: Reading): MapNode | null {
  const root = reading.document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return emptyMap(place(reading, 0));
  const node = convert(reading, root, []);
  if (node.kind === 'map') return node;
  report(reading, node.at, [], 'the file must be keys with values', 'begin with for example "servers:" and "mailboxes:"');
  return null;
}

function place(reading: Reading, offset: number): Place {
  const { line, col } = reading.lines.linePos(offset);
  return { source: reading.source, line: Math.max(1, line), column: Math.max(1, col) };
}

function report(reading: Reading, at: Place, path: Path, message: string, suggestion: string): void {
  reading.problems.push({ file: reading.source.name, line: at.line, column: at.column, path: dotted(path), message, suggestion });
}

function convert(reading: Reading, node: unknown, path: Path): Node {
  if (isAlias(node)) return convertAlias(reading, node, path);
  // An unknown tag was reported; what the parser made of the value is not what was meant.
  if (isNode(node) && 'tag' in node && String(node.tag).startsWith('!'))
    return { kind: 'broken', at: place(reading, node.range?.[0] ?? 0) };
  if (isMap(node)) return convertMap(reading, node, path);
  if (isSeq(node)) {
    const at = place(reading, node.range?.[0] ?? 0);
    return { kind: 'list', at, items: node.items.map((item, index) => convert(reading, item, [...path, index])) };
  }
  const at = place(reading, isScalar(node) ? (node.range?.[0] ?? 0) : 0);
  return { kind: 'scalar', at, value: scalar(isScalar(node) ? node.value : null) };
}

function scalar(value: unknown): Scalar {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function convertAlias(reading: Reading, alias: Alias, path: Path): Node {
  const at = place(reading, alias.range?.[0] ?? 0);
  const target = alias.resolve(reading.document);
  if (target === undefined || reading.open.has(target)) {
    report(
      reading,
      at,
      path,
      'a value that begins with * refers to an anchor, and there is none of that name',
      'put the value in quotes',
    );
    return { kind: 'broken', at };
  }
  const known = reading.done.get(target);
  if (known !== undefined) return known;
  reading.open.add(target);
  const node = convert(reading, target, path);
  reading.open.delete(target);
  reading.done.set(target, node);
  return node;
}

function convertMap(reading: Reading, map: YAMLMap, path: Path): Node {
  const entries = new Map<string, Entry>();
  const merged: Node[] = [];
  for (const pair of map.items) {
    const keyAt = place(reading, (pair.key as YamlNode | null)?.range?.[0] ?? map.range?.[0] ?? 0);
    if (!isScalar(pair.key)) {
      report(reading, keyAt, path, 'a key must be a plain word', 'a value that begins with { or [ has to stand in quotes');
      continue;
    }
    const key = String(pair.key.value);
    const node = convertValue(reading, pair.value, keyAt, key === '<<' ? path : [...path, key]);
    if (key === '<<') merged.push(...(node.kind === 'list' ? node.items : [node]));
    else if (!entries.has(key)) entries.set(key, { keyAt, node });
  }
  mergeInto(entries, merged);
  return { kind: 'map', at: place(reading, map.range?.[0] ?? 0), entries };
}

/** A key without value has no position of its own, and takes the key's. */
function convertValue(reading: Reading, value: unknown, keyAt: Place, path: Path): Node {
  const node = convert(reading, value, path);
  return node.kind === 'scalar' && node.value === null ? { ...node, at: keyAt } : node;
}

/** The merge key of YAML 1.1, which operators know from other files: what is written beside it wins. */
function mergeInto(entries: Map<string, Entry>, merged: readonly Node[]): void {
  for (const node of merged) {
    if (node.kind !== 'map') continue;
    for (const [key, entry] of node.entries) if (!entries.has(key)) entries.set(key, entry);
  }
}
