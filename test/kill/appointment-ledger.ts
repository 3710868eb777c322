/** Appointments without guests, single ones and series with exceptions: made, changed and deleted on either side. */
import { changeItem, createItemIn, deleteItem } from '../../src/mailbox/items.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { keepException, viewOf } from '../servers/exchange/calendar/series.ts';
import { disposeItem } from '../servers/exchange/operation/items.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { el } from '../servers/exchange/xml/element.ts';
import {
  BOX,
  configOf,
  differences,
  editTheirs,
  findTheirs,
  type ItemLedger,
  type ItemsPlace,
  listOurs,
  mailboxOf,
  placeTheirs,
  row,
  textIn,
  theirsIn,
} from './item-ledger.ts';

/** Not over for a while. */
const YEAR = new Date().getUTCFullYear() + 1;
export const at = (day: string, hour = '09') => `${YEAR}-05-${day}T${hour}:00:00`;
export const SERIES = { recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 5 }] };
/** Those of meetings have a ledger of their own. */
export const MARK = 'Meeting';

export const event = (title: string, more: Readonly<Record<string, Json>> = {}): ItemContent => ({
  ...{ '@type': 'Event', title, start: at('04'), duration: 'PT1H', timeZone: 'Etc/UTC', ...more },
});

export const appointmentLedger: ItemLedger = {
  async begin(place) {
    for (const Subject of ['m0', 'm1', 'm2']) {
      placeTheirs(place, 'calendar', { Subject, Start: `${at('04')}Z`, End: `${at('04', '10')}Z` });
    }
    for (const name of ['c0', 'c1', 'c2']) await create(place, event(name));
    for (const name of ['s0', 's1', 's2']) await create(place, event(name, SERIES));
  },

  async edit(place) {
    const { database } = place;
    const ids = new Map((await listOurs(place, 'appointment')).map(({ id, content }) => [content.title, id]));
    await changeItem(database, ids.get('c0')!, { start: at('05', '11') });
    await deleteItem(database, ids.get('c1')!);
    await changeItem(database, ids.get('c2')!, room('by the application'));
    await changeItem(
      database,
      ids.get('s0')!,
      overrides({ '05': { excluded: true }, '06': { title: 's0, by the application' } }),
    );
    await deleteItem(database, ids.get('s2')!);
    await create(place, event('cN'));
    await create(place, event('sN', { ...SERIES, ...overrides({ '05': { excluded: true }, '07': { title: 'sN, another' } }) }));
    const mailbox = mailboxOf(place);
    const find = (subject: string) => findTheirs(place, 'calendar', 'Subject', subject);
    editTheirs(place, find('m0'), { Location: 'by the user' });
    disposeItem(mailbox, find('m1'), 'HardDelete');
    editTheirs(place, find('c2'), { Subject: 'c2, by the user' });
    except(find('s1'), '06', 's1, by the user');
    mailbox.touch(find('s1'));
    placeTheirs(place, 'calendar', { Subject: 'mN', Start: `${at('08')}Z`, End: `${at('08', '10')}Z` });
  },

  async compare(place) {
    const theirs = theirsIn(place, 'calendar').filter((item) => !textIn(item, 'Subject')?.includes(MARK));
    const ours = (await listOurs(place, 'appointment')).filter(({ content }) => !String(content.title).includes(MARK));
    return [
      ...differences('the calendar', theirs.map(saidThere), EXPECTED),
      ...differences(
        'the application, of appointments,',
        ours.map(({ content }) => saidHere(content)),
        EXPECTED,
      ),
    ];
  },
};

const EXPECTED = [
  row('c0', at('05', '11'), null, ''),
  row('c2, by the user', at('04'), 'by the application', ''),
  row('cN', at('04'), null, ''),
  row('m0', at('04'), 'by the user', ''),
  row('m2', at('04'), null, ''),
  row('mN', at('08'), null, ''),
  row('s0', at('04'), null, '05 gone, 06 s0, by the application'),
  row('s1', at('04'), null, '06 s1, by the user'),
  row('sN', at('04'), null, '05 gone, 07 sN, another'),
];

async function create({ database }: ItemsPlace, content: ItemContent): Promise<void> {
  await createItemIn(database, configOf(BOX), 'appointment', content);
}

const room = (name: string) => ({ locations: { location: { '@type': 'Location', name } } });

export const overrides = (days: Readonly<Record<string, Json>>) => ({
  recurrenceOverrides: Object.fromEntries(Object.entries(days).map(([day, patch]) => [at(day), patch])),
});

function except(master: Item, day: string, subject: string): void {
  const view = viewOf(master, `${YEAR}05${day}`);
  keepException(view, { ...view, fields: { ...view.fields, Subject: el('Subject', subject) } });
}

export function saidThere(item: Item): string {
  const exceptions = Object.entries(item.exceptions).map(
    ([day, { deleted, fields }]) => [day.slice(6), deleted ? 'gone' : (fields.Subject?.text ?? 'as it was')] as const,
  );
  const start = textIn(item, 'Start')?.replace(/Z$/, '');
  return row(textIn(item, 'Subject'), start, textIn(item, 'Location') || null, inOrder(exceptions));
}

export function saidHere(content: ItemContent): string {
  const patches = (content.recurrenceOverrides ?? {}) as Record<string, { excluded?: boolean; title?: string }>;
  const exceptions = Object.entries(patches).map(
    ([start, { excluded, title }]) => [start.slice(8, 10), excluded ? 'gone' : (title ?? 'as it was')] as const,
  );
  const [place] = Object.values((content.locations ?? {}) as Record<string, { name: string }>);
  return row(String(content.title), String(content.start), place?.name, inOrder(exceptions));
}

const inOrder = (exceptions: readonly (readonly [string, string])[]) =>
  exceptions
    .map((exception) => exception.join(' '))
    .sort()
    .join(', ');
