/** An item that one side has and the other does not. */
import { attachments } from '../model/attachment-field.ts';
import type { ItemContent } from '../model/item.ts';
import { ways } from './direction.ts';
import { mailOfWrite } from './mail.ts';
import type { Plan, PlanInput } from './plan-input.ts';
import { agreement, blank, quiet, values } from './plan-parts.ts';
import { notSent, projected } from './project.ts';
import type { Decision } from './state.ts';

/** Only what travels is written. Should the answer be lost, what is found there is joined: nothing is agreed before. */
export function createThere(input: PlanInput, decision: Decision): Plan {
  // Nothing is there that could limit what is written.
  const alone = { ...input, theirs: null, link: null };
  const ours = projected(alone);
  const sent = ways(alone).filter((way) => way.out);
  const content = sent.reduce<ItemContent>((held, { field }) => field.set(held, field.get(ours)), blank(input.kind));
  const verdict = mailOfWrite(alone, content, true);
  const next = { ...agreement(input), filtered: true };
  if (!verdict.goes) return { ...quiet(input, decision, verdict.reason), next: { ...next, state: 'parked' } };
  return {
    ...quiet(input, decision),
    notApplied: sent.some(({ field }) => field.name === attachments.name) ? notSent(alone) : [],
    theirs: { write: 'create', content, fields: sent.map(({ field }) => field.name), mail: verdict.mail },
    next,
    intent: verdict.intent,
  };
}

/** With everything nobody here knows, and without the fields that do not come in. */
export function createHere(input: PlanInput, decision: Decision): Plan {
  const theirs = input.theirs!.content;
  const kept = ways(input).filter((way) => !way.in);
  const empty = blank(input.kind);
  const content = kept.reduce<ItemContent>((held, { field }) => field.set(held, field.get(empty)), theirs);
  const made = { content, deleted: false, owner: input.mailbox, createdAt: input.now };
  const fields = ways(input).filter((way) => way.in);
  return {
    ...quiet(input, decision),
    ours: { write: 'create', content, fields: fields.map(({ field }) => field.name) },
    next: {
      ...agreement({ ...input, ours: made }),
      oursBase: values(input.kind, projected({ ...input, ours: made })),
      theirsBase: values(input.kind, theirs),
    },
  };
}
