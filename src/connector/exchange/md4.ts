/** MD4 (RFC 1320). OpenSSL 3 has put it away, and NTLM makes its key of a password with nothing else (MS-NLMP 3.3.1). */

const ROUNDS = [
  { shifts: [3, 7, 11, 19], order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], add: 0, mix: choose },
  { shifts: [3, 5, 9, 13], order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15], add: 0x5a827999, mix: majority },
  { shifts: [3, 9, 11, 15], order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], add: 0x6ed9eba1, mix: parity },
] as const;

type Words = [a: number, b: number, c: number, d: number];

export function md4(message: Uint8Array): Buffer {
  const padded = pad(message);
  let state: Words = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < padded.length; at += 64) {
    const block = Array.from({ length: 16 }, (_, n) => padded.readUInt32LE(at + 4 * n));
    const mixed = compress(state, block);
    state = state.map((word, n) => (word + mixed[n]!) >>> 0) as Words;
  }
  const digest = Buffer.alloc(16);
  for (const [n, word] of state.entries()) digest.writeUInt32LE(word, 4 * n);
  return digest;
}

function compress(start: Words, block: readonly number[]): Words {
  let [a, b, c, d] = start;
  for (const { shifts, order, add, mix } of ROUNDS) {
    order.forEach((index, step) => {
      const sum = (a + mix(b, c, d) + block[index]! + add) >>> 0;
      const by = shifts[step % 4]!;
      [a, b, c, d] = [d, ((sum << by) | (sum >>> (32 - by))) >>> 0, b, c];
    });
  }
  return [a, b, c, d];
}

/** A one bit, zeros, and the length in bits as 64 (RFC 1320 3.1, 3.2). */
function pad(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, padded.length - 8);
  return padded;
}

function choose(x: number, y: number, z: number): number {
  return (x & y) | (~x & z);
}
function majority(x: number, y: number, z: number): number {
  return (x & y) | (x & z) | (y & z);
}
function parity(x: number, y: number, z: number): number {
  return x ^ y ^ z;
}
