/**
 * The files of an item: attachments that are neither items, nor links, nor part of the body. Their ids may change, and two may have
 * one name: a file is found by its name and what is in it.
 */
import { type FileMark, fileName, sha256Of } from '../../model/attachment-field.ts';
import { asFailure } from '../../model/failure.ts';
import type { Ews } from './ews.ts';
import { getAttachment } from './operation/attachment.ts';
import { childOf, type Element, isTrue, textOf } from './read-answer.ts';

export interface ToldFile {
  readonly id: string;
  readonly name: string;
  readonly type: string | null;
  /** As the server counts, its own properties of the attachment included. */
  readonly sizeBytes: number;
  readonly savedAt: string;
  readonly inline: boolean;
}

export function filesOf(item: Element): readonly ToldFile[] {
  const body = textOf(item, 'Body') ?? '';
  return (childOf(item, 'Attachments')?.children ?? []).flatMap((attachment) => {
    const id = childOf(attachment, 'AttachmentId')?.attributes.Id;
    return attachment.name === 'FileAttachment' && id !== undefined ? [told(id, attachment, body)] : [];
  });
}

const told = (id: string, attachment: Element, body: string): ToldFile => ({
  id,
  name: textOf(attachment, 'Name') ?? '',
  type: textOf(attachment, 'ContentType') ?? null,
  sizeBytes: Number(textOf(attachment, 'Size') ?? 0),
  savedAt: textOf(attachment, 'LastModifiedTime') ?? '',
  inline: isTrue(textOf(attachment, 'IsInline')) || isShown(textOf(attachment, 'ContentId')?.trim() ?? '', body),
});

/** Many programs give each attachment a Content-ID: it is part of the body only where that names it (RFC 2392). */
const isShown = (contentId: string, body: string) => contentId !== '' && body.includes(`cid:${contentId}`);

/** Null: it is gone. */
export async function attachmentOf(ews: Ews, id: string, limitBytes: number): Promise<Element | null> {
  try {
    return await getAttachment(ews, id, limitBytes);
  } catch (error) {
    if (asFailure(error)?.code === 'missing') return null;
    throw error;
  }
}

/** The id that it has now; null: it is not there. What cannot be read is never taken for it. */
export async function findFile(ews: Ews, item: Element, { name, sha256, sizeBytes }: FileMark): Promise<string | null> {
  for (const file of filesOf(item).filter((one) => !one.inline && fileName(one.name) === name)) {
    const content = childOf(await attachmentOf(ews, file.id, sizeBytes), 'Content')?.mime;
    if (content?.whole && sha256Of(content.bytes) === sha256) return file.id;
  }
  return null;
}
