/** The search keys that reading clients use; an unknown one finds nothing. */
import { inSet } from './imap-words.ts';
import type { KeptMessage } from './kept-mail.ts';

type Row = readonly [KeptMessage, number];

/** All keys must hold (RFC 3501, 6.4.4). */
export function fits(keys: readonly string[], message: KeptMessage, number: number, all: readonly Row[]): boolean {
  let rest = [...keys];
  while (rest.length > 0) {
    const [holds, used] = first(rest, message, number, all);
    if (!holds) return false;
    rest = rest.slice(used);
  }
  return true;
}

function first(keys: readonly string[], message: KeptMessage, number: number, all: readonly Row[]): [boolean, number] {
  const [key = '', one = '', two = ''] = keys;
  const day = Math.floor(message.date.getTime() / 86_400_000);
  switch (key.toUpperCase()) {
    case 'ALL':
      return [true, 1];
    case 'NOT': {
      const [holds, used] = first(keys.slice(1), message, number, all);
      return [!holds, used + 1];
    }
    case 'SEEN':
    case 'FLAGGED':
    case 'DELETED':
    case 'ANSWERED':
    case 'DRAFT':
      return [message.flags.some((flag) => flag.toUpperCase() === `\\${key.toUpperCase()}`), 1];
    case 'UNSEEN':
      return [!message.flags.includes('\\Seen'), 1];
    case 'SINCE':
      return [day >= dayOf(one), 2];
    case 'BEFORE':
      return [day < dayOf(one), 2];
    case 'UID':
      return [inSet(one, message.uid, all.at(-1)?.[0].uid ?? 0), 2];
    case 'HEADER':
      return [headerHolds(message, one, two), 3];
    default:
      return [/^[\d*]/.test(key) && inSet(key, number, all.length), 1];
  }
}

const dayOf = (date: string): number => Math.floor(Date.parse(`${date} UTC`) / 86_400_000);

function headerHolds({ raw }: KeptMessage, name: string, value: string): boolean {
  const head = raw
    .toString('latin1')
    .split('\r\n\r\n', 1)[0]!
    .replace(/\r\n[ \t]/g, ' ');
  const lines = head.split('\r\n').filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return lines.some((line) => line.toLowerCase().includes(value.toLowerCase()));
}
