/** What kind of mail it is besides its content: list, automatic, invitation, encrypted or signed, important. */
import type { Email } from '../model/email.ts';
import { cleanLine } from './clean.ts';
import { headerText } from './encoded-word.ts';
import type { Headers } from './header-block.ts';
import type { MimePart } from './mime-tree.ts';
import { parameter } from './parameter.ts';

function lower(headers: Headers, name: string): string {
  return cleanLine((headers.first(name) ?? '').slice(0, 1000)).toLowerCase();
}

/** RFC 2919 2: the id stands in the brackets, a description may stand before them. */
function listId(raw: string): string | null {
  return cleanLine(/<([^<>]*)>/.exec(raw)?.[1] ?? raw) || null;
}

export function readList(headers: Headers): Email['list'] {
  const id = headers.first('list-id');
  const unsubscribe = headers.first('list-unsubscribe');
  const posts = headers.first('list-post') ?? headers.first('x-mailing-list') ?? headers.first('mailing-list');
  const precedence = lower(headers, 'precedence') === 'list';
  if (id === null && unsubscribe === null && posts === null && !precedence) return null;
  return { id: id === null ? null : listId(id), unsubscribe: unsubscribe === null ? null : headerText(unsubscribe) };
}

const OUT_OF_OFFICE =
  /^(automatic reply|auto(matic|mated)?[- ]?(reply|response|responder|generated)|out of (the )?office|ooo\b|autoreply|automatische antwort|automatisk svar|r[ée]ponse automatique|abwesenheits(notiz|nachricht)|abwesend|respuesta autom[áa]tica|risposta automatica|resposta autom[áa]tica|automatisch antwoord|afwezigheid|absence du bureau|autosvar|fr[åa]nvaro|avtosvar|автоответ|автоматический ответ|automatyczna odpowied|nieobecno|自动回复|自動返信|不在)/i;

function vendorSaysReply(headers: Headers): boolean {
  const precedence = lower(headers, 'precedence');
  return (
    ['auto_reply', 'auto-reply', 'autoreply'].includes(precedence) ||
    headers.first('x-autorespond') !== null ||
    headers.first('x-autoresponder') !== null ||
    headers.first('x-mail-autoreply') !== null ||
    /^(yes|true|1|on|.*repl)/.test(lower(headers, 'x-autoreply')) ||
    headers.first('x-autoreply-from') !== null ||
    /^(autoreply|auto-reply|auto_reply|vacation|autorespond)/.test(lower(headers, 'x-auto-response-type')) ||
    /^(vacation|autoresponder|autoreply)/.test(lower(headers, 'delivered-to')) ||
    /^(reply|oof)/.test(lower(headers, 'x-ms-exchange-generated-message-source')) ||
    lower(headers, 'x-fc-machinegenerated') === 'true' ||
    /(vacation|auto-?repl|auto-?respond)/.test(lower(headers, 'x-mailer').slice(0, 100))
  );
}

/**
 * RFC 3834 5: anything but "no" was not written by a person. X-Auto-Response-Suppress alone is no proof, Exchange puts it on meeting
 * mails and notices too: it counts together with the words an absence notice begins with.
 */
export function isAutoReply(headers: Headers, subject: string | null): boolean {
  const submitted = lower(headers, 'auto-submitted').replace(/[;\s(].*$/, '');
  if (submitted !== '' && submitted !== 'no') return true;
  if (vendorSaysReply(headers)) return true;
  return headers.first('x-auto-response-suppress') !== null && OUT_OF_OFFICE.test(subject ?? '');
}

function* walk(part: MimePart): Generator<MimePart> {
  yield part;
  for (const child of part.children) yield* walk(child);
}

/** All parts of this message; what is in an attached message is not of this one. */
export function ownParts(root: MimePart): MimePart[] {
  return [...walk(root)];
}

export function calendarMethod(parts: readonly MimePart[]): string | null {
  for (const part of parts) {
    if (part.type !== 'text/calendar' && part.type !== 'application/ics') continue;
    const method = parameter(part.contentType, 'method');
    if (method !== null && /^[A-Za-z-]{1,40}$/.test(method)) return method.toUpperCase();
  }
  return null;
}

export interface Protection {
  readonly encrypted: boolean;
  readonly signed: boolean;
}

function pkcs7(part: MimePart): Protection {
  const kind = (parameter(part.contentType, 'smime-type') ?? '').toLowerCase();
  const signed = kind === 'signed-data' || kind === 'certs-only';
  return { encrypted: !signed && kind !== 'compressed-data', signed };
}

function ofPart(part: MimePart): Protection {
  if (/^application\/(x-)?pkcs7-mime$/.test(part.type)) return pkcs7(part);
  const signature = /^application\/(pgp-signature|(x-)?pkcs7-signature)$/.test(part.type);
  return {
    encrypted: part.type === 'multipart/encrypted' || part.type === 'application/pgp-encrypted',
    signed: part.type === 'multipart/signed' || signature,
  };
}

export function readProtection(parts: readonly MimePart[], text: string | null): Protection {
  const all = parts.map(ofPart);
  const armour = text?.includes('-----BEGIN PGP ') ? text : '';
  return {
    encrypted: all.some((each) => each.encrypted) || /^-----BEGIN PGP MESSAGE-----/m.test(armour),
    signed: all.some((each) => each.signed) || /^-----BEGIN PGP SIGNED MESSAGE-----/m.test(armour),
  };
}

/** Importance (RFC 4021 2.1.54) before the X- headers of the same meaning. */
export function readImportance(headers: Headers): Email['importance'] {
  const said = lower(headers, 'importance') || lower(headers, 'x-msmail-priority');
  if (said === 'high' || said === 'low' || said === 'normal') return said;
  const priority = /^[1-5]/.exec(lower(headers, 'x-priority'))?.[0];
  if (priority !== undefined) return priority < '3' ? 'high' : priority > '3' ? 'low' : 'normal';
  const urgency = lower(headers, 'priority');
  return urgency === 'urgent' ? 'high' : urgency === 'non-urgent' ? 'low' : 'normal';
}
