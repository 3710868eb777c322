/** Packs what a pass finds into pages within their bounds: first what is gone, then what has arrived. */
import type { ArrivedEmail, Cursor, EmailPage, PageBounds, RemoteRef } from '../connector.ts';
import type { Candidate } from './candidate.ts';

const MAX_REFS = 5000;

interface Contents {
  arrived: ArrivedEmail[];
  excluded: { ref: RemoteRef; sizeBytes: number }[];
  bytes: number;
}

export class PageBuilder {
  readonly #bounds: PageBounds;
  readonly #cursor: Cursor;
  readonly #expected: number;
  readonly #gone: RemoteRef[];
  #contents: Contents = { arrived: [], excluded: [], bytes: 0 };

  /** `cursor` is that of the pages before the last. */
  constructor(bounds: PageBounds, cursor: Cursor, expected: number, gone: readonly RemoteRef[]) {
    this.#bounds = bounds;
    this.#cursor = cursor;
    this.#expected = expected;
    this.#gone = [...gone];
  }

  /** The pages that have to go out before this one fits in. */
  *makeRoom(candidate: Candidate): Generator<EmailPage> {
    while (this.#gone.length > MAX_REFS) yield this.#page(this.#cursor, false);
    if (!this.#fits(candidate)) yield this.#page(this.#cursor, false);
  }

  add(candidate: Candidate): void {
    if (candidate.kind === 'arrived') {
      this.#contents.arrived.push(candidate.email);
      this.#contents.bytes += candidate.email.source.length;
    } else if (candidate.kind === 'excluded') {
      this.#contents.excluded.push({ ref: candidate.ref, sizeBytes: candidate.sizeBytes });
    }
  }

  /** What has been gathered, where the pass breaks off. */
  *rest(): Generator<EmailPage> {
    if (this.#contents.arrived.length + this.#contents.excluded.length > 0) yield this.#page(this.#cursor, false);
  }

  *finish(cursor: Cursor): Generator<EmailPage> {
    while (this.#gone.length > MAX_REFS) yield this.#page(this.#cursor, false);
    yield this.#page(cursor, true);
  }

  #fits(candidate: Candidate): boolean {
    const { arrived, excluded, bytes } = this.#contents;
    if (candidate.kind === 'excluded') return excluded.length < MAX_REFS;
    if (candidate.kind === 'unread' || arrived.length === 0) return true;
    return arrived.length < this.#bounds.messages && bytes + candidate.email.source.length <= this.#bounds.bytes;
  }

  #page(cursor: Cursor, complete: boolean): EmailPage {
    const { arrived, excluded } = this.#contents;
    this.#contents = { arrived: [], excluded: [], bytes: 0 };
    const gone = this.#gone.splice(0, MAX_REFS);
    return { reset: false, arrived, excluded, flagged: [], gone, cursor, complete, expected: this.#expected };
  }
}
