/** A daily series: its fields, its pattern, and what single occurrences have of their own. */
import type { ItemContent, Json } from '../../../src/model/item.ts';
import { at, put, textAt } from '../../../src/model/json.ts';
import { dropOccurrence, keepException, viewOf } from '../../servers/exchange/calendar/series.ts';
import type { Item } from '../../servers/exchange/store/model.ts';
import { el } from '../../servers/exchange/xml/element.ts';
import { countOf, timeOf } from '../token.ts';
import { begin, bornInCalendar, event, FIRST_START, plainFields, time } from './appointment.ts';
import { DELETED, type Kind, never, type TokenField } from './kind.ts';

const FEW = 5;
const rulesOf = (count: number): Json => [{ '@type': 'RecurrenceRule', frequency: 'daily', count }];

const dayOf = (start: string, number: number) => Temporal.PlainDate.from(start.slice(0, 10)).add({ days: number });

/** What the occurrence of that day, counted from the first, has of its own. */
function occurrence(number: number): TokenField {
  const keyHere = (content: ItemContent) => {
    const start = textAt(content, 'start')!;
    return `${dayOf(start, number)}T${start.slice(11)}`;
  };
  const keyThere = (item: Item) => dayOf(item.fields.Start!.text, number).toString().replaceAll('-', '');
  const override = (content: ItemContent, patch: Json) => put(content, ['recurrenceOverrides', keyHere(content)], patch);
  return {
    name: `occurrence ${number}`,
    here(content) {
      const patch = at(content, 'recurrenceOverrides', keyHere(content));
      return at(patch, 'excluded') === true ? DELETED : textAt(patch, 'title');
    },
    there(item) {
      const exception = item.exceptions[keyThere(item)];
      return exception?.deleted ? DELETED : (exception?.fields.Subject?.text ?? null);
    },
    write: (content, token) => override(content, { title: `Token${token}` }),
    writeThere(item, token) {
      const view = viewOf(item, keyThere(item));
      keepException(view, { ...view, fields: { ...view.fields, Subject: el('Subject', `Token${token}`) } });
    },
    clear: (content) => override(content, { excluded: true }),
    clearThere: (item) => dropOccurrence(viewOf(item, keyThere(item))),
  };
}
const occurrences = [0, 1, 2].map(occurrence);

/** Another day to begin on: exceptions of the old ones mean nothing. */
const seriesTime: TokenField = {
  ...time,
  drops: occurrences,
  write: (content, token) => put(time.write(content, token), ['recurrenceOverrides'], null),
  writeThere(item, token) {
    begin(item, timeOf(token));
    repeat(item, numberOf(item));
    item.exceptions = {};
  },
};

const pattern: TokenField = {
  name: 'pattern',
  here: (content) => `count ${textOfCount(content)}`,
  there: (item) => `count ${numberOf(item)}`,
  write: (content, token) => ({ ...content, recurrenceRules: rulesOf(countOf(token)) }),
  writeThere: (item, token) => repeat(item, countOf(token)),
  ...never,
};

function textOfCount({ recurrenceRules: rules }: ItemContent): Json {
  return Array.isArray(rules) ? at(rules[0], 'count') : null;
}

function numberOf(item: Item): number {
  const range = item.fields.Recurrence?.children.find(({ name }) => name === 'NumberedRecurrence');
  return Number(range?.children.find(({ name }) => name === 'NumberOfOccurrences')?.text);
}

function repeat(item: Item, count: number): void {
  item.fields.Recurrence = el('Recurrence', [
    el('DailyRecurrence', [el('Interval', 1)]),
    el('NumberedRecurrence', [el('StartDate', item.fields.Start!.text.slice(0, 10)), el('NumberOfOccurrences', count)]),
  ]);
}

export const series: Kind = {
  ...{ item: 'appointment', element: 'CalendarItem', folder: 'calendar', folderClass: 'IPF.Appointment', isMeeting: false },
  fields: [...plainFields, ...occurrences, seriesTime, pattern],
  bornHere: (birth) => ({ ...event(birth), recurrenceRules: rulesOf(FEW) }),
  bornThere(item, birth) {
    bornInCalendar(item, birth);
    begin(item, FIRST_START);
    repeat(item, FEW);
  },
};
