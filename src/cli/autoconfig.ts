/** Reads the XML by which a domain tells mail programs its servers (Thunderbird's autoconfig, version 1.1). */
import { SaxesParser } from 'saxes';
import type { Endpoint, Servers } from './known-provider.ts';

interface Offer {
  readonly kind: string;
  readonly fields: Map<string, string>;
}

/** Null when it names no encrypted server, or is no such XML. */
export function readAutoconfig(xml: string, foundBy: string): Servers | null {
  const offers = readOffers(xml);
  const incoming = offers.filter(({ kind }) => kind === 'imap' || kind === 'pop3');
  const first =
    incoming.find(({ kind, fields }) => kind === 'imap' && endpoint(fields)) ?? incoming.find(({ fields }) => endpoint(fields));
  const outgoing = offers.find(({ kind, fields }) => kind === 'smtp' && endpoint(fields));
  if (first === undefined) return null;
  return {
    incoming: { type: first.kind as 'imap' | 'pop3', ...endpoint(first.fields)! },
    outgoing: outgoing === undefined ? null : endpoint(outgoing.fields),
    username: toPlaceholders(first.fields.get('username') ?? '%EMAILADDRESS%'),
    oauth: null,
    note: null,
    foundBy,
  };
}

function readOffers(xml: string): Offer[] {
  const offers: Offer[] = [];
  let open: Offer | null = null;
  let words = '';
  // saxes resolves no external entities and knows no declared ones, so that nothing can be expanded or fetched.
  const parser = new SaxesParser();
  let broken = false;
  parser.on('error', () => {
    broken = true;
  });
  parser.on('opentag', ({ name, attributes }) => {
    words = '';
    if (name === 'incomingServer' || name === 'outgoingServer')
      open = { kind: String(attributes.type ?? '').toLowerCase(), fields: new Map() };
  });
  parser.on('text', (text) => {
    words += text;
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'incomingServer' || name === 'outgoingServer') {
      if (open !== null) offers.push(open);
      open = null;
    } else if (open !== null && !open.fields.has(name)) open.fields.set(name, words.trim());
  });
  parser.write(xml).close();
  // Half a file may lack the better half.
  return broken ? [] : offers;
}

function endpoint(fields: ReadonlyMap<string, string>): Endpoint | null {
  const host = fields.get('hostname') ?? '';
  const port = Number(fields.get('port'));
  const socket = (fields.get('socketType') ?? '').toUpperCase();
  const tls = socket === 'SSL' || socket === 'TLS' ? 'implicit' : socket === 'STARTTLS' ? 'starttls' : null;
  if (tls === null || !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host) || !Number.isInteger(port) || port < 1 || port > 65535)
    return null;
  return { host, port, tls };
}

function toPlaceholders(username: string): string {
  return username
    .replaceAll('%EMAILADDRESS%', '{address}')
    .replaceAll('%EMAILLOCALPART%', '{localpart}')
    .replaceAll('%EMAILDOMAIN%', '{domain}');
}
