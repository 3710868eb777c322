/** What concerns the whole house: folders, database, log, OAuth2 clients. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { knownProvider, PROVIDER_ALIASES } from './built-in.ts';
import type { Config, OAuthProvider, Secret } from './config.ts';
import { child, childMap, descend, hasBroken, type MapNode, type Node, type Path, plain } from './node.ts';
import type { Findings } from './problem.ts';
import { fileSchema, type WrittenFile } from './schema.ts';
import { oauthSchema, type WrittenOAuth } from './schema-server.ts';
import { LITERAL_ADVICE, LITERAL_WARNING, toSecret } from './secret.ts';

type Settings = Pick<Config, 'dataDir' | 'databaseUrl' | 'tokenKey' | 'log' | 'http' | 'workers' | 'concurrentMailboxes'>;

export function resolveSettings(root: MapNode, findings: Findings): Settings {
  const parsed = fileSchema.pick({ data: true, log: true, http: true, workers: true, limits: true }).safeParse(pickPlain(root));
  const written: Partial<WrittenFile> = parsed.success ? parsed.data : {};
  const directory = (child(root, 'data') ?? root).at.source.directory;
  const http = written.http === false ? null : { host: written.http?.host ?? '127.0.0.1', port: written.http?.port ?? 9464 };
  return {
    dataDir: resolve(directory, written.data ?? 'data'),
    databaseUrl: secretAt(root, ['database', 'url'], findings),
    tokenKey: secretAt(root, ['tokens', 'key'], findings),
    log: { level: written.log?.level ?? 'info', format: written.log?.format ?? 'json' },
    http,
    workers: written.workers ?? Math.min(4, Math.max(1, availableParallelism() - 1)),
    concurrentMailboxes: written.limits?.concurrentMailboxes ?? 20,
  };
}

function pickPlain(root: MapNode): Record<string, unknown> {
  const keys = ['data', 'log', 'http', 'workers', 'limits'];
  return Object.fromEntries(keys.flatMap((key) => (child(root, key) === undefined ? [] : [[key, plain(child(root, key)!)]])));
}

function secretAt(root: MapNode, path: Path, findings: Findings): Secret | null {
  const node = descend(root, path);
  if (node === undefined || hasBroken(node)) return null;
  const secret = toSecret(node);
  // A database URL without a password is no secret.
  const harmless = secret.kind === 'literal' && path[0] === 'database' && !hasPassword(secret.value);
  if (secret.kind === 'literal' && !harmless) findings.warning(node.at, path, LITERAL_WARNING, LITERAL_ADVICE);
  if (secret.kind === 'literal' && path[0] === 'database') checkDatabaseUrl(node, secret.value, findings);
  return secret;
}

function hasPassword(url: string): boolean {
  return !URL.canParse(url) || new URL(url).password !== '' || new URL(url).searchParams.has('password');
}

function checkDatabaseUrl(node: Node, url: string, findings: Findings): void {
  if (URL.canParse(url) && ['postgres:', 'postgresql:'].includes(new URL(url).protocol)) return;
  findings.problem(
    node.at,
    ['database', 'url'],
    'this is no PostgreSQL address',
    'write postgresql://user@host:5432/name, best as { env: DATABASE_URL }',
  );
}

export interface Providers {
  readonly ready: Map<string, OAuthProvider>;
  readonly broken: Set<string>;
}

export function resolveProviders(root: MapNode, findings: Findings): Providers {
  const ready = new Map<string, OAuthProvider>();
  const broken = new Set<string>();
  for (const [written, entry] of childMap(root, 'oauth')?.entries ?? []) {
    const name = PROVIDER_ALIASES[written] ?? written;
    if (ready.has(name) || broken.has(name)) {
      findings.problem(
        entry.keyAt,
        ['oauth', written],
        `"${written}" is another word for "${name}", which stands above`,
        'keep one of the two',
      );
      continue;
    }
    const provider = resolveProvider(name, written, entry.node, findings);
    if (provider === null) broken.add(name);
    else ready.set(name, provider);
  }
  return { ready, broken };
}

function resolveProvider(name: string, written: string, node: Node, findings: Findings): OAuthProvider | null {
  const parsed = oauthSchema.safeParse(plain(node));
  if (!parsed.success) return null;
  const client = parsed.data;
  const known = knownProvider(name, client.tenant ?? 'common', client.grant);
  if (client.tenant !== undefined && name !== 'microsoft') {
    findings.problem(child(node, 'tenant')!.at, ['oauth', written, 'tenant'], 'only microsoft has tenants', 'remove it');
  }
  if (
    name === 'microsoft' &&
    client.grant === 'client-credentials' &&
    !/^[\w-]+(\.[\w-]+)+$|^[0-9a-f-]{36}$/i.test(client.tenant ?? '')
  ) {
    const advice = 'write tenant: contoso.onmicrosoft.com, or the directory id';
    findings.problem(
      node.at,
      ['oauth', written, 'tenant'],
      'client-credentials needs the tenant whose mailboxes are granted',
      advice,
    );
  }
  const needed = (['authorizationUrl', 'tokenUrl', 'scopes'] as const).filter(
    (key) => known === null && client[key] === undefined,
  );
  const missing = client.grant === 'client-credentials' ? needed.filter((key) => key !== 'authorizationUrl') : needed;
  if (missing.length > 0) {
    findings.problem(
      node.at,
      ['oauth', written],
      `"${written}" is not known by itself and lacks ${missing.join(', ')}`,
      'known are gmail, microsoft and yahoo; write the addresses of others',
    );
    return null;
  }
  const secret = child(node, 'clientSecret');
  const clientSecret = secret === undefined || hasBroken(secret) ? null : toSecret(secret);
  if (clientSecret?.kind === 'literal')
    findings.warning(secret!.at, ['oauth', written, 'clientSecret'], LITERAL_WARNING, LITERAL_ADVICE);
  return toProvider(name, client, clientSecret, known);
}

function toProvider(
  name: string,
  client: WrittenOAuth,
  clientSecret: Secret | null,
  known: ReturnType<typeof knownProvider>,
): OAuthProvider {
  return {
    name,
    clientId: client.clientId,
    clientSecret,
    authorizationUrl: client.authorizationUrl ?? known?.authorizationUrl ?? '',
    tokenUrl: client.tokenUrl ?? known?.tokenUrl ?? '',
    deviceUrl: client.deviceUrl ?? known?.deviceUrl ?? null,
    revocationUrl: client.revocationUrl ?? known?.revocationUrl ?? null,
    redirectUri: client.redirectUri ?? known?.redirectUri ?? null,
    scopes: client.scopes ?? known?.scopes ?? [],
    authorizationParameters: { ...known?.authorizationParameters, ...client.authorizationParameters },
    clientAuthentication: client.clientAuthentication ?? known?.clientAuthentication ?? 'post',
    grant: client.grant ?? 'login',
  };
}
