/** Two sides that agreed on something and have changed since, as `sync` is given them. */
import { FIELDS } from '../../src/model/fields.ts';
import type { ItemContent, ItemKind, Json, MailIntent, MeetingFacts } from '../../src/model/item.ts';
import { agree } from '../../src/sync/agree.ts';
import { defaultPolicy, type ItemPolicy } from '../../src/sync/item-policy.ts';
import { plan } from '../../src/sync/plan.ts';
import type { OurSide, Plan, PlanInput, TheirSide } from '../../src/sync/plan-input.ts';

export const ANNA = 'anna@example.com';
export const NOW = new Date('2026-11-22T12:00:00Z');

const person = (address: string, roles: Json) => ({
  [address]: { '@type': 'Participant', sendTo: { imip: `mailto:${address}` }, roles },
});
export const GUESTS = {
  participants: { ...person(ANNA, { owner: true, attendee: true }), ...person('bo@example.com', { attendee: true }) },
};

export const event = (more: { readonly [name: string]: Json } = {}): ItemContent => ({
  ...{ '@type': 'Event', title: 'Visit', start: '2026-12-01T09:00:00', duration: 'PT1H', timeZone: 'Europe/Berlin' },
  ...more,
});
export const PAST = { start: '2026-11-01T09:00:00' };
export const task = (more: { readonly [name: string]: Json } = {}): ItemContent => ({ '@type': 'Task', title: 'Call', ...more });
export const card = (more: { readonly [name: string]: Json } = {}): ItemContent => ({
  ...{ '@type': 'Card', name: { components: [{ kind: 'surname', value: 'Berg' }], full: 'Berg' } },
  ...more,
});

export const ORGANIZER: MeetingFacts = { role: 'organizer', sent: true, cancelled: false, organizer: ANNA, sequence: 0 };
export const ATTENDEE: MeetingFacts = { ...ORGANIZER, role: 'attendee', organizer: 'boss@example.net' };

export interface Situation {
  readonly kind: ItemKind;
  readonly was: ItemContent;
  readonly ours?: ItemContent;
  readonly theirs?: ItemContent;
  readonly meeting?: MeetingFacts | null;
  readonly policy?: Partial<ItemPolicy>;
  readonly intent?: MailIntent;
  readonly our?: Partial<OurSide>;
  readonly their?: Partial<TheirSide>;
}

export function planned(given: Situation): Plan {
  const { kind, was, meeting = null } = given;
  const policy = { ...defaultPolicy(kind), filters: [{}], ...given.policy };
  const side = (content: ItemContent): TheirSide => ({
    ...{ presence: 'present', content, folder: 'own', meeting, readOnly: false, explicit: true },
  });
  const ours = { content: was, deleted: false, owner: ANNA, createdAt: NOW };
  const base: PlanInput = {
    ...{ kind, now: NOW, policy, mailbox: ANNA, primary: true, link: null, ours, theirs: side(was) },
    ...{ intent: given.intent ?? 'none', mailBudget: 5 },
  };
  const link = agree(base, plan(base), { content: was, untouched: true });
  return plan({
    ...base,
    link,
    ours: { ...ours, content: given.ours ?? was, ...given.our },
    theirs: { ...side(given.theirs ?? was), ...given.their },
  });
}

/** What is made in the mailbox of an item that the application alone has. */
export function created(kind: ItemKind, content: ItemContent, options: Partial<PlanInput> = {}): Plan {
  const ours = { content, deleted: false, owner: ANNA, createdAt: NOW };
  const policy = { ...defaultPolicy(kind), filters: [{}] };
  return plan({
    ...{ kind, now: NOW, policy, mailbox: ANNA, primary: true, link: null, ours, theirs: null, intent: 'none', mailBudget: 5 },
    ...options,
  });
}

export function fieldOf(kind: ItemKind, name: string, content: ItemContent): Json {
  return FIELDS[kind].find((field) => field.name === name)!.get(content);
}
