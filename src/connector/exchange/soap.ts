/** Requests as text: the envelope (SOAP 1.1, MS-OXWSCDATA 2.2.4) and the one place where values become XML. */

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const MESSAGES = 'http://schemas.microsoft.com/exchange/services/2006/messages';
const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types';

/** Works on 2013 SP1, 2016, 2019 and SE alike; the older ones are stepped down to when a server does not know it. */
export const VERSIONS = ['Exchange2013_SP1', 'Exchange2013', 'Exchange2010_SP2'] as const;
export type ServerVersion = (typeof VERSIONS)[number];

export interface EnvelopeOptions {
  readonly version: ServerVersion;
  /** SMTP address to act as. */
  readonly impersonate: string | null;
}

export function envelope(body: string, { version, impersonate }: EnvelopeOptions): string {
  const acting =
    impersonate === null
      ? ''
      : `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${escapeXml(impersonate)}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`;
  return (
    `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${SOAP}" xmlns:m="${MESSAGES}" xmlns:t="${TYPES}">` +
    `<s:Header><t:RequestServerVersion Version="${version}"/>${acting}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
  );
}

/** The SOAPAction of a request (SOAP 1.1, 6.1.1; the values are those of Services.wsdl). Exchange does not look at it, other servers do. */
export const actionOf = (body: string): string => `"${MESSAGES}/${/^<m:(\w+)/.exec(body)?.[1] ?? ''}"`;

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/**
 * For text and attribute values. What XML 1.0 (2.2) forbids is left out: no reference can carry it, and one such character
 * would have the whole request refused. Line breaks and tabs go as references, or an attribute would lose them (3.3.3).
 */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (character) => ESCAPED[character]!)
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
