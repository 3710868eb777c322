import { attachments, filesIn } from '../../../src/model/attachment-field.ts';
import type { ItemContent } from '../../../src/model/item.ts';
import { textAt } from '../../../src/model/json.ts';
import { file } from '../../contract/exchange-files.ts';
import { fileAttachment } from '../../servers/exchange/mime/fill.ts';
import { setText } from '../../servers/exchange/property/context.ts';
import type { Mailbox } from '../../servers/exchange/store/mailbox.ts';
import type { Item } from '../../servers/exchange/store/model.ts';
import { el } from '../../servers/exchange/xml/element.ts';
import { textOf, timeOf } from '../token.ts';
import { type Kind, never, plainly, type TokenField, wordField } from './kind.ts';
import { body } from './task.ts';

export const FIRST_START = '2027-05-03T10:00';
const MINUTES = 30;

/** Zone and length never change: the start is what is told apart. */
export const time: TokenField = {
  name: 'time',
  here: (content) => textAt(content, 'start')?.slice(0, 16) ?? null,
  there: (item) => item.fields.Start?.text.slice(0, 16) ?? null,
  write: (content, token) => ({ ...content, start: `${timeOf(token)}:00` }),
  writeThere: (item, token) => begin(item, timeOf(token)),
  ...never,
};

export function begin(item: Item, start: string): void {
  const end = Temporal.PlainDateTime.from(start).add({ minutes: MINUTES });
  setText(item, 'Start', `${start}:00Z`);
  setText(item, 'End', `${end.toString({ smallestUnit: 'second' })}Z`);
}

export const event = (birth: string): ItemContent => ({
  '@type': 'Event',
  title: birth,
  start: `${FIRST_START}:00`,
  duration: `PT${MINUTES}M`,
  timeZone: 'Etc/UTC',
});

export function bornInCalendar(item: Item, birth: string): void {
  setText(item, 'Subject', birth);
  item.fields.StartTimeZone = el('StartTimeZone', undefined, { Id: 'UTC' });
  begin(item, FIRST_START);
}

/** Whoever writes takes all others away; where both sides do at once, the files of both are there. */
const files: TokenField = {
  name: 'attachments',
  here: (content) => inLine(filesIn(content).map(({ mark }) => mark.name)),
  there: ({ attachments: all }) => inLine(all.map(({ fields }) => fields.Name!.text)),
  write: (content, token) => attachments.set(content, [{ id: `f${token}`, link: file(textOf(token), textOf(token)) }]),
  writeThere(item, token) {
    const mailbox = { newKey: () => FIRST_KEY + token, clock: { now: () => 0 } } as unknown as Mailbox;
    item.attachments = [fileAttachment({ mailbox }, textOf(token), 'text/plain', Buffer.from(textOf(token)))];
  },
  clear: (content) => attachments.set(content, []),
  clearThere(item) {
    item.attachments = [];
  },
};
const FIRST_KEY = 1_000_000;
const inLine = (names: readonly string[]) => (names.length === 0 ? null : [...names].sort().join(' '));

export const plainFields = [wordField('appointment', 'location', 'Location', plainly), body('appointment')];

export const appointment: Kind = {
  ...{ item: 'appointment', element: 'CalendarItem', folder: 'calendar', folderClass: 'IPF.Appointment', isMeeting: false },
  fields: [...plainFields, time, files],
  bornHere: event,
  bornThere: bornInCalendar,
};
