/** Sets of UIDs as IMAP writes them (RFC 9051 sequence-set): `1:5,9`. */

/** Servers limit the length of a command line; 8,000 octets is what RFC 7162 4 lets a client count on. */
const MAX_SET_LENGTH = 4000;

/** Ascending UIDs as sets, none of them too long for a command line. */
export function packUids(uids: readonly number[]): string[] {
  const sets: string[] = [];
  let parts: string[] = [];
  let length = 0;
  for (let at = 0; at < uids.length; ) {
    let end = at;
    while (end + 1 < uids.length && uids[end + 1] === uids[end]! + 1) end += 1;
    const part = end === at ? `${uids[at]}` : `${uids[at]}:${uids[end]}`;
    if (length + part.length + 1 > MAX_SET_LENGTH && parts.length > 0) {
      sets.push(parts.join(','));
      [parts, length] = [[], 0];
    }
    parts.push(part);
    length += part.length + 1;
    at = end + 1;
  }
  if (parts.length > 0) sets.push(parts.join(','));
  return sets;
}

export type UidRange = readonly [first: number, last: number];

/** A set that a server sent, never expanded: it may be `1:4294967295`. What is no range is left out. */
export function parseUidSet(text: string): UidRange[] {
  return text.split(',').flatMap((part): UidRange[] => {
    const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(part.trim());
    if (!match) return [];
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
    return [[Math.min(first, last), Math.max(first, last)]];
  });
}

export const countUids = (ranges: readonly UidRange[]): number =>
  ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);

export function containsUid(sorted: readonly UidRange[], uid: number): boolean {
  let [low, high] = [0, sorted.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = sorted[middle]!;
    if (uid < first) high = middle - 1;
    else if (uid > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** Sorted and merged, as `containsUid` wants them. */
export function mergeRanges(ranges: readonly UidRange[]): UidRange[] {
  const merged: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = merged.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
}
