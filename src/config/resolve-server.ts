import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { defaultPort, defaultServer, usualTls } from './built-in.ts';
import type { ServerConfig, ServerType, TlsMode } from './config.ts';
import type { Named } from './gather.ts';
import { overlay } from './merge.ts';
import { BUILT_IN, descend, emptyMap, isBroken, type MapNode, type Node, type Path, plain, text } from './node.ts';
import { hasPlaceholder } from './placeholder.ts';
import type { Findings } from './problem.ts';
import { readText } from './read-text.ts';
import { serverSchema, type WrittenServer } from './schema-server.ts';

export interface ResolvedServer {
  readonly config: ServerConfig;
  /** As written, with the built-in values beneath: for the explanation. */
  readonly node: MapNode;
  readonly named: Named;
  /** Every mailbox logs in with the very same credential. */
  readonly sharedAuth: boolean;
}

interface Checking {
  readonly named: Named;
  readonly node: MapNode;
  readonly written: Partial<WrittenServer> & { readonly type: ServerType };
  readonly findings: Findings;
}

/** Null when it cannot be used; why was reported. */
export async function resolveServer(named: Named, findings: Findings, files: Set<string>): Promise<ResolvedServer | null> {
  const type = text(named.node.entries.get('type')?.node) as ServerType | undefined;
  if (type === undefined) return null;
  const node = withPort(overlay(defaultServer(type), named.node) as MapNode, type);
  const parsed = serverSchema.partial({ type: true }).safeParse(plain(node));
  if (!parsed.success) return null;
  const checking: Checking = { named, node, written: { ...parsed.data, type }, findings };
  const reachable = checkAddress(checking);
  checkTls(checking);
  checkLimits(checking);
  const ca = await readCa(checking, files);
  if (!reachable) return null;
  const auth = named.node.entries.get('auth')?.node;
  const shared = auth?.kind === 'map' && auth.entries.has('username') && !hasPlaceholder(auth);
  return { config: toConfig(checking, ca), node, named, sharedAuth: shared };
}

function withPort(node: MapNode, type: ServerType): MapNode {
  if (node.entries.has('port') || type === 'memory' || type === 'exchange') return node;
  const tls = (text(node.entries.get('tls')?.node) ?? 'implicit') as TlsMode;
  const value: Node = { kind: 'scalar', at: BUILT_IN, value: defaultPort(type, tls) };
  return { ...node, entries: new Map(node.entries).set('port', { keyAt: BUILT_IN, node: value }) };
}

function problem(checking: Checking, path: Path, message: string, suggestion: string): void {
  const at = descend(checking.named.node, path)?.at ?? checking.named.at;
  checking.findings.problem(at, [...checking.named.path, ...path], message, suggestion);
}

function warning(checking: Checking, path: Path, message: string, suggestion: string): void {
  const at = descend(checking.named.node, path)?.at ?? checking.named.at;
  checking.findings.warning(at, [...checking.named.path, ...path], message, suggestion);
}

/** Which keys belong to which types only. */
const BELONGS_TO: Readonly<Record<string, readonly ServerType[]>> = {
  host: ['imap', 'pop3', 'smtp'],
  port: ['imap', 'pop3', 'smtp'],
  tls: ['imap', 'pop3', 'smtp'],
  serverName: ['imap', 'pop3', 'smtp', 'exchange'],
  ca: ['imap', 'pop3', 'smtp', 'exchange'],
  url: ['exchange'],
  access: ['exchange'],
  channelBinding: ['exchange'],
  login: ['pop3'],
  window: ['pop3'],
  recent: ['pop3'],
  options: ['memory'],
};

function checkAddress(checking: Checking): boolean {
  const { named, written } = checking;
  for (const [key, types] of Object.entries(BELONGS_TO)) {
    if (!named.node.entries.has(key) || types.includes(written.type)) continue;
    problem(checking, [key], `a server of type ${written.type} has no ${key}`, `remove it, or write type: ${types.join(' | ')}`);
  }
  if (written.type === 'memory') return true;
  const needed = written.type === 'exchange' ? 'url' : 'host';
  if (written[needed] !== undefined) return true;
  if (isBroken(named.node.entries.get(needed)?.node)) return false;
  const example = needed === 'url' ? 'https://mail.example.com/EWS/Exchange.asmx' : 'mail.example.com';
  problem(checking, [], `the server has no ${needed}`, `write ${needed}: ${example}`);
  return false;
}

function checkTls(checking: Checking): void {
  const { written, named } = checking;
  if (written.type === 'memory') return;
  const clear = written.type === 'exchange' ? written.url?.startsWith('http:') === true : written.tls === 'none';
  if (clear && written.allowClearText !== true) {
    const path = written.type === 'exchange' ? ['url'] : ['tls'];
    problem(
      checking,
      path,
      'passwords and mail would go over the network in clear text',
      'write tls: implicit or starttls (https), or allow it with allowClearText: true',
    );
  } else if (clear) {
    warning(
      checking,
      ['allowClearText'],
      'passwords and mail go over the network in clear text',
      'only for a server on the same machine or network',
    );
  }
  const usual = written.port === undefined ? null : usualTls(written.type, written.port);
  const tls = written.tls ?? 'implicit';
  if (!named.node.entries.has('port') || usual === null || usual === tls || (usual === 'starttls' && tls === 'none')) return;
  warning(
    checking,
    ['port'],
    `port ${written.port} is usually tls: ${usual}, and this server says tls: ${tls}`,
    `write tls: ${usual}, or port: ${defaultPort(written.type, tls)}`,
  );
}

/** EwsMaxConcurrency of Exchange's default throttling policy. */
const EWS_CONNECTIONS = 27;

function checkLimits(checking: Checking): void {
  const { type, limits } = checking.written;
  const asked = limits?.connectionsPerAccount;
  if (type !== 'exchange' || asked === undefined || asked < EWS_CONNECTIONS) return;
  warning(
    checking,
    ['limits', 'connectionsPerAccount'],
    `Exchange lets an account have ${EWS_CONNECTIONS} connections at a time, those of Outlook and phones among them, and this asks for ${asked}`,
    'write fewer, or raise EwsMaxConcurrency in the throttling policy of the account',
  );
}

async function readCa(checking: Checking, files: Set<string>): Promise<string | null> {
  const node = descend(checking.named.node, ['ca', 'file']);
  const name = text(node);
  if (node === undefined || name === undefined) return null;
  const file = resolve(node.at.source.directory, name);
  files.add(file);
  const content = await readText(file);
  if ('reason' in content) {
    problem(checking, ['ca', 'file'], `cannot read ${name}: ${content.reason}`, 'check the path');
    return null;
  }
  try {
    const certificate = new X509Certificate(content.text);
    if (!certificate.ca)
      warning(checking, ['ca', 'file'], `${name} is not the certificate of an authority`, 'is it the server’s own?');
    return content.text;
  } catch {
    problem(checking, ['ca', 'file'], `${name} holds no certificate`, 'it must be PEM: -----BEGIN CERTIFICATE-----');
    return null;
  }
}

function toConfig({ named, written, node }: Checking, ca: string | null): ServerConfig {
  const url = written.url === undefined ? null : new URL(written.url);
  const tls: TlsMode = url === null ? (written.tls ?? 'implicit') : url.protocol === 'http:' ? 'none' : 'implicit';
  const full = serverSchema.parse({ ...(plain(defaultServer(written.type)) as object), type: written.type });
  const limits = { ...full.limits, ...defined(written.limits) };
  const polling = { ...full.polling, ...defined(written.polling) };
  return {
    name: named.name,
    type: written.type,
    host: url?.hostname ?? written.host ?? written.type,
    port: url === null ? (written.port ?? 0) : Number(url.port) || defaultPort('exchange', tls),
    tls,
    allowClearText: written.allowClearText ?? false,
    ca,
    serverName: written.serverName ?? null,
    limits: {
      connections: limits.connections!,
      connectionsPerAccount: limits.connectionsPerAccount!,
      timeoutMs: limits.timeout!,
    },
    polling: { everyMs: polling.every!, quietEveryMs: Math.max(polling.every!, polling.quietEvery!), push: polling.push! },
    options: optionsOf(written, node),
  };
}

function optionsOf(written: Partial<WrittenServer>, node: MapNode): Record<string, unknown> {
  if (written.type === 'memory') return { ...(plain(node.entries.get('options')?.node ?? emptyMap(BUILT_IN)) as object) };
  if (written.type === 'pop3') return { login: written.login, window: written.window, recent: written.recent };
  const { url, access, channelBinding } = written;
  return written.type === 'exchange' ? { url, access, channelBinding } : {};
}

function defined<T extends object>(values: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}
