import { describe, expect, test } from 'vitest';
import { attachments } from '../model/attachment-field.ts';
import type { ItemContent, Json } from '../model/item.ts';
import { agree } from './agree.ts';
import { defaultPolicy, type ItemPolicy } from './item-policy.ts';
import { plan } from './plan.ts';
import type { PlanInput } from './plan-input.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const file = (title: string, length: number): Json => ({
  rel: 'enclosure',
  title,
  href: `data:text/plain,${'x'.repeat(length)}`,
});
const event = (links: Record<string, Json>, more: object = {}): ItemContent =>
  ({ '@type': 'Event', start: '2026-05-06T09:00:00', timeZone: 'Etc/UTC', duration: 'PT1H', links, ...more }) as ItemContent;
const policy = (attachmentBytes: number): ItemPolicy => ({
  ...defaultPolicy('appointment'),
  ...{ filters: [{}], directions: { attachments: 'both' }, attachmentBytes },
});
const input = (ours: ItemContent, theirs: ItemContent | null, limit: number, link: PlanInput['link'] = null): PlanInput => ({
  ...{ kind: 'appointment', now: NOW, policy: policy(limit), mailbox: 'anna@example.com', primary: true, link },
  ours: { content: ours, deleted: false, owner: null, createdAt: NOW },
  theirs: theirs && { presence: 'present', content: theirs, folder: 'c', meeting: null, readOnly: false, explicit: true },
  ...{ intent: 'none', mailBudget: 0 },
});
const names = (content: ItemContent) => Object.values(content.links ?? {}).map(({ title }: { title: string }) => title);

/** Both sides agreed on these files. */
function agreedOn(links: Record<string, Json>, limit: number) {
  const from = input(event(links), null, limit);
  const made = plan(from);
  const theirs = made.theirs.write === 'create' ? made.theirs.content : event({});
  return { theirs, link: agree(from, made, { content: theirs, untouched: true }) };
}

describe('a file that is too large to go there', () => {
  const links = { big: file('big', 11), small: file('small', 10) };

  test('stays, is told of, and makes no change of what is agreed', () => {
    const made = plan(input(event(links), null, 10));
    expect(made.theirs.write === 'create' && names(made.theirs.content)).toEqual(['small']);
    expect(made.notApplied).toEqual([{ what: 'attachments', reason: expect.stringMatching(/^big is too large/) }]);
    const { theirs, link } = agreedOn(links, 10);
    expect(plan(input(event(links), theirs, 10, link)).decision).toBe('nothing');
    expect(plan({ ...input(event(links), theirs, 10, link), theirs: null }).decision).toBe('unlink');
  });

  test('stays where theirs bring in another, and where theirs are all taken away', () => {
    const { theirs, link } = agreedOn(links, 10);
    const more = attachments.set(theirs, [...(attachments.get(theirs) as Json[]), { id: 'new', link: file('new', 1) }]);
    const brought = plan(input(event(links), more, 10, link)).ours;
    expect(brought.write === 'update' && names(brought.content).sort()).toEqual(['big', 'new', 'small']);
    const emptied = plan(input(event(links), attachments.set(theirs, []), 10, link)).ours;
    expect(emptied.write === 'update' && names(emptied.content)).toEqual(['big']);
  });

  test('goes once the limit is a larger one', () => {
    const { theirs, link } = agreedOn(links, 10);
    const made = plan(input(event(links), theirs, 11, link));
    expect(made.theirs.write === 'update' && names(made.theirs.content).sort()).toEqual(['big', 'small']);
  });

  test('is left where it was agreed, whatever the limit has become', () => {
    const { theirs, link } = agreedOn(links, 11);
    const title = event(links, { title: 'Other' });
    expect(plan(input(title, theirs, 5, link)).theirs).toMatchObject({ write: 'update', fields: ['subject'] });
  });
});

test('neither the files of a series nor those of a service appointment travel', () => {
  const links = { a: file('a', 1) };
  for (const more of [
    { recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily' }] },
    { 'mailroom.example:activityType': 'service' },
  ]) {
    const made = plan(input(event(links, more), null, 10));
    expect(made.theirs.write === 'create' && made.theirs.fields).not.toContain('attachments');
    expect(made.notApplied).toEqual([]);
  }
});

test('what was attached there and is seen for the first time comes in, though we have written something else since', () => {
  const { theirs, link } = agreedOn({}, 10);
  const from = input(event({}, { title: 'Other' }), theirs, 10, link);
  const made = plan(from);
  const readBack = { ...(made.theirs.write === 'update' ? made.theirs.content : theirs), links: { hers: file('hers', 1) } };
  const next = agree(from, made, { content: readBack, untouched: true });
  const then = plan(input(event({}, { title: 'Other' }), readBack, 10, next));
  expect(then.ours).toMatchObject({ write: 'update', fields: ['attachments'] });
  expect(then.theirs).toEqual({ write: 'none' });
});
