/** {localpart}, {address}, {domain} and {id} in values and in the places of secrets. */
import type { Entry, Node, Path, Place } from './node.ts';
import type { Findings } from './problem.ts';
import { didYouMean } from './suggest.ts';

export interface PlaceholderValues {
  readonly address: string;
  readonly localpart: string;
  readonly domain: string;
  readonly id: string;
}

export function placeholderValues(address: string, id: string): PlaceholderValues {
  const at = address.lastIndexOf('@');
  return { address, id, localpart: address.slice(0, at), domain: address.slice(at + 1) };
}

export interface Expansion {
  readonly values: PlaceholderValues;
  readonly findings: Findings;
}

const PLACEHOLDER = /\{([A-Za-z][A-Za-z_-]*)\}/g;

export function expand(node: Node, path: Path, expansion: Expansion): Node {
  if (node.kind === 'scalar') {
    // A literal password is taken as it is, braces and all.
    if (typeof node.value !== 'string' || !node.value.includes('{') || path.at(-1) === 'password') return node;
    return { ...node, value: fill(node.value, node.at, path, expansion) };
  }
  if (node.kind === 'list') return { ...node, items: node.items.map((item, index) => expand(item, [...path, index], expansion)) };
  if (node.kind === 'broken') return node;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) entries.set(key, { ...entry, node: expand(entry.node, [...path, key], expansion) });
  return { ...node, entries };
}

function fill(written: string, at: Place, path: Path, { values, findings }: Expansion): string {
  const names = Object.keys(values) as (keyof PlaceholderValues)[];
  return written.replaceAll(PLACEHOLDER, (whole, name: string, offset: number) => {
    const known = names.find((candidate) => candidate === name);
    if (known === undefined) {
      findings.problem(at, path, `unknown placeholder ${whole}`, didYouMean(name, names, 'possible placeholders'));
      return whole;
    }
    const danger = dangerOf(values[known], path, offset);
    if (danger !== null)
      findings.problem(at, path, `${whole} of ${values.address} ${danger}`, 'write this value out for this mailbox');
    return values[known];
  });
}

/** An address may hold a slash or begin with a dash (RFC 5321 atext): it must not choose the file or become an option. */
function dangerOf(value: string, path: Path, offset: number): string | null {
  const isFile = path.at(-1) === 'file' && path.includes('password');
  if (isFile && (/[/\\\0]/.test(value) || value === '..' || value === '.')) return 'would lead to another folder';
  if (path.includes('exec') && offset === 0 && value.startsWith('-')) return 'would be taken as an option of the command';
  return null;
}

export function hasPlaceholder(node: Node | undefined): boolean {
  if (node === undefined || node.kind === 'broken') return false;
  if (node.kind === 'scalar') return typeof node.value === 'string' && node.value.search(PLACEHOLDER) >= 0;
  if (node.kind === 'list') return node.items.some(hasPlaceholder);
  return [...node.entries.values()].some((entry) => hasPlaceholder(entry.node));
}
