/**
 * Files of an appointment: links of rel `enclosure` (RFC 8984 1.4.11) that hold their bytes in a `data:` URI. What only says where
 * a file lies is no file of ours: it stays where it is.
 *
 * A file is known by its name and what is in it, so that ids and order may be the server's, and baselines stay small.
 */
import { createHash } from 'node:crypto';
import { bytesOf } from './data-uri.ts';
import { setField } from './field.ts';
import type { ItemContent, Json } from './item.ts';
import { at, isObject, type JsonObject, put, textAt } from './json.ts';

/** What tells a file from others, and how long it is. */
export interface FileMark {
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** All files of one appointment that travel, together: it is kept, planned and written as a whole. */
export const TOGETHER_BYTES = 32 * 1024 * 1024;

/** Says of one file after the other whether it still goes along. */
export function allowance(limitBytes: number): (sizeBytes: number) => boolean {
  let left = TOGETHER_BYTES;
  return (sizeBytes) => {
    const fits = sizeBytes <= limitBytes && sizeBytes <= left;
    if (fits) left -= sizeBytes;
    return fits;
  };
}

const LONGEST_NAME = 255;

/** A name that any file system takes; what Windows does not allow in one is replaced before a server does it. */
export function fileName(given: string | null): string {
  const clean = (given ?? '').normalize('NFC').replace(/[\x00-\x1f\x7f\\/:*?"<>|]/g, '_');
  return [...clean.trim()].slice(0, LONGEST_NAME).join('').toWellFormed() || 'attachment';
}

/** Links are never changed in place, and a file may be large. */
const marks = new WeakMap<JsonObject, FileMark | null>();

/** Null: it is no file. */
export function markOf(link: Json): FileMark | null {
  if (!isObject(link)) return null;
  const known = marks.get(link);
  if (known !== undefined) return known;
  const mark = marked(link);
  marks.set(link, mark);
  return mark;
}

function marked(link: JsonObject): FileMark | null {
  const bytes = link.rel === 'enclosure' && typeof link.href === 'string' ? bytesOf(link.href) : null;
  return bytes === null ? null : { name: fileName(textAt(link, 'title')), sha256: sha256Of(bytes), sizeBytes: bytes.length };
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface HeldFile {
  readonly id: string;
  readonly link: JsonObject;
  readonly mark: FileMark;
}

export function filesIn(content: ItemContent): readonly HeldFile[] {
  const links = at(content, 'links');
  return Object.entries(isObject(links) ? links : {}).flatMap(([id, link]) => {
    const mark = markOf(link);
    return mark === null ? [] : [{ id, link: link as JsonObject, mark }];
  });
}

export const keyOf = ({ name, sha256 }: FileMark): string => `${name} sha256:${sha256}`;

export const attachments = setField({
  name: 'attachments',
  direction: 'none',
  get: (content) => filesIn(content).map(({ id, link }) => ({ id, link })),
  set: (content, value) => {
    const links = at(content, 'links');
    const all = Object.fromEntries(Object.entries(isObject(links) ? links : {}).filter(([, link]) => markOf(link) === null));
    for (const file of Array.isArray(value) ? value : []) all[freeId(all, String(at(file, 'id')))] = at(file, 'link');
    return put(content, ['links'], Object.keys(all).length === 0 ? null : all);
  },
  key: (member) => {
    const mark = markOf(at(member, 'link'));
    return mark === null ? null : keyOf(mark);
  },
});

/** Two sides may have given one id to two files. */
const freeId = (taken: object, id: string): string => (Object.hasOwn(taken, id) ? freeId(taken, `${id}-2`) : id);
