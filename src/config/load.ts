/**
 * The file, what it includes and the sources it names -> one frozen Config, or every problem at once.
 *
 * Promises: no server is touched and no secret is read; nothing of a faulty configuration gets out; each problem names file,
 * line and column and what to do; secrets are never quoted. `now` gives ages ("90 days") their beginning, `env` goes to the
 * commands of `mailboxesFrom`.
 */
import type { Config, Problem } from './config.ts';
import { checkDuplicates } from './duplicate.ts';
import { createExplanation, type Explanation } from './explain.ts';
import { type Gathered, gather, type Watched } from './gather.ts';
import { childMap, dotted, emptyMap } from './node.ts';
import { createFindings, type Findings } from './problem.ts';
import { type ResolvedMailbox, resolveMailbox } from './resolve-mailbox.ts';
import { type ResolvedServer, resolveServer } from './resolve-server.ts';
import { resolveProviders, resolveSettings } from './resolve-settings.ts';
import type { House, Layer } from './resolving.ts';

export interface LoadOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
}

export type Loaded =
  | { readonly config: Config; readonly explanation: Explanation; readonly watched: Watched }
  | {
      readonly problems: readonly Problem[];
      readonly warnings: readonly Problem[];
      readonly watched: Watched;
      /** As far as it can be told: a running server may have left word there. */
      readonly dataDir: string;
    };

export async function loadConfig(file: string, options: LoadOptions): Promise<Loaded> {
  const findings = createFindings();
  const gathered = await gather(file, { env: options.env, findings });
  const servers = await resolveServers(gathered, findings);
  const providers = resolveProviders(gathered.root, findings);
  const house: House = {
    servers,
    groups: gathered.groups,
    defaults: layer(gathered, 'defaults'),
    limits: limitsLayer(gathered),
    providers: providers.ready,
    brokenProviders: providers.broken,
    findings,
    now: options.now,
  };
  const mailboxes = gathered.mailboxes.map((named) => resolveMailbox(named, house)).filter((mailbox) => mailbox !== null);
  checkDuplicates(mailboxes, findings);
  const settings = resolveSettings(gathered.root, findings);
  if (findings.count() === 0) warnUnused(gathered, mailboxes, findings);
  const watched = watchedOf(gathered);
  const problems = findings.problems();
  if (problems.length > 0) return { problems, warnings: findings.warnings(), watched, dataDir: settings.dataDir };
  const config: Config = {
    file,
    ...settings,
    oauth: providers.ready,
    servers: new Map([...servers].flatMap(([name, server]) => (server === null ? [] : [[name, server.config]]))),
    mailboxes: mailboxes.flatMap((mailbox) => mailbox.config ?? []),
    warnings: findings.warnings(),
  };
  return { config: deepFreeze(config), explanation: createExplanation(mailboxes, servers), watched };
}

async function resolveServers(gathered: Gathered, findings: Findings): Promise<Map<string, ResolvedServer | null>> {
  const servers = new Map<string, ResolvedServer | null>();
  for (const [name, named] of gathered.servers) servers.set(name, await resolveServer(named, findings, gathered.files));
  return servers;
}

function layer(gathered: Gathered, key: 'defaults'): Layer | null {
  const node = childMap(gathered.root, key);
  return node === undefined ? null : { node, path: [key] };
}

function limitsLayer(gathered: Gathered): Layer | null {
  const limits = childMap(gathered.root, 'limits');
  if (limits === undefined) return null;
  const entries = new Map(limits.entries);
  entries.delete('concurrentMailboxes');
  const node = emptyMap(limits.at);
  node.entries.set('limits', { keyAt: limits.at, node: { ...limits, entries } });
  return { node, path: [] };
}

function warnUnused(gathered: Gathered, mailboxes: readonly ResolvedMailbox[], findings: Findings): void {
  if (gathered.mailboxes.length === 0) {
    findings.warning(
      gathered.root.at,
      'mailboxes',
      'there is no mailbox',
      'write one under mailboxes:, or run "mailroom init ADDRESS"',
    );
    return;
  }
  const used = new Set(mailboxes.map((mailbox) => mailbox.config?.group));
  for (const group of gathered.groups.values()) {
    if (!used.has(group.name)) findings.warning(group.at, dotted(group.path), `no mailbox is in the group "${group.name}"`, null);
  }
}

function watchedOf({ files, patterns, againAfterMs }: Gathered): Watched {
  return { files: [...files], patterns, againAfterMs };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Date || Object.isFrozen(value)) return value;
  if (value instanceof Map) value.forEach(deepFreeze);
  else Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
