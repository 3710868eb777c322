// MD4 (RFC 1320). The runtime's OpenSSL no longer offers it, and the NT hash of a password is made with it.
const SHIFTS = [
  [3, 7, 11, 19],
  [3, 5, 9, 13],
  [3, 9, 11, 15],
];
const ORDERS = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
];
const CONSTANTS = [0, 0x5a827999, 0x6ed9eba1];

const MIX = [
  (x: number, y: number, z: number) => (x & y) | (~x & z),
  (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
  (x: number, y: number, z: number) => x ^ y ^ z,
];

const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));

export function md4(data: Buffer): Buffer {
  const length = (((data.length + 8) >>> 6) << 6) + 64;
  const padded = Buffer.alloc(length);
  data.copy(padded);
  padded[data.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(data.length) * 8n, length - 8);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < length; block += 64) {
    let [a, b, c, d] = state as [number, number, number, number];
    for (let round = 0; round < 3; round++) {
      for (let step = 0; step < 16; step++) {
        const word = padded.readUInt32LE(block + 4 * ORDERS[round]![step]!);
        const sum = (a + MIX[round]!(b, c, d) + word + CONSTANTS[round]!) | 0;
        [a, b, c, d] = [d, rotate(sum, SHIFTS[round]![step % 4]!), b, c];
      }
    }
    for (const [index, value] of [a, b, c, d].entries()) state[index] = (state[index]! + value) | 0;
  }
  const out = Buffer.alloc(16);
  for (const [index, value] of state.entries()) out.writeInt32LE(value | 0, index * 4);
  return out;
}
