/**
 * Whether a message reports that mail was not delivered, and what it says about it.
 *
 * - A delivery-status part (RFC 3464) is believed. A feedback report (RFC 5965) or a read receipt (RFC 8098) is no bounce.
 * - Without one, a message is a bounce when it comes from a mail system and speaks of failure; then its text is read.
 * - A report of success is kept as a bounce whose recipients' action says `delivered`, `relayed` or `expanded`.
 */
import type { Bounce, BounceRecipient } from '../../model/email.ts';
import { readAddresses } from '../address.ts';
import { partText } from '../body.ts';
import { ownParts } from '../classify.ts';
import { type Headers, readHeaderBlock } from '../header-block.ts';
import { readMessageId } from '../message-id.ts';
import type { MimePart } from '../mime-tree.ts';
import { readNotification } from './notification.ts';
import { readReport } from './report.ts';
import { type HeaderSigns, mightSpeakOfFailure, speaksOfFailure } from './sender.ts';
import { divide, readTextReport } from './text-report.ts';

export interface BounceCandidate {
  readonly bytes: Buffer;
  readonly root: MimePart;
  readonly text: string | null;
  readonly subject: string | null;
}

const DELIVERY_STATUS = /^message\/(global-)?delivery-status$/;
const OTHER_REPORTS = /^message\/(feedback-report|(global-)?disposition-notification)$/;
const RETURNED = /^(message\/(rfc822|global|rfc822-headers)|text\/rfc822(-headers?)?|message\/global-headers)$/;

/** The header of the mail that came back: attached whole, as header only, or quoted in the text. */
function returnedHeaders(bytes: Buffer, parts: readonly MimePart[], returnedText: string): Headers | null {
  for (const part of parts.filter((each) => RETURNED.test(each.type))) {
    const headers = part.message?.headers ?? headersIn(partText(bytes, part).text);
    if (headers !== null) return headers;
  }
  const at = returnedText.search(/^[ \t]*[A-Za-z][A-Za-z0-9-]{1,40}:[ \t]/m);
  return at < 0 ? null : headersIn(returnedText.slice(at));
}

function headersIn(text: string): Headers | null {
  const bytes = Buffer.from(text.trimStart(), 'utf8');
  const { headers } = readHeaderBlock(bytes, 0, bytes.length);
  return [...headers.names].length === 0 ? null : headers;
}

function originalId(headers: Headers | null, text: string): string | null {
  const id = readMessageId(headers?.first('message-id') ?? null);
  if (id !== null) return id;
  const quoted = /^[ \t>]*message-id:[ \t]*<([^<>\s]{3,500})>/im.exec(text.slice(0, 256 * 1024));
  return quoted?.[1] ?? null;
}

interface Reading {
  readonly candidate: BounceCandidate;
  readonly parts: readonly MimePart[];
  readonly text: string;
  readonly said: string;
  readonly returned: Headers | null;
}

function bounceOf(
  reading: Reading,
  source: Bounce['source'],
  recipients: readonly BounceRecipient[],
  envelopeId: string | null,
): Bounce {
  return {
    source,
    recipients,
    originalMessageId: originalId(reading.returned, reading.text),
    originalEnvelopeId: envelopeId,
  };
}

function fromReport(reading: Reading): Bounce | null {
  for (const part of reading.parts.filter((each) => DELIVERY_STATUS.test(each.type))) {
    const report = readReport(partText(reading.candidate.bytes, part).text, reading.said);
    if (report !== null) return bounceOf(reading, 'report', report.recipients, report.envelopeId);
  }
  return null;
}

function addressesOf(headers: Headers | null, names: readonly string[]): string[] {
  return names
    .flatMap((name) => readAddresses(headers?.first(name) ?? null).map((each) => each.email))
    .filter((email) => email !== '');
}

function headerSigns({ root, subject }: BounceCandidate, parts: readonly MimePart[]): HeaderSigns {
  const { headers } = root;
  return {
    from: readAddresses(headers.first('from')),
    rawFrom: (headers.first('from') ?? '').slice(0, 500),
    returnPath: headers.first('return-path'),
    failedRecipients: headers.first('x-failed-recipients') !== null,
    automatic: /^auto-(replied|generated)/i.test(headers.first('auto-submitted') ?? ''),
    returnsMessage: parts.some((part) => RETURNED.test(part.type)),
    subject: subject ?? '',
  };
}

function textRecipients(reading: Reading, ignored: readonly string[]): BounceRecipient[] {
  const failed = addressesOf(reading.candidate.root.headers, ['x-failed-recipients']);
  return readTextReport({
    text: reading.text,
    subject: reading.candidate.subject ?? '',
    failed: new Set(failed.map((each) => each.toLowerCase())),
    candidates: failed.length > 0 ? failed : addressesOf(reading.returned, ['to']),
    strangers: new Set(ignored.map((each) => each.toLowerCase())),
  });
}

function fromText(reading: Reading): Bounce | null {
  const fields = /^[ \t]*final-recipient[ \t]*:/im.test(reading.said) ? readReport(reading.said, reading.said) : null;
  if (fields !== null) return bounceOf(reading, 'text', fields.recipients, fields.envelopeId);
  const { headers } = reading.candidate.root;
  const strangers = addressesOf(headers, ['from', 'to']);
  const recipients = textRecipients(reading, strangers);
  // Whoever mails himself is both sender and refused.
  return bounceOf(
    reading,
    'text',
    recipients.length > 0 ? recipients : textRecipients(reading, addressesOf(headers, ['from'])),
    null,
  );
}

export function readBounce(candidate: BounceCandidate): Bounce | null {
  const parts = ownParts(candidate.root);
  if (parts.some((part) => OTHER_REPORTS.test(part.type))) return null;
  const text = candidate.text ?? '';
  const notification = readNotification(text);
  if (notification !== null) return notification;
  const signs = headerSigns(candidate, parts);
  const hasStatus = parts.some((part) => DELIVERY_STATUS.test(part.type));
  if (!hasStatus && !mightSpeakOfFailure(signs)) return null;
  const { said, returned } = divide(text);
  if (!hasStatus && !speaksOfFailure({ ...signs, said })) return null;
  const reading: Reading = { candidate, parts, text, said, returned: returnedHeaders(candidate.bytes, parts, returned) };
  return fromReport(reading) ?? fromText(reading);
}
