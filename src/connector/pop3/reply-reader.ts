/**
 * Turns the bytes of a POP3 server into replies, in the order in which they were asked for, however the network cuts them.
 *
 * Bounded whatever the server sends: an endless status line is refused, a body is kept as far as its Body allows.
 * What comes without having been asked for is handed to `unasked`: a farewell before closing, or a forgery.
 */
import { Failure } from '../../model/failure.ts';
import type { Body } from './body.ts';
import { DotDecoder } from './dot-decoder.ts';

/** RFC 2449 4 allows 512 bytes; servers wrap whole paths into an error. */
const MAX_STATUS_BYTES = 8192;
const LF = 0x0a;
const CR = 0x0d;

export interface Reply {
  readonly status: 'ok' | 'error' | 'continue';
  /** What stands behind +OK or -ERR, without the response code. */
  readonly text: string;
  /** The response code of RFC 2449 8 in upper case, such as IN-USE or SYS/TEMP. */
  readonly code: string | null;
}

export interface Expected {
  /** Where the lines after +OK go; null when the reply is one line. */
  readonly body: Body | null;
  settle(reply: Reply): void;
}

export class ReplyReader {
  readonly #expected: Expected[] = [];
  readonly #unasked: (line: string) => void;
  #line: Buffer[] = [];
  #lineBytes = 0;
  #decoder: DotDecoder | null = null;
  #settleBody: (() => void) | null = null;
  #bareLf: boolean | null = null;

  constructor(unasked: (line: string) => void) {
    this.#unasked = unasked;
  }

  expect(expected: Expected): void {
    this.#expected.push(expected);
  }

  /** Replies that are still to come. */
  get waiting(): number {
    return this.#expected.length + (this.#decoder === null ? 0 : 1);
  }

  /** Between two replies, with no byte of a next one read. */
  get clean(): boolean {
    return this.waiting === 0 && this.#lineBytes === 0;
  }

  /** Throws Failure('garbled') when the bytes cannot be a POP3 server's. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      at = this.#decoder === null ? this.#readStatus(chunk, at) : this.#readBody(this.#decoder, chunk, at);
    }
  }

  #readBody(decoder: DotDecoder, chunk: Buffer, at: number): number {
    const end = decoder.push(chunk, at);
    if (end === -1) return chunk.length;
    const settle = this.#settleBody!;
    this.#decoder = null;
    this.#settleBody = null;
    settle();
    return end;
  }

  #readStatus(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(LF, at);
    const piece = chunk.subarray(at, end === -1 ? chunk.length : end);
    this.#lineBytes += piece.length;
    if (this.#lineBytes > MAX_STATUS_BYTES) throw new Failure('garbled', 'The server sends a reply line without end');
    this.#line.push(piece);
    if (end === -1) return chunk.length;
    const line = Buffer.concat(this.#line);
    this.#line = [];
    this.#lineBytes = 0;
    this.#take(line);
    return end + 1;
  }

  #take(line: Buffer): void {
    const endsInCr = line[line.length - 1] === CR;
    this.#bareLf ??= !endsInCr; // the greeting tells how this server ends its lines
    const text = line.toString('utf8', 0, endsInCr ? line.length - 1 : line.length);
    const expected = this.#expected.shift();
    if (expected === undefined) this.#unasked(text);
    else this.#answer(expected, parseReply(text));
  }

  #answer(expected: Expected, reply: Reply): void {
    const { body } = expected;
    if (reply.status !== 'ok' || body === null) {
      expected.settle(reply);
      return;
    }
    this.#decoder = new DotDecoder((piece) => body.write(piece), this.#bareLf ?? false);
    this.#settleBody = () => expected.settle(reply);
  }
}

/** `+ERR` is what hMailServer up to 5.6 says when it cannot read its own store: an error all the same. */
const STATUS = /^(\+OK|[-+]ERR|\+)(?![A-Za-z0-9])[ \t]*([\s\S]*)$/i;
const CODE = /^\[([A-Za-z0-9][A-Za-z0-9/_.-]*)(?:[ \t][^\]]*)?\][ \t]*/;

export function parseReply(line: string): Reply {
  const match = STATUS.exec(line);
  if (match === null) throw new Failure('garbled', `The server's reply is not POP3: ${quote(line)}`);
  const rest = match[2] ?? '';
  if (match[1] === '+') return { status: 'continue', text: rest, code: null };
  const code = CODE.exec(rest);
  const status = match[1]!.toUpperCase() === '+OK' ? 'ok' : 'error';
  return { status, text: code ? rest.slice(code[0].length) : rest, code: code ? code[1]!.toUpperCase() : null };
}

/** Text of a server for people: one line, no control characters, not endless. */
export function quote(text: string): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  return `"${clean.length > 200 ? `${clean.slice(0, 200)}…` : clean}"`;
}
