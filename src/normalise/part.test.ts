import { describe, expect, test } from 'vitest';
import { decodePart } from './part.ts';
import { readEmail } from './read-email.ts';

/** A winmail.dat with one file, attribute by attribute (MS-OXTNEF 2.1.3). */
function winmail(name: string, content: string): Buffer {
  const attribute = (level: number, id: number, kind: number, data: Buffer): Buffer => {
    const head = Buffer.alloc(9);
    head.writeUInt8(level, 0);
    head.writeUInt16LE(id, 1);
    head.writeUInt16LE(kind, 3);
    head.writeUInt32LE(data.length, 5);
    return Buffer.concat([head, data, Buffer.alloc(2)]);
  };
  const signature = Buffer.from([0x78, 0x9f, 0x3e, 0x22, 0x01, 0x00]);
  return Buffer.concat([
    signature,
    attribute(2, 0x9002, 6, Buffer.alloc(14)),
    attribute(2, 0x8010, 1, Buffer.from(`${name}\0`)),
    attribute(2, 0x800f, 6, Buffer.from(content)),
  ]);
}

const inner = [
  'Subject: inner one',
  'Content-Type: multipart/mixed; boundary=i',
  '',
  '--i',
  '',
  'inner text',
  '--i',
  'Content-Type: image/png; name=a.png',
  'Content-Transfer-Encoding: base64',
  '',
  'iVBORw==',
  '--i--',
].join('\r\n');
const source = Buffer.from(
  [
    'Subject: outer',
    'Content-Type: multipart/mixed; boundary="o"',
    '',
    '--o',
    'Content-Type: text/plain',
    '',
    'outer text',
    '--o',
    'Content-Type: message/rfc822',
    '',
    inner,
    '--o',
    'Content-Type: application/ms-tnef; name=winmail.dat',
    'Content-Transfer-Encoding: base64',
    '',
    winmail('..\\plan.doc', 'the plan').toString('base64'),
    '--o',
    'Content-Type: application/octet-stream',
    'Content-Transfer-Encoding: x-uuencode',
    'Content-Disposition: attachment; filename=b.bin',
    '',
    'begin 644 b.bin',
    '#0V%T',
    '`',
    'end',
    '--o--',
  ].join('\r\n'),
);
const text = (partId: string): string | undefined => {
  const part = decodePart(source, partId);
  return part === null ? undefined : Buffer.from(part.bytes).toString();
};

describe('parts of a source', () => {
  test('are listed with what is inside a winmail.dat', () => {
    expect(readEmail(source).email.attachments).toEqual([
      expect.objectContaining({ partId: '2', type: 'message/rfc822', name: 'inner one.eml' }),
      expect.objectContaining({ partId: '3', type: 'application/ms-tnef', name: 'winmail.dat' }),
      expect.objectContaining({ partId: '3.tnef1', name: 'plan.doc', size: 8 }),
      expect.objectContaining({ partId: '4', name: 'b.bin', size: 3 }),
    ]);
  });

  for (const [partId, content] of [
    ['1', 'outer text'],
    ['2', inner],
    ['2.1', 'inner text'],
    ['2.2', Buffer.from('iVBORw==', 'base64').toString()],
    ['3.tnef1', 'the plan'],
    ['4', 'Cat'],
  ] as const)
    test(`${partId} is decoded`, () => expect(text(partId)).toBe(content));

  for (const partId of ['', '0', '5', '1.1', '2.3', '3.tnef2', '1.tnef1', '__proto__'])
    test(`"${partId}" is none`, () => expect(decodePart(source, partId)).toBeNull());

  test('every listed attachment can be decoded to its size', () => {
    for (const { partId, size } of readEmail(source).email.attachments)
      expect(decodePart(source, partId)?.bytes.length).toBe(size);
  });
});

describe('names of attachments', () => {
  const name = (raw: string): string | null | undefined =>
    readEmail(
      Buffer.from(
        `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: a/b\r\nContent-Disposition: attachment; ${raw}\r\n\r\ny\r\n--b--`,
        'latin1',
      ),
    ).email.attachments[0]?.name;
  for (const [raw, safe] of [
    ['filename="../../etc/passwd"', 'passwd'],
    ['filename="C:\\\\Windows\\\\cmd.exe"', 'cmd.exe'],
    ['filename="a\u0000b.txt"', 'ab.txt'],
    ["filename*=utf-8''gpj%E2%80%AE.exe", 'gpj.exe'],
    ["filename*=utf-8''%C3%84%20b.txt", 'Ä b.txt'],
    ["filename*0*=utf-8''%C3; filename*1*=%84.txt", 'Ä.txt'],
    ['filename*0="one"; filename*1="two.txt"', 'onetwo.txt'],
    ['filename="=?utf-8?B?w4QudHh0?="', 'Ä.txt'],
    ['filename=my report.pdf', 'my report.pdf'],
    ['filename="..."', null],
    ['filename="con.txt"', '_con.txt'],
    ['filename="a\r\n b.txt"', 'a b.txt'],
    ['filename="first.txt"; filename="second.txt"', 'first.txt'],
  ] as const)
    test(raw, () => expect(name(raw)).toBe(safe));

  test('a long name is cut to 255 bytes and keeps its extension', () => {
    const long = name(`filename*=utf-8''${'%C3%A4'.repeat(5000)}.pdf`) ?? '';
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(255);
    expect(long).toMatch(/^ä+\.pdf$/);
  });
});
