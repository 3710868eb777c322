/** What a store keeps of one stream, in memory: enough to drive an EmailSource as the mailbox room does, and to count. */
import type {
  ArrivedEmail,
  Cursor,
  EmailPage,
  EmailSource,
  KnownRefs,
  PageBounds,
  RemoteRef,
} from '../../src/connector/connector.ts';

export const WIDE: PageBounds = { messages: 100, bytes: 4 << 20, messageBytes: 1 << 20, since: null };

export interface Ledger {
  readonly cursor: Cursor | null;
  readonly known: KnownRefs;
  /** What is present on the server as far as the pages told. */
  readonly present: ReadonlyMap<RemoteRef, ArrivedEmail>;
  /** Every arrival ever committed, in order. */
  readonly arrivals: readonly ArrivedEmail[];
  readonly resets: number;
  commit(page: EmailPage): void;
  /** Runs one pass and commits every page. */
  pass(source: EmailSource, folder: string, bounds?: Partial<PageBounds>): Promise<EmailPage[]>;
  /** Commits so many pages and breaks off. */
  breakOffAfter(pages: number, source: EmailSource, folder: string, bounds?: Partial<PageBounds>): Promise<EmailPage[]>;
  texts(): string[];
}

export function createLedger(): Ledger {
  const present = new Map<RemoteRef, ArrivedEmail>();
  const arrivals: ArrivedEmail[] = [];
  let cursor: Cursor | null = null;
  let resets = 0;
  const known: KnownRefs = {
    has: async (refs) => new Set(refs.filter((ref) => present.has(ref))),
    all: async () => new Set(present.keys()),
  };
  const commit = (page: EmailPage): void => {
    if (page.reset) {
      present.clear();
      resets += 1;
    }
    for (const message of page.arrived) {
      present.set(message.ref, message);
      arrivals.push(message);
    }
    for (const { ref, flags } of page.flagged) {
      const message = present.get(ref);
      if (message) present.set(ref, { ...message, flags });
    }
    for (const ref of page.gone) present.delete(ref);
    // The store keeps it as text.
    cursor = JSON.parse(JSON.stringify(page.cursor)) as Cursor;
  };
  const run = async (limit: number, source: EmailSource, folder: string, bounds: Partial<PageBounds>): Promise<EmailPage[]> => {
    const pages: EmailPage[] = [];
    if (limit === 0) return pages;
    for await (const page of source.changes(folder, cursor, known, { ...WIDE, ...bounds })) {
      pages.push(page);
      commit(page);
      if (pages.length >= limit) break;
    }
    return pages;
  };
  return {
    ...{ known, present, arrivals, commit },
    get cursor() {
      return cursor;
    },
    get resets() {
      return resets;
    },
    pass: (source, folder, bounds = {}) => run(Number.POSITIVE_INFINITY, source, folder, bounds),
    breakOffAfter: (pages, source, folder, bounds = {}) => run(pages, source, folder, bounds),
    texts: () => [...present.values()].map((message) => Buffer.from(message.source).toString('latin1')),
  };
}
