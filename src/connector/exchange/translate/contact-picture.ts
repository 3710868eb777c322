/** The picture of a contact: one of its attachments, in a card a `data:` URI under media.photo. */
import type { ItemContent } from '../../../model/item.ts';
import { textAt } from '../../../model/json.ts';
import type { Step } from '../../connector.ts';
import type { MoreReading } from '../item-kind.ts';
import { PHOTO_NAME, photoOf } from '../item-photo.ts';
import { childOf, type Element, textOf } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';
import { createAttachmentStep, deletePhotoStep } from '../step.ts';

/** Outlook makes them 96 by 96, phones some hundred KB; what is larger was not meant to be looked at in a list. */
const MAX_BYTES = 2 * 1024 * 1024;

export async function readPicture(
  item: Element,
  more: MoreReading,
): Promise<{ readonly uri: string | null; readonly notes: readonly string[] }> {
  const photo = photoOf(item);
  const id = childOf(photo, 'AttachmentId')?.attributes.Id;
  if (id === undefined) return { uri: null, notes: [] };
  if (Number(textOf(photo, 'Size') ?? 0) > MAX_BYTES) return TOO_LARGE;
  const read = childOf(await more.attachment(id, MAX_BYTES), 'Content')?.mime;
  // The size that was told may be none (older servers) or wrong.
  if (read?.whole === false) return TOO_LARGE;
  const content = read?.bytes.toString('base64') ?? '';
  return { uri: content === '' ? null : `data:${typeOf(content)};base64,${content}`, notes: [] };
}

const TOO_LARGE = { uri: null, notes: ['The picture is too large and was left out.'] };

/** By its first bytes: the name is ContactPicture.jpg whatever it is, and servers tell the type as they like. */
function typeOf(base64: string): string {
  const kind = SIGNATURES.find(([start]) => base64.startsWith(start));
  return kind?.[1] ?? 'application/octet-stream';
}

const SIGNATURES = [
  ['/9j/', 'image/jpeg'],
  ['iVBORw0KGgo', 'image/png'],
  ['R0lGOD', 'image/gif'],
  ['Qk', 'image/bmp'],
] as const;

/** One that is only linked to cannot be put into Exchange and stays where it is. */
export function pictureSteps(theirs: ItemContent | null, ours: ItemContent): readonly Step[] {
  const had = theirs !== null && textAt(theirs, 'media', 'photo', 'uri') !== null;
  const uri = textAt(ours, 'media', 'photo', 'uri');
  const [, type, content] = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w.+-]+=[\w.+-]+)*;base64,([A-Za-z0-9+/=\s]+)$/.exec(uri ?? '') ?? [];
  if (uri !== null && content === undefined) return [];
  const written = content === undefined ? [] : [createAttachmentStep(attachment(type!, content.replace(/\s+/g, '')), true)];
  return [...(had ? [deletePhotoStep()] : []), ...written];
}

const attachment = (type: string, content: string) =>
  `<t:FileAttachment><t:Name>${PHOTO_NAME}</t:Name><t:ContentType>${escapeXml(type)}</t:ContentType>` +
  `<t:IsInline>false</t:IsInline><t:IsContactPhoto>true</t:IsContactPhoto><t:Content>${content}</t:Content></t:FileAttachment>`;
