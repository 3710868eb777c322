/**
 * Meetings with guests in two other mailboxes and one outside: an invitation (of one meeting and of a series with exceptions), an
 * update, an answer and a cancellation that are meant, a change that nobody meant to tell, one by the organizer in Outlook. The
 * mails are counted where they arrive.
 */
import { changeItem, createItemIn, deleteItem, respondToItem } from '../../src/mailbox/items.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { participantId } from '../../src/model/participant-id.ts';
import { type ListedItem, listItems } from '../../src/store/items.ts';
import { at, event, MARK, overrides, SERIES, saidHere, saidThere } from './appointment-ledger.ts';
import {
  ADDRESSES,
  BOX,
  configOf,
  differences,
  editTheirs,
  findTheirs,
  GUESTS,
  type ItemLedger,
  type ItemsPlace,
  listOurs,
  mailboxOf,
  row,
  textIn,
  theirsIn,
} from './item-ledger.ts';
import { type LedgerCount, noLedger } from './report.ts';

const OUTSIDER = 'dora@elsewhere.example';
const BO = GUESTS[0];
const INVITED = [...GUESTS, OUTSIDER];

const title = (name: string) => `${MARK} ${name}`;

export const meetingLedger: ItemLedger = {
  async begin(place) {
    for (const name of ['told', 'asked', 'off', 'waiting', 'shown']) await invite(place, title(name));
  },

  async edit(place) {
    const { database } = place;
    const ids = new Map((await listOurs(place, 'appointment')).map(({ id, content }) => [content.title, id]));
    const id = (name: string) => ids.get(title(name))!;
    await changeItem(database, id('told'), { title: title('told again') }, { invite: true });
    await respondToItem(database, id('asked'), { response: 'accepted', comment: null, mailboxId: BO });
    await deleteItem(database, id('off'), { invite: true });
    await changeItem(database, id('waiting'), { start: at('12') });
    await invite(place, title('new'));
    const days = overrides({ '05': { excluded: true }, '06': { title: title('elsewhere') } });
    await invite(place, title('series'), { ...SERIES, ...days });
    editTheirs(place, findTheirs(place, 'calendar', 'Subject', title('shown')), { Location: 'by the organizer' });
  },

  async compare(place) {
    const doubtful = (await inDoubt(place)).map(({ content }) => content.title);
    const certain = (rows: readonly string[]) => rows.filter((one) => !doubtful.some((name) => one.startsWith(`${name} |`)));
    const ours = (await listOurs(place, 'appointment')).filter(({ content }) => String(content.title).startsWith(MARK));
    const calendar = (address: string) =>
      theirsIn(place, 'calendar', address).filter((item) => textIn(item, 'Subject')?.includes(MARK));
    return [
      ...differences('the organizer’s calendar', certain(calendar(BOX).map(saidThere)), certain(EXPECTED_THERE)),
      ...differences(
        'the application, of meetings,',
        certain(ours.map(({ content }) => `${saidHere(content)} | ${answerOf(content)}`)),
        certain(EXPECTED),
      ),
      ...GUESTS.flatMap((guest) =>
        differences(
          `the calendar of ${guest}`,
          certain(calendar(guest).map((item) => row(textIn(item, 'Subject'), textIn(item, 'MyResponseType')))),
          certain(copiesOf(guest)),
        ),
      ),
      ...differences('what waits for leave to be told', await needsIntent(place), [title('waiting')]),
    ];
  },
};

const THERE = {
  told: row(title('told again'), at('04'), null, ''),
  asked: row(title('asked'), at('04'), null, ''),
  shown: row(title('shown'), at('04'), 'by the organizer', ''),
  new: row(title('new'), at('04'), null, ''),
  series: row(title('series'), at('04'), null, `05 gone, 06 ${title('elsewhere')}`),
};
const EXPECTED_THERE = [...Object.values(THERE), row(title('waiting'), at('04'), null, '')];
const EXPECTED = Object.entries({ ...THERE, waiting: row(title('waiting'), at('12'), null, '') }).map(
  ([name, said]) => `${said} | ${name === 'asked' ? 'accepted' : 'needs-action'}`,
);

/** Exchange brings them by itself; a cancelled one stays until its owner takes it away. */
const copiesOf = (guest: string) => [
  ...['told again', 'waiting', 'shown', 'new', 'series'].map((name) => row(title(name), 'NoResponseReceived')),
  row(title('asked'), guest === BO ? 'Accept' : 'NoResponseReceived'),
  row(`Canceled: ${title('off')}`, 'NoResponseReceived'),
];

function answerOf(content: ItemContent): string {
  const people = content.participants as Readonly<Record<string, { participationStatus?: string }>>;
  return people[participantId(BO)]?.participationStatus ?? 'needs-action';
}

async function invite({ database }: ItemsPlace, name: string, more: Readonly<Record<string, Json>> = {}): Promise<void> {
  const guest = (address: string) => ({
    ...{ '@type': 'Participant', sendTo: { imip: `mailto:${address}` }, roles: { attendee: true } },
  });
  const participants = Object.fromEntries(INVITED.map((address) => [address, guest(address)]));
  await createItemIn(database, configOf(BOX), 'appointment', event(name, { participants, ...more }), { invite: true });
}

/** The meeting that a mail was meant to be about, and each mail. */
const MEANT: readonly (readonly [meeting: string, mails: readonly string[]])[] = [
  [title('told again'), toAll('MeetingRequest', title('told again'))],
  [title('asked'), [mail(BOX, 'MeetingResponse', `Accepted: ${title('asked')}`)]],
  [title('off'), toAll('MeetingCancellation', `Canceled: ${title('off')}`)],
  [title('new'), toAll('MeetingRequest', title('new'))],
  [title('series'), toAll('MeetingRequest', title('series'))],
];
const BEFORE = ['told', 'asked', 'off', 'waiting', 'shown'].flatMap((name) => toAll('MeetingRequest', title(name)));

function mail(to: string, kind: string, subject: string): string {
  return `${to}: ${kind} "${subject}"`;
}

function toAll(kind: string, subject: string): string[] {
  return INVITED.map((to) => mail(to, kind, subject));
}

/** Every mail that was meant, by what arrived; and what is wrong with it. */
export async function countMails(place: ItemsPlace): Promise<{ readonly ledger: LedgerCount; readonly problems: string[] }> {
  const ledger = noLedger();
  const problems: string[] = [];
  const arrived = [...ADDRESSES.flatMap((address) => inboxOf(place, address)), ...outsideOf(place)];
  const count = (wanted: string) => arrived.filter((one) => one === wanted).length;
  const doubtful = (await inDoubt(place)).map(({ content }) => content.title);
  for (const [meeting, mails] of MEANT) {
    for (const wanted of mails) {
      const times = count(wanted);
      ledger.messages += 1;
      if (times > 1) ledger.doubled += 1;
      else if (doubtful.includes(meeting)) {
        ledger.inDoubt += 1;
        ledger.inDoubtArrived += times;
      } else if (times === 1) ledger.once += 1;
      else ledger.lost += 1;
      if (times > 1 || (times === 0 && !doubtful.includes(meeting))) problems.push(`${wanted} left ${times} times`);
    }
  }
  const known = new Set([...BEFORE, ...MEANT.flatMap(([, mails]) => mails)]);
  for (const one of arrived) if (!known.has(one)) problems.push(`${one} was not meant by anybody`);
  for (const one of BEFORE) if (count(one) !== 1) problems.push(`${one} left ${count(one)} times`);
  return { ledger, problems };
}

const inboxOf = (place: ItemsPlace, address: string): string[] => {
  const mailbox = mailboxOf(place, address);
  const messages = mailbox.itemsIn(mailbox.folderNamed('inbox').key);
  return messages.map((item) => mail(address, item.kind, textIn(item, 'Subject') ?? ''));
};

const KINDS: Readonly<Record<string, string>> = { REQUEST: 'MeetingRequest', CANCEL: 'MeetingCancellation' };

const outsideOf = ({ exchange }: ItemsPlace): string[] =>
  exchange.outside.flatMap(({ to, mime }) => {
    const text = mime.toString();
    const kind = KINDS[/method=(\w+)/i.exec(text)?.[1]?.toUpperCase() ?? ''] ?? 'another mail';
    return to.map((address) => mail(address, kind, /^Subject: (.*)$/m.exec(text)?.[1]?.trim() ?? ''));
  });

/** Items of which nobody knows whether their guests were told. */
export async function inDoubt({ database }: ItemsPlace): Promise<readonly ListedItem[]> {
  const all = await Array.fromAsync(listItems(database, { kind: 'appointment', deleted: true }));
  return all.filter(({ links }) => links.some(({ state }) => state === 'in-doubt'));
}

async function needsIntent(place: ItemsPlace): Promise<string[]> {
  const waiting = (await listOurs(place, 'appointment')).filter(({ links }) =>
    links.some(({ state }) => state === 'needs-intent'),
  );
  return waiting.map(({ content }) => String(content.title));
}
