/** What the operator wrote of an Exchange server, checked, and whose mailbox is meant. */
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { Failure } from '../../model/failure.ts';

const ACCESS = ['direct', 'impersonate', 'delegate'] as const;

const schema = z.object({
  url: z.url({ protocol: /^https?$/ }),
  access: z.enum(ACCESS).default('direct'),
  mailbox: z.email().nullish(),
  allowClearText: z.boolean().default(false),
  ca: z.string().nullish(),
  serverName: z.string().nullish(),
  timeoutMs: z.int().min(1).max(3_600_000).default(60_000),
  channelBinding: z.enum(['auto', 'never']).default('auto'),
  contactAddresses: z.enum(['mailing', 'all']).default('mailing'),
  attachmentBytes: z.int().min(0).default(0),
});

export interface ExchangeSettings {
  /** Where EWS answers, `https://mail.example.com/EWS/Exchange.asmx`. */
  readonly url: URL;
  /** direct: the login's own mailbox. impersonate: acts as the mailbox. delegate: opens its folders by the rights it was given. */
  readonly access: (typeof ACCESS)[number];
  /** SMTP address of the mailbox; null only with direct access. */
  readonly mailbox: string | null;
  /** PEM of the only authority to trust; null: the usual public ones. */
  readonly ca: string | null;
  /** The name the certificate must be for, where that is not the host of the url. */
  readonly serverName: string | null;
  /** How long the server may stay silent when an answer is due. */
  readonly timeoutMs: number;
  /** Binds NTLM to the TLS connection (RFC 5929). `never` where a proxy with a certificate of its own stands in between. */
  readonly channelBinding: 'auto' | 'never';
  /** mailing: our business address is Exchange's mailing address, the others do not travel. all: the three are the three. */
  readonly contactAddresses: 'mailing' | 'all';
  /** Files of appointments up to this size are read and written; 0: none are. */
  readonly attachmentBytes: number;
}

export function parseExchangeSettings(raw: unknown): ExchangeSettings {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw refused(z.prettifyError(parsed.error).replaceAll('\n', ' '), 'Change the server as it says.');
  const { url: text, allowClearText, mailbox = null, ca = null, serverName = null, ...rest } = parsed.data;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw refused('url holds a login', 'Write it under auth.');
  if (url.protocol === 'http:' && !allowClearText)
    throw refused('http sends password and mail in clear text', 'Use https, or say allowClearText: true on a trusted network.');
  if (rest.access !== 'direct' && mailbox === null)
    throw refused(`access: ${rest.access} needs to know which mailbox`, 'Give the mailbox its address.');
  if (ca !== null) checkAuthority(ca);
  return { url, mailbox, ca, serverName, ...rest };
}

/** Whose budget a call is taken from: that of the mailbox acted as, else that of the login (a delegate's too). */
export const chargedTo = ({ access, mailbox }: ExchangeSettings, username: string): string =>
  (access === 'impersonate' && mailbox !== null ? mailbox : username).toLowerCase();

const refused = (problem: string, remedy: string) => new Failure('refused', `Exchange settings: ${problem}`, { remedy });

function checkAuthority(pem: string): void {
  try {
    void new X509Certificate(pem);
  } catch {
    throw refused('ca is not a certificate in PEM form', 'It begins with -----BEGIN CERTIFICATE-----.');
  }
}
