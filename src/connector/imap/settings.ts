/** What the operator wrote of an IMAP server, checked. */
import { X509Certificate } from 'node:crypto';
import { Failure } from '../../model/failure.ts';

export interface ImapSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** Must be true for `tls: none`: mail and password go over the network for everyone to read. */
  readonly allowClearText: boolean;
  /** PEM of the only authority to trust; null: the usual public ones. */
  readonly ca: string | null;
  /** The name the certificate must be for, where that is not `host`. */
  readonly serverName: string | null;
  /** How long the server may stay silent when an answer is due. */
  readonly timeoutMs: number;
}

const MODES: readonly string[] = ['implicit', 'starttls', 'none'];
const DEFAULT_TIMEOUT_MS = 60_000;

export function parseImapSettings(raw: unknown): ImapSettings {
  const given = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const tls = (given.tls ?? 'implicit') as ImapSettings['tls'];
  if (!MODES.includes(tls)) throw refused(`tls must be one of ${MODES.join(', ')}`);
  const allowClearText = given.allowClearText === true;
  if (tls === 'none' && !allowClearText) {
    throw refused('tls: none sends password and mail in clear text; use implicit or starttls, or say allowClearText: true');
  }
  return {
    ...{ tls, allowClearText },
    host: readText(given.host, 'host') ?? fail('host is missing'),
    port: readNumber(given.port ?? (tls === 'implicit' ? 993 : 143), 'port', 65_535),
    ca: readAuthority(readText(given.ca, 'ca')),
    serverName: readText(given.serverName, 'serverName'),
    timeoutMs: readNumber(given.timeoutMs ?? DEFAULT_TIMEOUT_MS, 'timeoutMs', 3_600_000),
  };
}

const refused = (problem: string) =>
  new Failure('refused', `IMAP settings: ${problem}`, { remedy: `Change the server: ${problem}.` });
const fail = (problem: string): never => {
  throw refused(problem);
};

function readText(value: unknown, name: string): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' || /[\0\r\n]/.test(name === 'ca' ? '' : value)) throw refused(`${name} must be a line of text`);
  return value;
}

function readNumber(value: unknown, name: string, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
    throw refused(`${name} must be a whole number from 1 to ${max}`);
  }
  return value;
}

function readAuthority(pem: string | null): string | null {
  if (pem === null) return null;
  try {
    void new X509Certificate(pem);
    return pem;
  } catch {
    throw refused('ca is not a certificate in PEM form');
  }
}
