/**
 * Our content as it is meant to look there. What was closed in the application is free and reminds nobody; what was over when it
 * was made never did; a file that is too large stays with us.
 */
import { showAs } from '../model/appointment-field.ts';
import { allowance, attachments, filesIn, type HeldFile, keyOf } from '../model/attachment-field.ts';
import type { ItemContent, Json } from '../model/item.ts';
import { put, textAt } from '../model/json.ts';
import { isClosed } from './deletion.ts';
import { isPast } from './past.ts';
import type { Agreement, NotApplied, PlanInput } from './plan-input.ts';

const DAY = 24 * 60 * 60 * 1000;
const LATE_DAYS = 7;

export type Projected = Pick<PlanInput, 'kind' | 'policy' | 'ours' | 'theirs'> & {
  readonly link: Pick<Agreement, 'oursBase'> | null;
};

/** Depends on what was made and when alone, never on the present: nothing is written only because time goes by. */
export function projected(input: Projected): ItemContent {
  const { kind, policy } = input;
  const { content, createdAt } = input.ours!;
  if (kind === 'task') return isClosed(content) || wasDue(content, createdAt) ? silent(content) : content;
  if (kind !== 'appointment') return content;
  const free = policy.closed === 'free' && isClosed(content);
  const late = isPast(content, new Date(createdAt.getTime() - LATE_DAYS * DAY));
  const shown = withoutStaying(input, free ? showAs.set(content, 'free') : content);
  return free || late ? silent(shown) : shown;
}

const silent = (content: ItemContent) => put(content, ['alerts', 'reminder'], null);

function wasDue(content: ItemContent, createdAt: Date): boolean {
  const due = textAt(content, 'due')?.slice(0, 10);
  return due !== undefined && due < new Date(createdAt.getTime() - DAY).toISOString().slice(0, 10);
}

/** Files of ours that are too large to go there. What is there already, or was agreed, is: it is not taken away by a smaller limit. */
export function stayingFiles({ policy, ours, theirs, link }: Projected): readonly HeldFile[] {
  const agreed = (link?.oursBase[attachments.name] ?? []) as readonly Json[];
  const known = new Set<Json>([...agreed, ...(theirs === null ? [] : filesIn(theirs.content).map(({ mark }) => keyOf(mark)))]);
  const files = filesIn(ours!.content);
  const fits = allowance(policy.attachmentBytes);
  const isKnown = ({ mark }: HeldFile) => known.has(keyOf(mark));
  for (const { mark } of files.filter(isKnown)) fits(mark.sizeBytes);
  return files.filter((file) => !isKnown(file) && !fits(file.mark.sizeBytes));
}

function withoutStaying(input: Projected, content: ItemContent): ItemContent {
  const staying = new Set(stayingFiles(input).map(({ id }) => id));
  if (staying.size === 0) return content;
  return attachments.set(
    content,
    filesIn(content).flatMap(({ id, link }) => (staying.has(id) ? [] : [{ id, link }])),
  );
}

export const notSent = (input: Projected): readonly NotApplied[] =>
  stayingFiles(input).map(({ mark }) => ({
    what: attachments.name,
    reason: `${mark.name} is too large to go to Exchange and stays in the application.`,
  }));
