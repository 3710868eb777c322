/** The attachments of a message, with what is inside a winmail.dat listed behind it (partId of the file plus ".tnef1" …). */
import type { EmailBodyPart } from '../model/email.ts';
import { dispositionOf, partBytes, rawNameOf } from './body.ts';
import { cleanLine } from './clean.ts';
import { headerText } from './encoded-word.ts';
import type { MimePart } from './mime-tree.ts';
import { parameter } from './parameter.ts';
import { safeName } from './safe-name.ts';
import { readTnef } from './tnef.ts';

export function isTnef(part: MimePart): boolean {
  return /^application\/(vnd\.)?ms-tnef$/.test(part.type) || /^winmail\.dat$/i.test(rawNameOf(part) ?? '');
}

/** An attached message is called after its subject, as mail programs do. */
function nameOf(part: MimePart): string | null {
  const own = safeName(rawNameOf(part));
  if (own !== null || part.message === null) return own;
  const subject = part.message.headers.first('subject');
  const name = subject === null ? null : safeName(headerText(subject).replace(/[\\/]/g, '_').slice(0, 100));
  return name === null ? null : `${name}.eml`;
}

function cidOf(part: MimePart): string | null {
  const raw = part.headers.first('content-id');
  return raw === null ? null : cleanLine(raw).replace(/^<|>$/g, '') || null;
}

function listed(part: MimePart, decoded: Buffer): EmailBodyPart {
  return {
    partId: part.partId || '1',
    type: part.type,
    charset: parameter(part.contentType, 'charset')?.toLowerCase() ?? null,
    disposition: dispositionOf(part),
    cid: cidOf(part),
    name: nameOf(part),
    size: decoded.length,
  };
}

function insideTnef(part: MimePart, decoded: Buffer): EmailBodyPart[] {
  return readTnef(decoded).map((each, index) => ({
    partId: `${part.partId || '1'}.tnef${index + 1}`,
    type: each.type !== null && /^[\w.+-]+\/[\w.+-]+$/.test(each.type) ? each.type.toLowerCase() : 'application/octet-stream',
    charset: null,
    disposition: 'attachment',
    cid: null,
    name: safeName(each.name),
    size: each.bytes.length,
  }));
}

export function listAttachments(bytes: Buffer, parts: readonly MimePart[]): EmailBodyPart[] {
  return parts.flatMap((part) => {
    const decoded = partBytes(bytes, part);
    const own = listed(part, decoded);
    return isTnef(part) ? [own, ...insideTnef(part, decoded)] : [own];
  });
}

const MACHINE_PARTS =
  /^(application\/(pgp-signature|(x-)?pkcs7-signature|pgp-encrypted)|message\/((global-)?(delivery-status|disposition-notification)|feedback-report)|text\/rfc822-headers?)$/;

/** What a person would call an attachment: no picture of the HTML, no signature, no report, no invitation that is shown as such. */
export function isRealAttachment(part: EmailBodyPart): boolean {
  if (MACHINE_PARTS.test(part.type)) return false;
  if (part.type === 'text/calendar' && part.name === null && part.disposition !== 'attachment') return false;
  return !(part.cid !== null && part.disposition !== 'attachment' && part.type.startsWith('image/'));
}
