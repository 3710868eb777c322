/**
 * What lies in the maildrop: numbers (good for this session only) and, where they can be trusted, unique ids (RFC 1939 7).
 *
 * An id is trusted when it is well-formed and occurs once. Ids that merely repeat the message numbers say nothing about
 * messages: the next session gives them to others. What has no id that can be trusted is identified by its content.
 */
import { createHash } from 'node:crypto';

export interface Entry {
  readonly number: number;
  /** Null: identified by its content. */
  readonly uidl: string | null;
}

export interface Listing {
  readonly entries: readonly Entry[];
  /** Of all ids in their order; null where some message has none. Equal digests: equal maildrops. */
  readonly digest: string | null;
}

export function makeListing(count: number, uidls: ReadonlyMap<number, string>): Listing {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const trusted = trustedIds(numbers, uidls);
  const entries = numbers.map((number) => ({ number, uidl: trusted.get(number) ?? null }));
  return { entries, digest: trusted.size === count ? digestOf(entries) : null };
}

function trustedIds(numbers: readonly number[], uidls: ReadonlyMap<number, string>): Map<number, string> {
  if (numbers.every((number) => uidls.get(number) === String(number))) return new Map();
  const times = new Map<string, number>();
  for (const uidl of uidls.values()) times.set(uidl, (times.get(uidl) ?? 0) + 1);
  return new Map([...uidls].filter(([, uidl]) => times.get(uidl) === 1 && isWellFormed(uidl)));
}

/** RFC 1939 says 1 to 70 printable characters; some servers take more, and longer ones identify as well. */
function isWellFormed(uidl: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(uidl);
}

function digestOf(entries: readonly Entry[]): string {
  const hash = createHash('sha256');
  for (const { uidl } of entries) hash.update(`${uidl}\n`);
  return hash.digest('hex');
}

/** Lines of `UIDL`: number, blank, id. Lines that cannot be read leave their message without an id. */
export function parseUidls(text: string): Map<number, string> {
  return new Map([...numbered(text)].map(([number, rest]) => [number, rest]));
}

/** Lines of `LIST`: number, blank, size, perhaps more. */
export function parseSizes(text: string): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const [number, rest] of numbered(text)) {
    const size = /^\d{1,15}/.exec(rest);
    if (size !== null) sizes.set(number, Number(size[0]));
  }
  return sizes;
}

function* numbered(text: string): Generator<[number, string]> {
  for (const line of text.split('\n')) {
    const match = /^\s*(\d{1,9})[ \t]+(.*?)\s*$/.exec(line);
    if (match !== null) yield [Number(match[1]), match[2]!];
  }
}
