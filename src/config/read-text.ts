import { readFile } from 'node:fs/promises';
import { TextDecoder } from 'node:util';

export type ReadText = { readonly text: string } | { readonly reason: string };

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ELOOP: 'its symbolic links lead in a circle',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
};

/** The operating system's reason in words. */
export function osReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const known = REASONS[code];
  return known === undefined ? code || 'it could not be read' : `${known} (${code})`;
}

/** Text as editors of all systems write it: UTF-8, or UTF-16 with its mark, as Windows tools do. */
export async function readText(file: string): Promise<ReadText> {
  try {
    return decode(await readFile(file));
  } catch (error) {
    return { reason: osReason(error) };
  }
}

export function decode(bytes: Uint8Array): ReadText {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  try {
    return { text: new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { reason: 'it is not UTF-8 text; save it as UTF-8' };
  }
}
