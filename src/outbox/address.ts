/** Addresses as people and applications write them, checked so that nothing of them can end a header line or an SMTP command. */
import { domainToASCII } from 'node:url';
import type { EmailAddress } from '../model/email.ts';
import { Failure } from '../model/failure.ts';

/** A dot-atom, with UTF-8 (RFC 6532), or a quoted string without controls. */
const LOCAL =
  /^(?:[^\s\x00-\x1f\x7f()<>[\]:;@\\,".]+(?:\.[^\s\x00-\x1f\x7f()<>[\]:;@\\,".]+)*|"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*")$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** `a@b`, `<a@b>` or `Name <a@b>`; throws Failure('refused') for what is no address. */
export function parseAddress(text: string): EmailAddress {
  if (/[\r\n\0]/.test(text)) throw new Failure('refused', `"${printable(text)}" is not an email address`);
  const match = /^\s*(?:(.*?)\s*<([^<>]*)>|([^<>]*))\s*$/s.exec(text);
  const email = (match?.[2] ?? match?.[3] ?? '').trim();
  const name = (match?.[1] ?? '').replace(/^"(.*)"$/s, '$1').replace(/\\(.)/gs, '$1');
  return checkAddress({ email, name: name === '' ? null : name });
}

export function checkAddress(address: EmailAddress): EmailAddress {
  const at = address.email.lastIndexOf('@');
  const [local, domain] = [address.email.slice(0, at), address.email.slice(at + 1)];
  const good = at > 0 && LOCAL.test(local) && Buffer.byteLength(local) <= 64 && isDomain(domain);
  if (!good) throw new Failure('refused', `"${printable(address.email)}" is not an email address`);
  return { email: address.email, name: address.name === null ? null : printable(address.name) || null };
}

function isDomain(domain: string): boolean {
  if (/^\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9a-f:.]+)\]$/i.test(domain)) return true;
  const ascii = domainToASCII(domain);
  return ascii !== '' && ascii.length <= 253 && DOMAIN.test(ascii);
}

/** One line, without controls. */
export function printable(text: string): string {
  return text
    .replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
    .toWellFormed();
}

/** The domain in ASCII, for a Message-ID. */
export function asciiDomain(email: string): string {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  return domainToASCII(domain) || 'localhost';
}

export const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
