import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { Body } from './body.ts';
import { parseReply, quote, type Reply, ReplyReader } from './reply-reader.ts';

interface Read {
  readonly reply: Reply;
  readonly body: string | null;
}

/** Reads the chunks as answers to commands of which some have a body. */
function read(chunks: readonly Buffer[], expected: readonly boolean[]): { read: Read[]; unasked: string[] } {
  const got: Read[] = [];
  const unasked: string[] = [];
  const reader = new ReplyReader((line) => unasked.push(line));
  for (const multiline of expected) {
    const body = multiline ? new Body(1 << 20) : null;
    reader.expect({
      body,
      settle: (reply) => got.push({ reply, body: reply.status === 'ok' && body ? body.bytes().toString('latin1') : null }),
    });
  }
  for (const chunk of chunks) reader.push(chunk);
  return { read: got, unasked };
}

function cutEverywhere(text: string): Buffer[][] {
  const bytes = Buffer.from(text, 'latin1');
  return Array.from({ length: bytes.length - 1 }, (_, at) => [bytes.subarray(0, at + 1), bytes.subarray(at + 1)]);
}

const CONVERSATION =
  '+OK hello <1@x>\r\n-ERR [IN-USE] busy\r\n+OK 5 octets\r\nA..\r\n..\r\n\r\n.\r\n+OK\r\n.\r\n-ERR gone\r\n+ \r\n+OK bye\r\n';
const EXPECTED = [false, false, true, true, true, false, false];

test('replies come out the same wherever the bytes are cut in two', () => {
  const whole = read([Buffer.from(CONVERSATION)], EXPECTED);
  expect(whole.read.map(({ reply }) => reply.status)).toEqual(['ok', 'error', 'ok', 'ok', 'error', 'continue', 'ok']);
  expect(whole.read[2]!.body).toBe('A..\r\n.\r\n\r\n');
  expect(whole.read[3]!.body).toBe('');
  for (const chunks of cutEverywhere(CONVERSATION)) expect(read(chunks, EXPECTED)).toEqual(whole);
});

test('and however many pieces there are', () => {
  const whole = read([Buffer.from(CONVERSATION)], EXPECTED);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (sizes) => {
      const bytes = Buffer.from(CONVERSATION);
      const chunks: Buffer[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length]!;
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(read(chunks, EXPECTED)).toEqual(whole);
    }),
  );
});

test('what nobody asked for is handed on and breaks nothing', () => {
  expect(read([Buffer.from('+OK\r\n-ERR idle for too long\r\n')], [false]).unasked).toEqual(['-ERR idle for too long']);
});

test('a reply line without end is refused before it fills the memory', () => {
  const reader = new ReplyReader(() => {});
  const flood = () => {
    for (let n = 0; n < 100_000; n += 1) reader.push(Buffer.alloc(1000, 'x'));
  };
  expect(flood).toThrow(Failure);
});

test('arbitrary bytes never crash it, they are replies or garbled', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), fc.array(fc.boolean()), (chunks, expected) => {
      try {
        read(
          chunks.map((chunk) => Buffer.from(chunk)),
          expected,
        );
      } catch (error) {
        expect(error).toMatchObject({ name: 'Failure', code: 'garbled' });
      }
    }),
  );
});

describe('a status line', () => {
  test.each<[string, Partial<Reply>]>([
    ['+OK', { status: 'ok', text: '', code: null }],
    ['+OK  2 320', { status: 'ok', text: '2 320' }],
    ['+ok lower', { status: 'ok', text: 'lower' }],
    ['-ERR', { status: 'error', text: '', code: null }],
    ['-ERR [IN-USE] Mailbox is locked', { status: 'error', text: 'Mailbox is locked', code: 'IN-USE' }],
    ['-ERR [sys/temp] later', { status: 'error', text: 'later', code: 'SYS/TEMP' }],
    ['-ERR [LOGIN-DELAY 60] wait', { status: 'error', text: 'wait', code: 'LOGIN-DELAY' }],
    ['-ERR [] x', { status: 'error', text: '[] x', code: null }],
    ['+ERR Server error: Failed to fetch messages in Inbox.', { status: 'error' }],
    ['+ dGVzdA==', { status: 'continue', text: 'dGVzdA==' }],
    ['+', { status: 'continue', text: '' }],
  ])('%s', (line, reply) => {
    expect(parseReply(line)).toMatchObject(reply);
  });

  test.each(['', 'OK', '* BYE', 'HTTP/1.1 400 Bad Request', '+OKAY', '220 smtp.example.com ESMTP', '\u0015\u0003\u0001'])(
    '%j is not POP3',
    (line) => {
      expect(() => parseReply(line)).toThrow(/not POP3/);
    },
  );
});

test('what a server says is quoted without its control characters and not at any length', () => {
  expect(quote('a\r\nb\u001b[31m\u202e')).toBe('"a b [31m"');
  expect(quote('x'.repeat(5000)).length).toBeLessThan(250);
});
