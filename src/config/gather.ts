/** Reads the file, what it includes and the sources it names, into one set of servers, groups and mailboxes. */
import { glob } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { z } from 'zod';
import { childMap, emptyMap, type MapNode, type Node, type Path, type Place, plain, type Source, text } from './node.ts';
import type { Findings } from './problem.ts';
import { readText } from './read-text.ts';
import { readYaml } from './read-yaml.ts';
import { fileSchema, includedSchema, type WrittenMailboxSource } from './schema.ts';
import { readMailboxSource } from './source.ts';
import { validate } from './validate.ts';

export interface Named {
  readonly name: string;
  readonly node: MapNode;
  readonly at: Place;
  readonly path: Path;
}

/** What to look at to learn that something changed. */
export interface Watched {
  readonly files: readonly string[];
  readonly patterns: readonly { readonly pattern: string; readonly directory: string }[];
  /** Commands cannot be watched; they are asked again after this time. */
  readonly againAfterMs: number | null;
}

export interface Gathered {
  readonly root: MapNode;
  readonly servers: Map<string, Named>;
  readonly groups: Map<string, Named>;
  readonly mailboxes: Named[];
  readonly files: Set<string>;
  readonly patterns: { pattern: string; directory: string }[];
  againAfterMs: number | null;
}

export interface GatherContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly findings: Findings;
}

const DEFAULT_EVERY_MS = 15 * 60_000;

export async function gather(file: string, context: GatherContext): Promise<Gathered> {
  const root = emptyMap({ source: { name: file, directory: dirname(resolve(file)) }, line: 1, column: 1 });
  const gathered: Gathered = {
    root,
    servers: new Map(),
    groups: new Map(),
    mailboxes: [],
    files: new Set(),
    patterns: [],
    againAfterMs: null,
  };
  await gatherFile({ ...context, gathered }, file, null, []);
  return gathered;
}

interface Gathering extends GatherContext {
  readonly gathered: Gathered;
}

interface Asked {
  readonly at: Place;
  readonly path: Path;
}

async function gatherFile(gathering: Gathering, name: string, asked: Asked | null, chain: readonly string[]): Promise<void> {
  const file = resolve(name);
  const { findings, gathered } = gathering;
  if (chain.includes(file)) {
    findings.problem(
      asked!.at,
      asked!.path,
      `${name} includes itself, over ${chain.length} file(s)`,
      'remove one of the includes',
    );
    return;
  }
  if (gathered.files.has(file)) return;
  gathered.files.add(file);
  const source: Source = { name, directory: dirname(file) };
  const content = await readText(file);
  if ('reason' in content) return reportUnreadable(gathering, source, content.reason, asked);
  const { node, problems } = readYaml(content.text, source);
  findings.add(problems);
  if (node === null) return;
  dropEmptySections(node);
  validate(node, (chain.length === 0 ? fileSchema : includedSchema) as z.ZodType, findings);
  if (chain.length === 0) for (const [key, entry] of node.entries) gathered.root.entries.set(key, entry);
  take(gathering, node);
  await takeSources(gathering, node);
  await takeIncludes(gathering, node, [...chain, file]);
}

function reportUnreadable(gathering: Gathering, source: Source, reason: string, asked: Asked | null): void {
  const at = asked?.at ?? { source, line: 0, column: 0 };
  const first = asked === null && reason.includes('ENOENT');
  const suggestion = first
    ? 'name it with --config FILE or MAILROOM_CONFIG, or begin with "mailroom init ADDRESS"'
    : 'check the file';
  gathering.findings.problem(at, asked?.path ?? '', `cannot read ${source.name}: ${reason}`, suggestion);
}

/** "mailboxes:" with everything below it commented out means none. */
function dropEmptySections(node: MapNode): void {
  for (const [key, entry] of node.entries) {
    if (entry.node.kind === 'scalar' && entry.node.value === null) node.entries.delete(key);
  }
}

function take(gathering: Gathering, node: MapNode): void {
  takeNamed(gathering, node, 'servers', gathering.gathered.servers);
  takeNamed(gathering, node, 'groups', gathering.gathered.groups);
  const list = node.entries.get('mailboxes')?.node;
  if (list?.kind !== 'list') return;
  list.items.forEach((item, index) => {
    if (item.kind === 'map') gathering.gathered.mailboxes.push({ name: '', node: item, at: item.at, path: ['mailboxes', index] });
  });
}

function takeNamed(gathering: Gathering, node: MapNode, key: 'servers' | 'groups', into: Map<string, Named>): void {
  for (const [name, entry] of childMap(node, key)?.entries ?? []) {
    const known = into.get(name);
    if (known !== undefined) {
      const where = `${known.at.source.name}:${known.at.line}`;
      gathering.findings.problem(entry.keyAt, [key, name], `"${name}" is already defined at ${where}`, 'rename one of the two');
    } else {
      const inner = entry.node.kind === 'map' ? entry.node : null;
      // What is not even a section was reported; its name stays known, so that nobody misses it.
      into.set(name, { name, node: inner ?? brokenSection(entry.node), at: entry.keyAt, path: [key, name] });
    }
  }
}

function brokenSection(node: Node): MapNode {
  const section = emptyMap(node.at);
  for (const key of ['type', 'host']) section.entries.set(key, { keyAt: node.at, node: { kind: 'broken', at: node.at } });
  return section;
}

async function takeSources(gathering: Gathering, node: MapNode): Promise<void> {
  const list = node.entries.get('mailboxesFrom')?.node;
  if (list?.kind !== 'list') return;
  for (const [index, item] of list.items.entries()) if (item.kind === 'map') await takeSource(gathering, item, index);
}

async function takeSource({ env, findings, gathered }: Gathering, node: MapNode, index: number): Promise<void> {
  const path: Path = ['mailboxesFrom', index];
  const parsed = includedSchema.shape.mailboxesFrom.safeParse([plain(node)]);
  // Its own problems are reported already; it is left out until they are mended.
  if (!parsed.success || [...node.entries.values()].some((entry) => entry.node.kind === 'broken')) return;
  const written = parsed.data![0] as WrittenMailboxSource;
  for (const file of [written.csv, written.ndjson]) {
    if (file !== undefined) gathered.files.add(resolve(node.at.source.directory, file));
  }
  if (written.exec !== undefined) {
    gathered.againAfterMs = Math.min(gathered.againAfterMs ?? Number.POSITIVE_INFINITY, written.every ?? DEFAULT_EVERY_MS);
  }
  const rows = await readMailboxSource({ written, node, path, env, findings });
  for (const row of rows) gathered.mailboxes.push({ name: '', node: row.node, at: row.node.at, path: row.path });
}

async function takeIncludes(gathering: Gathering, node: MapNode, chain: readonly string[]): Promise<void> {
  const include = node.entries.get('include')?.node;
  const patterns = include?.kind === 'list' ? include.items : include === undefined ? [] : [include];
  for (const [index, item] of patterns.entries()) {
    const pattern = text(item);
    if (pattern === undefined) continue;
    const path: Path = include?.kind === 'list' ? ['include', index] : ['include'];
    for (const name of await matching(gathering, pattern, { at: item.at, path })) {
      await gatherFile(gathering, name, { at: item.at, path }, chain);
    }
  }
}

async function matching(gathering: Gathering, pattern: string, asked: Asked): Promise<string[]> {
  const { name, directory } = asked.at.source;
  const shown = (match: string) => (isAbsolute(match) ? match : join(dirname(name), match));
  gathering.gathered.patterns.push({ pattern, directory });
  // A plain name is a promise that the file is there; a pattern is not.
  if (!/[*?[{]/.test(pattern)) return [shown(pattern)];
  const matches: string[] = [];
  for await (const match of glob(pattern, { cwd: directory })) matches.push(match);
  if (matches.length === 0)
    gathering.findings.warning(asked.at, asked.path, `"${pattern}" matches no file`, `looked in ${directory}`);
  return matches.sort().map(shown);
}
