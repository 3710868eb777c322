/** Precedence: what stands further up wins, key by key; lists and secrets are replaced as a whole. */
import { childMap, type Entry, emptyMap, type MapNode, type Node, text } from './node.ts';

// { env } of a group and { file } of a mailbox must not become one secret with both.
const WHOLE = new Set(['password', 'owner', 'afterReceive', 'options']);

export function overlay(lower: Node | undefined, upper: Node): Node {
  if (lower?.kind !== 'map' || upper.kind !== 'map') return upper;
  const entries = new Map<string, Entry>(lower.entries);
  for (const [key, entry] of upper.entries) {
    const below = entries.get(key)?.node;
    const node = key === 'auth' ? overlayAuth(below, entry.node) : WHOLE.has(key) ? entry.node : overlay(below, entry.node);
    entries.set(key, { keyAt: entry.keyAt, node });
  }
  return { kind: 'map', at: upper.at, entries };
}

/** A provider means oauth2, a password ends an inherited method that has none. */
export function overlayAuth(lower: Node | undefined, upper: Node): Node {
  if (upper.kind !== 'map') return upper;
  const below = lower?.kind === 'map' ? withMethod(lower, null) : emptyMap(upper.at);
  return overlay(below, withMethod(upper, text(below.entries.get('method')?.node) ?? null));
}

function withMethod(auth: MapNode, inherited: string | null): MapNode {
  if (auth.entries.has('method')) return auth;
  const provider = auth.entries.get('provider');
  const password = auth.entries.get('password');
  const from = provider ?? (inherited === 'ntlm' ? undefined : password);
  if (from === undefined) return auth;
  const method: Node = { kind: 'scalar', at: from.node.at, value: provider === undefined ? 'password' : 'oauth2' };
  return { ...auth, entries: new Map(auth.entries).set('method', { keyAt: from.keyAt, node: method }) };
}

export interface MergedSection {
  /** Undefined: nobody wrote the section, or somebody wrote false. */
  readonly node: Node | undefined;
  /** A credential that was left out because it was written for another server. */
  readonly dropped: { readonly auth: Node; readonly server: string } | null;
}

/**
 * Merges one section (receive, send, items) from the lowest layer up. A credential belongs to the server that was in force
 * where it was written: a layer above that changes the server loses it, because one server's password is not another's business.
 */
export function mergeSection(layers: readonly MapNode[], section: string): MergedSection {
  let merged: MapNode | undefined;
  let authFor: string | null = null;
  let dropped: MergedSection['dropped'] = null;
  for (const layer of layers) {
    const node = layer.entries.get(section)?.node;
    if (node === undefined) continue;
    if (node.kind === 'broken') return { node, dropped: null };
    if (node.kind !== 'map') {
      merged = undefined;
      authFor = null;
      continue;
    }
    const server = text(node.entries.get('server')?.node);
    const auth = merged?.entries.get('auth')?.node;
    if (auth !== undefined && server !== undefined && authFor !== null && server !== authFor && !isSame(auth)) {
      dropped = { auth, server: authFor };
      merged = without(merged!, 'auth');
    }
    merged = overlay(merged, node) as MapNode;
    if (childMap(node, 'auth') !== undefined) authFor = text(merged.entries.get('server')?.node) ?? null;
  }
  return { node: merged, dropped };
}

function isSame(auth: Node): boolean {
  return text(auth) === 'same';
}

function without(node: MapNode, key: string): MapNode {
  const entries = new Map(node.entries);
  entries.delete(key);
  return { ...node, entries };
}
