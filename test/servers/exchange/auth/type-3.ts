// A client's third message, for tests and the probe: AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3).

/** Its fields behind a head of so many bytes: 64, or 88 with a version and the place of a MIC. */
export function typeThree(fields: readonly Buffer[], flags: number, headBytes: 64 | 88): Buffer {
  const head = Buffer.alloc(headBytes);
  head.write('NTLMSSP\0', 'ascii');
  head.writeUInt32LE(3, 8);
  let offset = headBytes as number;
  for (const [index, field] of fields.entries()) {
    head.writeUInt16LE(field.length, 12 + 8 * index);
    head.writeUInt16LE(field.length, 14 + 8 * index);
    head.writeUInt32LE(offset, 16 + 8 * index);
    offset += field.length;
  }
  head.writeUInt32LE(flags, 60);
  return Buffer.concat([head, ...fields]);
}
