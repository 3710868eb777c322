/**
 * Reads the body of a multi-line reply: takes the byte-stuffed dots out and finds the end (RFC 1939 3).
 *
 * A state machine over bytes, so that it does not matter how the network cuts them. Only CRLF ends a line: a lone CR or LF
 * belongs to the message, and `<LF>.<CRLF>` inside a message must not end it, or a sender could forge the replies that follow.
 * A server that greets with a bare LF ends all its lines so (`bareLf`), and then LF is the line's end.
 */
const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const CRLF_DOT = Buffer.from('\r\n.');
const LF_DOT = Buffer.from('\n.');
const A_CR = Buffer.from('\r');

type State = 'line-start' | 'dot' | 'dot-cr' | 'text' | 'text-cr';

export class DotDecoder {
  readonly #bareLf: boolean;
  readonly #write: (piece: Buffer) => void;
  #state: State = 'line-start';

  constructor(write: (piece: Buffer) => void, bareLf = false) {
    this.#write = write;
    this.#bareLf = bareLf;
  }

  /** Reads `chunk` from `start`. Returns the index after the terminator, or -1 when the body goes on in the next chunk. */
  push(chunk: Buffer, start = 0): number {
    let at = start;
    while (at < chunk.length) {
      if (this.#state === 'text') at = this.#text(chunk, at);
      else if (this.#step(chunk[at]!)) return at + 1;
      else at = this.#consumed(chunk, at);
    }
    return -1;
  }

  /** One byte outside running text decides the next state; true at the end of the body. */
  #step(byte: number): boolean {
    const state = this.#state;
    if (state === 'line-start') this.#state = byte === DOT ? 'dot' : 'text';
    else if (state === 'text-cr') this.#state = byte === LF ? 'line-start' : 'text';
    else if (state === 'dot') {
      if (byte === LF && this.#bareLf) return true;
      this.#state = byte === CR ? 'dot-cr' : 'text';
    } else if (byte === LF) return true;
    else {
      // ".\r" and then something else: the dot was stuffing, the CR is the message's own
      this.#write(A_CR);
      this.#state = 'text';
    }
    return false;
  }

  /** Where reading goes on after `#step`: bytes of text are left to `#text`, marks are swallowed, an LF after CR is written. */
  #consumed(chunk: Buffer, at: number): number {
    if (this.#state === 'text') return at;
    if (this.#state === 'line-start') this.#write(chunk.subarray(at, at + 1));
    return at + 1;
  }

  #text(chunk: Buffer, at: number): number {
    const mark = this.#bareLf ? LF_DOT : CRLF_DOT;
    const found = chunk.indexOf(mark, at);
    if (found === -1) {
      this.#write(chunk.subarray(at));
      this.#state = this.#tail(chunk, at);
      return chunk.length;
    }
    this.#write(chunk.subarray(at, found + mark.length - 1));
    this.#state = 'dot';
    return found + mark.length;
  }

  #tail(chunk: Buffer, from: number): State {
    const last = chunk[chunk.length - 1];
    if (last === LF && this.#bareLf) return 'line-start';
    if (last === LF && chunk.length - from >= 2 && chunk[chunk.length - 2] === CR) return 'line-start';
    return last === CR && !this.#bareLf ? 'text-cr' : 'text';
  }
}
