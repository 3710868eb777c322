import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DotDecoder } from './dot-decoder.ts';

/** What RFC 1939 3 makes of a message: dots at the beginning of lines doubled, and the end. */
function stuff(message: Buffer): Buffer {
  const text = message.toString('latin1');
  const whole = text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
  return Buffer.from(`${whole.replace(/(^|\r\n)\./g, '$1..')}.\r\n`, 'latin1');
}

function decode(chunks: readonly Buffer[], bareLf = false): { text: string; rest: string } {
  const pieces: string[] = [];
  const decoder = new DotDecoder((piece) => pieces.push(piece.toString('latin1')), bareLf);
  for (const [index, chunk] of chunks.entries()) {
    const end = decoder.push(chunk);
    if (end === -1) continue;
    const rest = Buffer.concat([chunk.subarray(end), ...chunks.slice(index + 1)]).toString('latin1');
    return { text: pieces.join(''), rest };
  }
  throw new Error('the end was not found');
}

/** Bytes that come apart in the worst places. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r\n', '\r\n.', '.', '\r', '\n', '\r\n.\r', '..', 'a', '\x00', '\xff'),
      fc.string({ unit: 'binary-ascii' }),
    ),
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...edges, bytes.length].map((edge, index) => bytes.subarray(index === 0 ? 0 : edges[index - 1], edge));
}

test('whatever way the network cuts it, the message comes out as it went in, and what follows is left', () => {
  fc.assert(
    fc.property(nasty, fc.array(fc.nat(5000)), fc.constantFrom('', '+OK next\r\n', '.'), (message, places, following) => {
      const wire = Buffer.concat([stuff(message), Buffer.from(following)]);
      const { text, rest } = decode(cut(wire, places));
      const sent = message.toString('latin1');
      expect(text).toBe(sent === '' || sent.endsWith('\r\n') ? sent : `${sent}\r\n`);
      expect(rest).toBe(following);
    }),
    { numRuns: 3000 },
  );
});

test('byte by byte is the same as in one piece, even for bytes that no server should send', () => {
  fc.assert(
    fc.property(nasty, (body) => {
      const wire = Buffer.concat([body, Buffer.from('\r\n.\r\n')]);
      const whole = decode([wire]);
      expect(decode([...wire].map((byte) => Buffer.from([byte])))).toEqual(whole);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['an empty message', '.\r\n', ''],
  ['one dot', '..\r\n.\r\n', '.\r\n'],
  ['a dot that the server forgot to double', '.x\r\n.\r\n', 'x\r\n'],
  ['a dot and a lone CR', '..\rx\r\n.\r\n', '.\rx\r\n'],
  ['a stuffed dot before a lone CR', '.\rx\r\n.\r\n', '\rx\r\n'],
  ['lone LFs around a dot are the message, not its end', 'a\n.\r\nb\n.\nc\r\n.\r\n', 'a\n.\r\nb\n.\nc\r\n'],
  ['CR CR LF', 'a\r\r\n..\r\n.\r\n', 'a\r\r\n.\r\n'],
])('%s', (_, wire, message) => {
  expect(decode([Buffer.from(wire)])).toEqual({ text: message, rest: '' });
});

test('a server that ends its lines with LF alone is understood', () => {
  const lines = fc.array(fc.constantFrom('', 'a', '.', '..', '\r', '.\rb', 'c.'), { maxLength: 8 });
  fc.assert(
    fc.property(lines, fc.array(fc.nat(50)), fc.constantFrom('.\n', '.\r\n'), (message, places, end) => {
      const wire = message.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\n`).join('');
      const { text } = decode(cut(Buffer.from(wire + end), places), true);
      expect(text).toBe(message.map((line) => `${line}\n`).join(''));
    }),
    { numRuns: 1000 },
  );
});
