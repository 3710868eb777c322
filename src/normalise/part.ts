/** One part of a stored source, decoded when somebody asks for it. */
import { isTnef } from './attachment.ts';
import { partBytes, rawNameOf } from './body.ts';
import { skipLeading, withLineFeeds } from './header-block.ts';
import { type MimePart, readMimeTree } from './mime-tree.ts';
import { safeName } from './safe-name.ts';
import { readTnef } from './tnef.ts';

export interface DecodedPart {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly name: string | null;
}

function find(part: MimePart, partId: string): MimePart | null {
  if (part.children.length === 0 && (part.partId || '1') === partId) return part;
  for (const child of part.message === null ? part.children : [part.message]) {
    const found = find(child, partId);
    if (found !== null) return found;
  }
  return null;
}

function insideTnef(bytes: Buffer, part: MimePart, index: number): DecodedPart | null {
  const inner = isTnef(part) ? readTnef(partBytes(bytes, part))[index - 1] : undefined;
  if (inner === undefined) return null;
  return { bytes: inner.bytes, type: inner.type?.toLowerCase() ?? 'application/octet-stream', name: safeName(inner.name) };
}

/** `partId` as `Email.attachments` lists it; null where the source has no such part. */
export function decodePart(source: Uint8Array, partId: string): DecodedPart | null {
  const [outer = '', index] = partId.split('.tnef');
  const bytes = withLineFeeds(source);
  const part = find(readMimeTree(bytes, skipLeading(bytes)).root, outer);
  if (part === null) return null;
  if (index !== undefined) return insideTnef(bytes, part, Number(index));
  return { bytes: partBytes(bytes, part), type: part.type, name: safeName(rawNameOf(part)) };
}
