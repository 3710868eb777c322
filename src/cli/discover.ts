/**
 * Finds the servers of an address: known providers, the domain's mail exchangers, its autoconfig file, its SRV records
 * (RFC 6186, RFC 8314), and at last the usual names, if something answers there.
 *
 * Everything over the network is encrypted or only names a server whose certificate is checked later; answers are bounded in
 * size and time; a redirect may not lead into the private network.
 */
import { lookup as dnsLookup, Resolver } from 'node:dns/promises';
import { BlockList, connect, isIP } from 'node:net';
import { readAutoconfig } from './autoconfig.ts';
import { type Endpoint, knownByDomain, knownByExchanger, type Servers } from './known-provider.ts';

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** What it asks the network with; tests bring their own. */
export interface Network {
  resolveSrv(name: string): Promise<readonly SrvRecord[]>;
  resolveMx(domain: string): Promise<readonly { readonly exchange: string; readonly priority: number }[]>;
  lookup(host: string): Promise<readonly string[]>;
  fetch(url: string, options: { readonly redirect: 'manual'; readonly signal: AbortSignal }): Promise<Response>;
  answers(host: string, port: number): Promise<boolean>;
}

const TIMEOUT_MS = 4_000;
const MAX_BYTES = 256 * 1024;
const MAX_REDIRECTS = 3;

export async function discover(address: string, network: Network): Promise<Servers | null> {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  const known = knownByDomain(domain);
  if (known !== null) return known;
  const [hosted, told, records] = await Promise.all([
    byExchanger(domain, network),
    byAutoconfig(address, domain, network),
    bySrv(domain, network),
  ]);
  return hosted ?? told ?? records ?? byUsualNames(domain, network);
}

async function byExchanger(domain: string, network: Network): Promise<Servers | null> {
  const exchangers = await network.resolveMx(domain).catch(() => []);
  for (const { exchange } of exchangers) {
    const known = knownByExchanger(exchange);
    if (known !== null) return known;
  }
  return null;
}

async function byAutoconfig(address: string, domain: string, network: Network): Promise<Servers | null> {
  const urls = [
    `https://autoconfig.${domain}/mail/config-v1.1.xml?emailaddress=${encodeURIComponent(address)}`,
    `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`,
  ];
  const found = await Promise.all(urls.map(async (url) => readXml(await download(url, network).catch(() => null), url)));
  return found.find((servers) => servers !== null) ?? null;
}

function readXml(xml: string | null, url: string): Servers | null {
  return xml === null ? null : readAutoconfig(xml, `autoconfig of ${new URL(url).host}`);
}

async function download(url: string, network: Network): Promise<string | null> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let at = new URL(url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await network.fetch(at.href, { redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response.ok ? bounded(response) : null;
    await response.body?.cancel();
    at = new URL(location, at);
    if (at.protocol !== 'https:' || (await leadsInside(at.hostname, network))) return null;
  }
  return null;
}

async function bounded(response: Response): Promise<string | null> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength;
    if (bytes > MAX_BYTES) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  PRIVATE.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  PRIVATE.addSubnet(network, bits, 'ipv6');
}

/** A stranger's redirect must not make this machine ask its neighbours. */
async function leadsInside(hostname: string, network: Network): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : await network.lookup(host).catch(() => []);
  return addresses.length === 0 || addresses.some((address) => PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
}

async function bySrv(domain: string, network: Network): Promise<Servers | null> {
  const ask = async (service: string, tls: Endpoint['tls']): Promise<Endpoint | null> => {
    const records = await network.resolveSrv(`_${service}._tcp.${domain}`).catch(() => []);
    const best = records.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight)[0];
    // RFC 6186 3.4: a target of "." says that the service is not offered.
    if (best === undefined || best.name === '' || best.name === '.') return null;
    return { host: best.name.replace(/\.$/, ''), port: best.port, tls };
  };
  const [imaps, imap, pop3s, pop3, submissions, submission] = await Promise.all([
    ask('imaps', 'implicit'),
    ask('imap', 'starttls'),
    ask('pop3s', 'implicit'),
    ask('pop3', 'starttls'),
    ask('submissions', 'implicit'),
    ask('submission', 'starttls'),
  ]);
  const overImap = imaps ?? imap;
  const overPop3 = pop3s ?? pop3;
  const incoming = overImap ? { type: 'imap' as const, ...overImap } : overPop3 ? { type: 'pop3' as const, ...overPop3 } : null;
  if (incoming === null) return null;
  return {
    incoming,
    outgoing: submissions ?? submission,
    username: '{address}',
    oauth: null,
    note: null,
    foundBy: `SRV records of ${domain}`,
  };
}

async function byUsualNames(domain: string, network: Network): Promise<Servers | null> {
  const first = async <T extends Endpoint>(candidates: readonly T[]): Promise<T | null> => {
    const answers = await Promise.all(candidates.map(({ host, port }) => network.answers(host, port).catch(() => false)));
    return candidates.find((_, index) => answers[index]) ?? null;
  };
  const names = (type: 'imap' | 'pop3', prefixes: readonly string[], port: number, tls: Endpoint['tls']) =>
    prefixes.map((prefix) => ({ type, host: `${prefix}.${domain}`, port, tls }));
  const [incoming, outgoing] = await Promise.all([
    first([
      ...names('imap', ['imap', 'mail'], 993, 'implicit'),
      ...names('imap', ['imap', 'mail'], 143, 'starttls'),
      ...names('pop3', ['pop', 'pop3', 'mail'], 995, 'implicit'),
      ...names('pop3', ['pop', 'pop3', 'mail'], 110, 'starttls'),
    ]),
    first([
      ...names('imap', ['smtp', 'mail'], 465, 'implicit').map(({ type: _, ...endpoint }) => endpoint),
      ...names('imap', ['smtp', 'mail'], 587, 'starttls').map(({ type: _, ...endpoint }) => endpoint),
    ]),
  ]);
  if (incoming === null) return null;
  return { incoming, outgoing, username: '{address}', oauth: null, note: null, foundBy: `the usual names under ${domain}` };
}

export function realNetwork(): Network {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
  return {
    resolveSrv: (name) => resolver.resolveSrv(name),
    resolveMx: (domain) => resolver.resolveMx(domain),
    lookup: async (host) => (await dnsLookup(host, { all: true })).map(({ address }) => address),
    fetch: (url, options) => fetch(url, options),
    answers,
  };
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (answered: boolean) => {
      socket.destroy();
      done(answered);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
