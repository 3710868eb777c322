/** The picture of a contact among what is attached to it: for whoever reads it, writes it, or looks what became of it. */
import { childOf, type Element, isTrue, textOf } from './read-answer.ts';

/** As Outlook calls it, and we. */
export const PHOTO_NAME = 'ContactPicture.jpg';

/** Marked as it (MS-OXWSATT 2.2.4.6). Some servers keep the attachment and tell no mark of any: there its name decides. */
export function photoOf(item: Element): Element | undefined {
  const attachments = childOf(item, 'Attachments')?.children ?? [];
  const told = attachments.filter((one) => textOf(one, 'IsContactPhoto') !== undefined);
  if (told.length > 0) return told.find((one) => isTrue(textOf(one, 'IsContactPhoto')));
  // Of several the last was added last.
  return attachments.findLast((one) => one.name === 'FileAttachment' && isNamed(textOf(one, 'Name') ?? ''));
}

const isNamed = (name: string) => name.trim().toLowerCase() === PHOTO_NAME.toLowerCase();
