/**
 * What the operator wrote, as a tree in which every value remembers where it stands.
 *
 * The positions survive merging, so that a problem found late, and the explanation of a resolved value, still name the line.
 */

/** A file, or a command whose output is read like one. */
export interface Source {
  readonly name: string;
  /** Relative paths in it start here. */
  readonly directory: string;
}

export interface Place {
  readonly source: Source;
  readonly line: number;
  readonly column: number;
}

export type Scalar = string | number | boolean | null;
export interface Entry {
  readonly keyAt: Place;
  readonly node: Node;
}
export interface MapNode {
  readonly kind: 'map';
  readonly at: Place;
  readonly entries: Map<string, Entry>;
}
export interface ListNode {
  readonly kind: 'list';
  readonly at: Place;
  readonly items: Node[];
}
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: Place;
  readonly value: Scalar;
}
/** A value that was already reported: whoever needs it says nothing more. */
export interface BrokenNode {
  readonly kind: 'broken';
  readonly at: Place;
}
export type Node = MapNode | ListNode | ScalarNode | BrokenNode;

export type Path = readonly (string | number)[];

export const BUILT_IN: Place = { source: { name: 'built-in', directory: '.' }, line: 0, column: 0 };

export function emptyMap(at: Place): MapNode {
  return { kind: 'map', at, entries: new Map() };
}

export function child(node: Node | undefined, key: string | number): Node | undefined {
  if (node?.kind === 'map') return node.entries.get(String(key))?.node;
  if (node?.kind === 'list') return node.items[Number(key)];
  return undefined;
}

export function descend(node: Node | undefined, path: Path): Node | undefined {
  return path.reduce<Node | undefined>(child, node);
}

export function childMap(node: Node | undefined, key: string): MapNode | undefined {
  const found = child(node, key);
  return found?.kind === 'map' ? found : undefined;
}

export function text(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** The same values without positions; what is broken is left out. */
export function plain(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.filter((item) => item.kind !== 'broken').map(plain);
  if (node.kind === 'broken') return undefined;
  // Without a prototype, a key named __proto__ is a key like any other.
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of node.entries) if (entry.node.kind !== 'broken') object[key] = plain(entry.node);
  return object;
}

/** The reverse of `plain`, everything standing at one place. */
export function located(value: unknown, at: Place): Node {
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map((item) => located(item, at)) };
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', at, value: value as Scalar };
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return { kind: 'map', at, entries: new Map(entries.map(([key, item]) => [key, { keyAt: at, node: located(item, at) }])) };
}

/** Marks the value at the path as reported. */
export function breakAt(root: Node, path: Path): void {
  const parent = descend(root, path.slice(0, -1));
  const key = path.at(-1);
  if (parent === undefined || key === undefined) return;
  const broken: BrokenNode = { kind: 'broken', at: child(parent, key)?.at ?? parent.at };
  if (parent.kind === 'map') parent.entries.set(String(key), { keyAt: broken.at, node: broken });
  if (parent.kind === 'list') parent.items[Number(key)] = broken;
}

export function isBroken(node: Node | undefined): boolean {
  return node?.kind === 'broken';
}

/** Whether anything in it was already reported. */
export function hasBroken(node: Node | undefined): boolean {
  if (node === undefined || node.kind === 'scalar') return false;
  if (node.kind === 'broken') return true;
  if (node.kind === 'list') return node.items.some(hasBroken);
  return [...node.entries.values()].some((entry) => hasBroken(entry.node));
}

/** mailboxes[3].receive.server */
export function dotted(path: Path): string {
  return path.reduce<string>((all, key) => {
    if (typeof key === 'number') return `${all}[${key}]`;
    return all === '' ? key : `${all}.${key}`;
  }, '');
}
