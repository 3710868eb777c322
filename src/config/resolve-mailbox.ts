/** One mailbox: its layers merged, its placeholders filled in, its servers and credentials found. */
import {
  DEFAULT_ITEM_KINDS,
  DEFAULT_ITEMS,
  DEFAULT_MAILBOX,
  DEFAULT_MESSAGE_LIMITS,
  DEFAULT_RECEIVE,
  DEFAULT_SEND,
} from './built-in.ts';
import type { AuthConfig, MailboxConfig, MessageLimits } from './config.ts';
import type { Named } from './gather.ts';
import { mergeSection, overlay, overlayAuth } from './merge.ts';
import { child, descend, dotted, emptyMap, isBroken, type MapNode, type Node, type Path, plain, text } from './node.ts';
import { expand, placeholderValues } from './placeholder.ts';
import { resolveItems } from './resolve-items.ts';
import { resolveReceive, resolveSend } from './resolve-section.ts';
import type { House, Layer, Section, SectionContext } from './resolving.ts';
import { mailboxSchema, type WrittenMailbox } from './schema-mailbox.ts';
import { didYouMean } from './suggest.ts';
import { isAddress } from './value.ts';

export interface ResolvedMailbox {
  /** Null when something about it is wrong. */
  readonly config: MailboxConfig | null;
  readonly named: Named;
  /** All layers merged, the built-in values included: for the explanation. */
  readonly node: MapNode;
  readonly id: string;
  readonly address: string;
}

/** Null when not even its address is known; that was reported. */
export function resolveMailbox(named: Named, house: House): ResolvedMailbox | null {
  const address = text(named.node.entries.get('address')?.node);
  if (address === undefined || !isAddress(address)) return null;
  const id = text(named.node.entries.get('id')?.node) ?? address.toLowerCase();
  const layers = layersOf(named, house);
  const { node, dropped, ownAuth } = mergeLayers(named, layers, house);
  const expanded = expandSections(node, { values: placeholderValues(address, id), findings: house.findings }, layers);
  const identified = new Map(expanded.entries);
  if (!identified.has('id'))
    identified.set('id', {
      keyAt: named.at,
      node: { kind: 'scalar', at: named.node.entries.get('address')!.node.at, value: id },
    });
  const merged: MapNode = { ...expanded, entries: identified };
  const config = toMailbox({ named, house, layers, merged, dropped, ownAuth, address, id });
  return { config, named, node: merged, id, address };
}

function layersOf(named: Named, house: House): Layer[] {
  const group = groupOf(named, house);
  return [house.limits, house.defaults, group, { node: named.node, path: named.path }].filter((layer) => layer !== null);
}

function groupOf(named: Named, { groups, findings }: House): Layer | null {
  const node = named.node.entries.get('group')?.node;
  const name = text(node);
  if (node === undefined || name === undefined) return null;
  const group = groups.get(name);
  if (group !== undefined) return group;
  findings.problem(
    node.at,
    [...named.path, 'group'],
    `there is no group "${name}"`,
    didYouMean(name, [...groups.keys()], 'groups'),
  );
  return null;
}

const BENEATH: Record<Section, MapNode> = { receive: DEFAULT_RECEIVE, send: DEFAULT_SEND, items: DEFAULT_ITEMS };
const SECTIONS: readonly Section[] = ['receive', 'send', 'items'];

interface Merged {
  readonly node: MapNode;
  readonly dropped: ReadonlyMap<Section, string>;
  readonly ownAuth: ReadonlySet<Section>;
}

/** Its group is misspelt: what the group would have said is unknown, and not missing. */
function lacksGroup(named: Named, house: House): boolean {
  const group = text(named.node.entries.get('group')?.node);
  return group !== undefined && !house.groups.has(group);
}

function withUnknownServer(node: Node): Node {
  if (node.kind !== 'map' || node.entries.has('server')) return node;
  const broken: Node = { kind: 'broken', at: node.at };
  return { ...node, entries: new Map(node.entries).set('server', { keyAt: node.at, node: broken }) };
}

function mergeLayers(named: Named, layers: readonly Layer[], house: House): Merged {
  const nodes = layers.map((layer) => withWholeKinds(layer.node));
  let all: MapNode = overlay(DEFAULT_MAILBOX, { ...emptyMap(nodes.at(-1)!.at) }) as MapNode;
  all.entries.set('limits', { keyAt: DEFAULT_MESSAGE_LIMITS.at, node: DEFAULT_MESSAGE_LIMITS });
  for (const node of nodes) all = overlay(all, node) as MapNode;
  const entries = new Map(all.entries);
  const lost = lacksGroup(named, house);
  const dropped = new Map<Section, string>();
  const ownAuth = new Set<Section>();
  for (const section of SECTIONS) {
    const merged = mergeSection(nodes, section);
    entries.delete(section);
    if (merged.node === undefined || isOnlyDefault(merged.node, section, layers)) continue;
    if (merged.dropped !== null) dropped.set(section, merged.dropped.server);
    if (child(merged.node, 'auth') !== undefined) ownAuth.add(section);
    const complete = withBeneath(merged.node, section, house);
    entries.set(section, { keyAt: complete.at, node: lost ? withUnknownServer(complete) : complete });
  }
  return { node: { ...all, entries }, dropped, ownAuth };
}

/** `appointments: true` is all of its defaults; as a map it lies over what a lower layer says in detail. */
function withWholeKinds(layer: MapNode): MapNode {
  const items = layer.entries.get('items');
  if (items?.node.kind !== 'map') return layer;
  const entries = new Map(items.node.entries);
  for (const kind of Object.keys(DEFAULT_ITEM_KINDS)) {
    const entry = entries.get(kind);
    if (entry?.node.kind === 'scalar' && entry.node.value === true)
      entries.set(kind, { ...entry, node: emptyMap(entry.node.at) });
  }
  return { ...layer, entries: new Map(layer.entries).set('items', { ...items, node: { ...items.node, entries } }) };
}

/** `defaults` may say how to receive without meaning that every mailbox does. */
function isOnlyDefault(node: Node, section: Section, layers: readonly Layer[]): boolean {
  if (child(node, 'server') !== undefined) return false;
  return layers.every((layer) => layer.path[0] === 'defaults' || !layer.node.entries.has(section));
}

/** The server's since and auth, and the built-in values, stand lowest. */
function withBeneath(node: Node, section: Section, house: House): Node {
  if (node.kind !== 'map') return node;
  const server = house.servers.get(text(node.entries.get('server')?.node) ?? '')?.named.node.entries;
  const entries = new Map(BENEATH[section].entries);
  for (const [kind, below] of section === 'items' ? Object.entries(DEFAULT_ITEM_KINDS) : []) {
    if (node.entries.get(kind)?.node.kind === 'map') entries.set(kind, { keyAt: below.at, node: below });
  }
  const since = server?.get('since');
  if (section === 'receive' && since !== undefined) entries.set('since', since);
  const below: MapNode = { ...BENEATH[section], entries };
  const merged = overlay(below, node) as MapNode;
  const serverAuth = server?.get('auth');
  if (serverAuth === undefined) return merged;
  const own = node.entries.get('auth');
  const auth = own === undefined ? overlayAuth(undefined, serverAuth.node) : overlayAuth(serverAuth.node, own.node);
  return { ...merged, entries: new Map(merged.entries).set('auth', { keyAt: (own ?? serverAuth).keyAt, node: auth }) };
}

function expandSections(node: MapNode, expansion: Parameters<typeof expand>[2], layers: readonly Layer[]): MapNode {
  const entries = new Map(node.entries);
  for (const section of SECTIONS) {
    const entry = entries.get(section);
    if (entry !== undefined)
      entries.set(section, { ...entry, node: expand(entry.node, [...layers.at(-1)!.path, section], expansion) });
  }
  return { ...node, entries };
}

interface Resolving {
  readonly named: Named;
  readonly house: House;
  readonly layers: readonly Layer[];
  readonly merged: MapNode;
  readonly dropped: ReadonlyMap<Section, string>;
  readonly ownAuth: ReadonlySet<Section>;
  readonly address: string;
  readonly id: string;
}

function toMailbox(resolving: Resolving): MailboxConfig | null {
  const { named, house, merged, address, id } = resolving;
  const parsed = mailboxSchema.safeParse(plain(merged));
  if (!parsed.success) return null;
  const written = parsed.data;
  const sections = SECTIONS.filter((section) => merged.entries.has(section));
  if (sections.length === 0) {
    if (lacksGroup(named, house)) return null;
    house.findings.problem(
      named.at,
      named.path,
      `${address} neither receives nor sends, and has no items`,
      'write receive: { server: NAME }, or a group that has it',
    );
    return null;
  }
  const limits = toLimits(written);
  const receiveContext = contextOf(resolving, 'receive', written, limits, null, null);
  const receive = receiveContext === null ? null : resolveReceive(receiveContext);
  const receiving = receive === null ? null : receive?.auth;
  const receiveType = receive?.server.type ?? null;
  const sendContext = contextOf(resolving, 'send', written, limits, receiving, receiveType);
  const send = sendContext === null ? null : resolveSend(sendContext);
  const itemsContext = contextOf(resolving, 'items', written, limits, receiving, receiveType);
  const items = itemsContext === null ? null : resolveItems(itemsContext);
  if (receive === undefined || send === undefined || items === undefined) return null;
  return {
    id,
    address,
    aliases: written.aliases ?? [],
    owner: written.owner ?? null,
    group: written.group ?? null,
    keep: written.keep ?? 'all',
    receive,
    send,
    items,
  };
}

function toLimits(written: WrittenMailbox): MessageLimits {
  // Only what was already reported can be missing, and then no configuration comes of it.
  const limits = written.limits ?? {};
  return {
    messageBytes: limits.messageBytes!,
    parseBytes: limits.parseBytes!,
    parseMs: limits.parseTime!,
    pageMessages: limits.pageMessages!,
    pageBytes: limits.pageBytes!,
  };
}

function contextOf(
  resolving: Resolving,
  section: Section,
  written: WrittenMailbox,
  limits: MessageLimits,
  receiving: AuthConfig | null | undefined,
  receiveType: string | null,
): SectionContext | null {
  const { house, merged, address } = resolving;
  const node = merged.entries.get(section)?.node;
  if (node === undefined) return null;
  const place = (path: Path) => placeOf(merged, [section, ...path]);
  const where = (path: Path) => dotted(writtenAt(resolving, [section, ...path]));
  return {
    house,
    section,
    address,
    node: node.kind === 'map' ? node : { ...emptyMap(node.at), entries: new Map([['server', { keyAt: node.at, node }]]) },
    ownAuth: resolving.ownAuth.has(section),
    droppedServer: resolving.dropped.get(section) ?? null,
    written,
    limits,
    receiving,
    receiveType,
    problem: (path, message, suggestion) => house.findings.problem(place(path), where(path), message, suggestion),
    warning: (path, message, suggestion) => house.findings.warning(place(path), where(path), message, suggestion),
  };
}

/** The place of the deepest value that there is on the path. */
function placeOf(node: Node, path: Path): Node['at'] {
  for (let depth = path.length; depth > 0; depth--) {
    const found = descend(node, path.slice(0, depth));
    if (found !== undefined && !isBroken(found) && found.at.line > 0) return found.at;
  }
  return node.at;
}

/** The path as it is called where the value was written: a wrong value of a group is the group's. */
function writtenAt({ layers, named, merged, house }: Resolving, path: Path): Path {
  const there = descend(merged, path) !== undefined;
  const layer = layers.findLast((candidate) => descend(candidate.node, path) !== undefined);
  if (layer !== undefined && there) return [...layer.path, ...path];
  const server = house.servers.get(text(descend(merged, [path[0]!, 'server'])) ?? '');
  const inServer = server === null || server === undefined ? undefined : descend(server.named.node, path.slice(1));
  return inServer === undefined ? [...named.path, ...path] : [...server!.named.path, ...path.slice(1)];
}
