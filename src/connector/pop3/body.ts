import { createHash, type Hash } from 'node:crypto';

/** Where the body of a reply is gathered: never more than `limit` bytes of it, but all of them counted and, if wanted, hashed. */
export class Body {
  readonly limit: number;
  readonly #hash: Hash | null;
  #pieces: Buffer[] = [];
  #kept = 0;
  #seen = 0;

  constructor(limit: number, options: { readonly hashed?: boolean } = {}) {
    this.limit = limit;
    this.#hash = options.hashed ? createHash('sha256') : null;
  }

  write(piece: Buffer): void {
    this.#seen += piece.length;
    this.#hash?.update(piece);
    const room = this.limit - this.#kept;
    if (room <= 0 || piece.length === 0) return;
    const kept = piece.length <= room ? piece : piece.subarray(0, room);
    this.#pieces.push(kept);
    this.#kept += kept.length;
  }

  /** How many bytes came, kept or not. */
  get seen(): number {
    return this.#seen;
  }

  get kept(): number {
    return this.#kept;
  }

  get complete(): boolean {
    return this.#seen === this.#kept;
  }

  /** What was kept, in memory of its own: shared with no other message, so that it can be handed to another thread. */
  bytes(): Buffer {
    const all = Buffer.allocUnsafeSlow(this.#kept);
    let at = 0;
    for (const piece of this.#pieces) at += piece.copy(all, at);
    this.#pieces = [all];
    return all;
  }

  /** sha256 of all bytes that came, in hex; once, when the body has ended. */
  digest(): string {
    if (this.#hash === null) throw new Error('this body was not hashed');
    return this.#hash.digest('hex');
  }
}
