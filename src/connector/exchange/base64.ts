/** Decodes the base64 of a message as it comes, and keeps no more of it than the limit allows. */

export interface Mime {
  /** All of it, or the header block with its empty line when it was over the limit. */
  readonly bytes: Buffer;
  readonly whole: boolean;
  /** Of all of it. */
  readonly sizeBytes: number;
}

/** A header block is never longer than this in our hands (RFC 5322 knows no limit, hostile senders no shame). */
const MAX_HEADER_BYTES = 1024 * 1024;

export class MimeCollector {
  readonly #limit: number;
  #rest = '';
  #reference = '';
  #parts: Buffer[] = [];
  #size = 0;
  #cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  write(text: string): void {
    const given = this.#reference + text;
    // A reference to a line end may be cut in two.
    const cut = /&[^;]{0,10}$/.exec(given)?.index ?? given.length;
    this.#reference = given.slice(cut);
    const clean = this.#rest + given.slice(0, cut).replace(/&#[xX]?[0-9a-fA-F]+;|[^A-Za-z0-9+/=]/g, '');
    const end = clean.length - (clean.length % 4);
    this.#rest = clean.slice(end);
    if (end > 0) this.#add(Buffer.from(clean.slice(0, end), 'base64'));
  }

  end(): Mime {
    if (this.#rest !== '') this.#add(Buffer.from(this.#rest, 'base64'));
    const bytes = Buffer.concat(this.#parts);
    if (!this.#cut) return { bytes, whole: true, sizeBytes: this.#size };
    return { bytes: headerBlock(bytes), whole: false, sizeBytes: this.#size };
  }

  #add(bytes: Buffer): void {
    this.#size += bytes.length;
    if (!this.#cut) this.#parts.push(bytes);
    if (this.#cut || this.#size <= this.#limit) return;
    this.#cut = true;
    // A limit below the length of the header block does not cut it: it is what the message is known by.
    this.#parts = [headerBlock(Buffer.concat(this.#parts))];
  }
}

export function headerBlock(bytes: Buffer): Buffer {
  const ends = [
    [bytes.indexOf('\r\n\r\n'), 4],
    [bytes.indexOf('\n\n'), 2],
  ].filter(([at]) => at! >= 0);
  const end = Math.min(...ends.map(([at, length]) => at! + length!), MAX_HEADER_BYTES);
  return Buffer.from(bytes.subarray(0, end));
}
