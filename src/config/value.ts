/** The small values of the file: secrets, durations, sizes, dates, addresses. A message is "what is wrong\nwhat to do". */
import { z } from 'zod';
import { type Read, readDuration, readSince, readSize } from './unit.ts';

function quantity<T>(read: (written: string) => Read<T>, what: string, examples: string[]) {
  const lack = what.startsWith('a date') ? 'is no date' : 'has no unit';
  const error = (issue: { input?: unknown }) =>
    typeof issue.input === 'number' ? `${issue.input} ${lack}\nwrite for example ${examples[0]}` : undefined;
  return z
    .string({ error })
    .meta({ title: what, examples })
    .transform((written, context) => {
      const result = read(written);
      if ('value' in result) return result.value;
      context.addIssue({ code: 'custom', message: `${result.message}\n${result.suggestion}` });
      return z.NEVER;
    });
}

export const duration = () => quantity(readDuration, 'a duration', ['30 s', '5 min', '2 h']);
export const size = () => quantity(readSize, 'a size', ['24 MB', '512 KiB']);
export const since = () => quantity(readSince, 'a date or an age', ['2026-01-01', '90 days', 'all']);

/** At least one second for waits, so that no server is hammered by a missing letter. */
export const atLeast = (ms: number, words: string) =>
  duration().refine((value) => value >= ms, { error: `this is less than ${words}\nwrite at least "${words}"` });

export const word = () => z.string().min(1);

export const host = () =>
  word().refine((value) => /^[^\s/:@]+$|^[0-9a-f:.]+$/i.test(value), {
    error: 'a host is a bare name or an IP address\nwrite it without scheme, port and path, for example mail.example.com',
  });

export const port = () => z.int().min(1).max(65535);

const url = (schemes: readonly string[]) =>
  word().refine((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol), {
    error: `this is no URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}\nwrite for example ${schemes[0]}//mail.example.com/path`,
  });
export const webUrl = () => url(['https:', 'http:']);

// RFC 5321 4.1.2 with RFC 6531; quoted local parts and address literals are left to those who have them.
const ADDRESS = /^[^\s@<>()[\]\\,;:"{}]+@[^\s@<>()[\]\\,;:"/{}]+\.[^\s@<>()[\]\\,;:"./{}]+$/;

export function isAddress(value: string): boolean {
  return value.length <= 320 && ADDRESS.test(value) && !value.includes('..') && !/^\.|\.@|@\.|@-/.test(value);
}

export const address = () =>
  word()
    .refine((value) => isAddress(value), {
      error: 'this is not an email address\nwrite the bare address, for example anna@example.com',
    })
    .meta({ title: 'an email address', examples: ['anna@example.com'] });

/** An address in which placeholders may stand. */
export const addressPattern = () =>
  word().refine((value) => isAddress(value.replaceAll(/\{[a-z]+\}/g, (name) => (name === '{address}' ? 'a@b.c' : 'a'))), {
    error: 'this is not an email address\nwrite the bare address, for example anna@example.com',
  });

const command = () => z.array(word()).min(1);

export const secret = () =>
  z
    .union([
      z.string().min(1).describe('The secret itself. Works, with a warning: it is readable by all who may read this file.'),
      z.strictObject({ env: word().describe('Name of an environment variable.') }),
      z.strictObject({ file: word().describe('File whose content (without a final line break) is the secret.') }),
      z.strictObject({
        exec: command().describe('Command and arguments, started without a shell; what it prints is the secret.'),
      }),
    ])
    .meta({ title: '{ env: NAME }, { file: PATH } or { exec: [COMMAND, …] }', examples: [{ env: 'ANNA_PASSWORD' }] });

export const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);
export const commandLine = command;
