/** Each resolved value of a mailbox with where it came from. */
import { createHash } from 'node:crypto';
import type { Secret } from './config.ts';
import { descend, dotted, isBroken, type Node, type Path, type Place, plain, text } from './node.ts';
import type { ResolvedMailbox } from './resolve-mailbox.ts';
import type { ResolvedServer } from './resolve-server.ts';
import { secretWords, toSecret } from './secret.ts';
import { inline } from './wording.ts';

export interface ExplainedValue {
  readonly path: string;
  readonly value: string;
  /** file:line:column, or built-in. */
  readonly origin: string;
}

export interface LocatedSecret {
  readonly secret: Secret;
  readonly at: Place;
  readonly path: string;
}

export interface Explanation {
  /** By address, alias or id; null when there is no such mailbox. */
  explain(addressOrId: string): readonly ExplainedValue[] | null;
  /** Changes exactly when something about the mailbox as written changes. */
  fingerprint(id: string): string | null;
  names(): string[];
  /** Every place that names a secret of a mailbox, each once. */
  secrets(): LocatedSecret[];
}

export function createExplanation(
  mailboxes: readonly ResolvedMailbox[],
  servers: ReadonlyMap<string, ResolvedServer | null>,
): Explanation {
  const byName = indexed(mailboxes);
  return {
    explain(name) {
      const mailbox = byName.get(name) ?? byName.get(name.toLowerCase());
      return mailbox === undefined ? null : explainMailbox(mailbox, servers);
    },
    fingerprint(id) {
      const mailbox = byName.get(id);
      return mailbox === undefined ? null : fingerprintOf(mailbox, servers);
    },
    names: () => mailboxes.map((mailbox) => mailbox.address),
    secrets: () => secretsOf(mailboxes),
  };
}

function indexed(mailboxes: readonly ResolvedMailbox[]): Map<string, ResolvedMailbox> {
  const byName = new Map<string, ResolvedMailbox>();
  for (const mailbox of mailboxes) {
    for (const alias of mailbox.config?.aliases ?? []) byName.set(alias.toLowerCase(), mailbox);
  }
  for (const mailbox of mailboxes) byName.set(mailbox.address.toLowerCase(), mailbox);
  for (const mailbox of mailboxes) byName.set(mailbox.id, mailbox);
  return byName;
}

function secretsOf(mailboxes: readonly ResolvedMailbox[]): LocatedSecret[] {
  const all = mailboxes.flatMap(({ node, named }) =>
    ['receive', 'send', 'items'].flatMap((section) => {
      const password = descend(node, [section, 'auth', 'password']);
      if (password === undefined || isBroken(password)) return [];
      return [{ secret: toSecret(password), at: password.at, path: dotted([...named.path, section, 'auth', 'password']) }];
    }),
  );
  return [...new Map(all.map((found) => [`${originOf(found.at)} ${JSON.stringify(found.secret)}`, found])).values()];
}

const ORDER = ['id', 'address', 'aliases', 'owner', 'group', 'keep', 'receive', 'send', 'items', 'limits'];

function explainMailbox(mailbox: ResolvedMailbox, servers: ReadonlyMap<string, ResolvedServer | null>): ExplainedValue[] {
  const rows: ExplainedValue[] = [];
  for (const key of ORDER) {
    const entry = mailbox.node.entries.get(key);
    if (entry === undefined) continue;
    flatten(entry.node, [key], rows);
    const server = servers.get(serverName(entry.node) ?? '');
    if (server === undefined || server === null) continue;
    for (const [name, value] of server.node.entries) {
      if (name !== 'auth' && name !== 'since') flatten(value.node, [key, `server(${server.config.name})`, name], rows);
    }
  }
  return rows;
}

function serverName(node: Node): string | undefined {
  return node.kind === 'map' ? text(node.entries.get('server')?.node) : undefined;
}

function flatten(node: Node, path: Path, rows: ExplainedValue[]): void {
  if (isBroken(node)) return;
  const key = path.at(-1);
  if (key === 'password') {
    rows.push({ path: dotted(path), value: secretWords(toSecret(node)), origin: originOf(node.at) });
  } else if (node.kind === 'map' && node.entries.size > 0) {
    for (const [name, entry] of node.entries) flatten(entry.node, [...path, name], rows);
  } else rows.push({ path: dotted(path), value: inline(plain(node)), origin: originOf(node.at) });
}

export function originOf(at: Place): string {
  return at.line === 0 ? 'built-in' : `${at.source.name}:${at.line}:${at.column}`;
}

function fingerprintOf(mailbox: ResolvedMailbox, servers: ReadonlyMap<string, ResolvedServer | null>): string {
  const used = ['receive', 'send', 'items'].map((section) => {
    const node = mailbox.node.entries.get(section)?.node;
    const server = node === undefined ? undefined : servers.get(serverName(node) ?? '');
    // The file of an authority may change without its name.
    return server === undefined || server === null ? null : [plain(server.node), server.config.ca];
  });
  return createHash('sha256')
    .update(JSON.stringify([sorted(plain(mailbox.node)), sorted(used)]))
    .digest('hex');
}

/** Keys in one order: moving a line is no change. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
