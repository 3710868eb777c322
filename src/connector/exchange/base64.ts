/** Decodes the base64 of a message or an attachment as it comes, and keeps no more of it than the limit allows. */

export interface Mime {
  /** All of it, or the header block with its empty line when it was over the limit. */
  readonly bytes: Buffer;
  readonly whole: boolean;
  /** Of all of it. */
  readonly sizeBytes: number;
}

/** A header block is never longer than this in our hands (RFC 5322 knows no limit, hostile senders no shame). */
const MAX_HEADER_BYTES = 1024 * 1024;
/** Most messages are decoded at one stroke; of a large one no more text than this is held. */
const PIECE_LENGTH = 256 * 1024;

export class MimeCollector {
  readonly #limit: number;
  #text = '';
  #parts: Buffer[] = [];
  #size = 0;
  #cut = false;
  #ended = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= PIECE_LENGTH) this.#decode();
  }

  end(): Mime {
    this.#decode();
    if (this.#text !== '') this.#add(Buffer.from(this.#text, 'base64'));
    this.#text = '';
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    if (!this.#cut) return { bytes, whole: true, sizeBytes: this.#size };
    return { bytes: headerBlock(bytes), whole: false, sizeBytes: this.#size };
  }

  /** All but what does not fill a group of four yet. */
  #decode(): void {
    const text = this.#text;
    const whole = text.length - (text.length % 4);
    const padding = whole < text.length || !text.endsWith('=') ? 0 : text.endsWith('==') ? 2 : 1;
    const bytes = Buffer.from(whole < text.length ? text.slice(0, whole) : text, 'base64');
    // As many bytes as the length gives: every character counted. Looking at each of them beforehand takes longer than decoding.
    if (this.#ended || bytes.length !== (whole / 4) * 3 - padding) this.#decodeSifted();
    else {
      this.#text = text.slice(whole);
      this.#ended = padding > 0;
      this.#add(bytes);
    }
  }

  /** Line ends and whatever else stands in between are left out; what comes after the padding is no data. */
  #decodeSifted(): void {
    const clean = this.#ended ? '' : this.#text.replace(/[^A-Za-z0-9+/_=-]+/g, '');
    const padding = clean.indexOf('=');
    this.#ended ||= padding >= 0;
    const end = padding >= 0 ? padding : clean.length - (clean.length % 4);
    this.#text = padding >= 0 ? '' : clean.slice(end);
    if (end > 0) this.#add(Buffer.from(clean.slice(0, end), 'base64'));
  }

  #add(bytes: Buffer): void {
    this.#size += bytes.length;
    if (!this.#cut) this.#parts.push(bytes);
    if (this.#cut || this.#size <= this.#limit) return;
    this.#cut = true;
    // A limit below the length of the header block does not cut it: it is what the message is known by.
    this.#parts = [headerBlock(Buffer.concat(this.#parts, Math.min(this.#size, MAX_HEADER_BYTES)))];
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
