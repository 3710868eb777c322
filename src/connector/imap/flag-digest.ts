/**
 * Whether flags changed, for servers that cannot tell (no CONDSTORE): a digest per range of UIDs, kept in the cursor.
 *
 * The digest of a range is the XOR of its messages' digests, so ranges can be merged when UIDs grow, and the whole stays
 * under a kilobyte. A range that differs is told whole: saying again what is known does no harm, missing a change does.
 */
export interface FlaggedUid {
  readonly uid: number;
  readonly flags: readonly string[];
}

interface Digest {
  readonly shift: number;
  readonly sums: Uint32Array;
}

const MAX_RANGES = 128;
const FIRST_SHIFT = 5;

export function digestFlags(messages: readonly FlaggedUid[]): string {
  const top = messages.reduce((max, message) => Math.max(max, message.uid), 0);
  let shift = FIRST_SHIFT;
  while (rangeOf(top, shift) >= MAX_RANGES) shift += 1;
  return write(compute(messages, shift));
}

/** Those of the messages that lie in a range whose digest is no longer the one before; all without one before. */
export function changedFlags<M extends FlaggedUid>(before: string | null, messages: readonly M[]): M[] {
  const old = before === null ? null : read(before);
  if (old === null) return [...messages];
  const now = compute(messages, old.shift);
  return messages.filter(({ uid }) => {
    const range = rangeOf(uid, old.shift);
    return (old.sums[range] ?? 0) !== (now.sums[range] ?? 0);
  });
}

const rangeOf = (uid: number, shift: number) => Math.floor(uid / 2 ** shift);

function compute(messages: readonly FlaggedUid[], shift: number): Digest {
  const top = messages.reduce((max, message) => Math.max(max, rangeOf(message.uid, shift)), -1);
  const sums = new Uint32Array(top + 1);
  for (const message of messages) {
    const range = rangeOf(message.uid, shift);
    sums[range] = sums[range]! ^ digest(message);
  }
  return { shift, sums };
}

/** FNV-1a over the number and the flags in order. */
function digest({ uid, flags }: FlaggedUid): number {
  let hash = 0x811c9dc5;
  for (const char of `${uid} ${[...flags].sort().join(' ')}`) {
    hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  }
  return hash;
}

const write = ({ shift, sums }: Digest): string =>
  `${shift}:${Buffer.from(sums.buffer, sums.byteOffset, sums.byteLength).toString('base64')}`;

function read(text: string): Digest {
  const [shift, base64] = text.split(':');
  const bytes = Buffer.from(base64 ?? '', 'base64');
  const sums = new Uint32Array(bytes.length / 4);
  for (let at = 0; at < sums.length; at += 1) sums[at] = bytes.readUInt32LE(at * 4);
  return { shift: Number(shift), sums };
}
