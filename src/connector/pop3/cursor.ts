/**
 * What we remember of a maildrop between sessions. Known references live in the store; this only saves asking for them.
 *
 * Version A:
 * - listing: digest of the ids as they stood when a pass was complete; the same again means that nothing has changed.
 * - since: the limit by which that pass left old mail out.
 * - mode: `content` when the server's ids are known to change by themselves.
 * - churn: how often, one after the other, all ids were new while messages were the same.
 * - sample: hashes of a few messages, by which that is noticed.
 *
 * A cursor that cannot be read is as good as none: references are compared all the same, nothing is lost or doubled.
 */
import { z } from 'zod';
import type { Cursor } from '../connector.ts';

const schema = z.object({
  v: z.literal('A'),
  listing: z.string().nullable(),
  since: z.string().nullable(),
  mode: z.enum(['uidl', 'content']),
  churn: z.int().min(0),
  sample: z.array(z.string()),
});

export type Memory = Readonly<Omit<z.output<typeof schema>, 'v'>>;

const NOTHING: Memory = { listing: null, since: null, mode: 'uidl', churn: 0, sample: [] };

export function readCursor(cursor: Cursor | null): Memory {
  if (cursor === null) return NOTHING;
  try {
    const { v: _, ...memory } = schema.parse(JSON.parse(cursor));
    return memory;
  } catch {
    return NOTHING;
  }
}

export function writeCursor({ listing, since, mode, churn, sample }: Memory): Cursor {
  return JSON.stringify({ v: 'A', listing, since, mode, churn, sample }) as Cursor;
}
