// UIDs are global object ids in hex; a foreign UID is wrapped as `vCal-Uid` (reference 44).
const PREFIX = '040000008200E00074C5B7101A82E008';

export function newUid(random: Buffer, created: number): string {
  const time = Buffer.alloc(8);
  // FILETIME: 100 ns since 1601.
  time.writeBigUInt64LE((BigInt(created) + 11_644_473_600_000n) * 10_000n);
  const tail = Buffer.concat([Buffer.from([0x10, 0, 0, 0]), random.subarray(0, 16)]);
  return `${PREFIX}00000000${time.toString('hex')}0000000000000000${tail.toString('hex')}`.toUpperCase();
}

export function globalObjectId(uid: string): Buffer {
  if (uid.toUpperCase().startsWith(PREFIX) && /^[0-9a-f]+$/i.test(uid)) return Buffer.from(uid, 'hex');
  const data = Buffer.concat([Buffer.from('vCal-Uid'), Buffer.from([1, 0, 0, 0]), Buffer.from(uid), Buffer.from([0])]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return Buffer.concat([Buffer.from(PREFIX, 'hex'), Buffer.alloc(20), size, data]);
}
