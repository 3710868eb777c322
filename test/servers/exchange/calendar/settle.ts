// Calendar items after a write: zones, instants, all-day rounding, recurrence (reference 38-43).
import { isoSeconds } from '../clock.ts';
import { refuse } from '../errors.ts';
import { type Context, setText, textOf } from '../property/context.ts';
import { mailboxElement } from '../property/settle.ts';
import type { Item } from '../store/model.ts';
import { child, type Element, el, sameElement } from '../xml/element.ts';
import { checkRecurrence, dayText, type Rule, readRule } from './recurrence.ts';
import { dayKey, endOf, seriesDays, startOf, viewOf, zoneOfItem } from './series.ts';
import { newUid } from './uid.ts';
import { findZone, hasOffset, instantOf, readDateTime, UTC, wallClock, type Zone, zoneOf } from './zone.ts';

const FIVE_YEARS = 5 * 366 * 86_400_000;
const HALF_HOUR = 1_800_000;

export function settleCalendar(item: Item, before: Item | undefined, touched: ReadonlySet<string>, context: Context) {
  settleZones(item, before, touched, context);
  settleTimes(item, before, touched, context);
  if (textOf(item, 'IsAllDayEvent') === 'true') roundToDays(item);
  const [start, end] = [startOf(item), endOf(item)];
  if (end < start) refuse('ErrorCalendarEndDateIsEarlierThanStartDate');
  if (end - start > FIVE_YEARS) refuse('ErrorCalendarDurationIsTooLong', 'The calendar item lasts longer than five years.');
  if (item.fields.Recurrence !== undefined) settleRecurrence(item, before, touched, context);
  if (item.occurrence !== undefined && (touched.has('Start') || touched.has('End'))) checkNeighbours(item);
  if (before === undefined) settleNew(item, context);
}

/** The zone given, that of MeetingTimeZone in old requests, TimeZoneContext, else UTC (reference 38 [doc]). */
function settleZones(item: Item, before: Item | undefined, touched: ReadonlySet<string>, context: Context) {
  const meeting = item.fields.MeetingTimeZone?.attributes.TimeZoneName;
  delete item.fields.MeetingTimeZone;
  const given = item.fields.StartTimeZone?.attributes.Id ?? meeting;
  const zone = given === undefined ? (context.zone ?? UTC) : zoneOf(given);
  item.fields.StartTimeZone = el('StartTimeZone', undefined, { Id: zone.id });
  const end = item.fields.EndTimeZone?.attributes.Id;
  if (end !== undefined) item.fields.EndTimeZone = el('EndTimeZone', undefined, { Id: zoneOf(end).id });
  // A new start zone alone also serves the end.
  if (before !== undefined && touched.has('StartTimeZone') && !touched.has('EndTimeZone')) delete item.fields.EndTimeZone;
}

function endZone(item: Item): Zone {
  return findZone(item.fields.EndTimeZone?.attributes.Id ?? '') ?? zoneOfItem(item);
}

function settleTimes(item: Item, before: Item | undefined, touched: ReadonlySet<string>, context: Context) {
  const zones = { Start: zoneOfItem(item), End: endZone(item) };
  if (before === undefined && item.fields.Start === undefined) {
    setText(item, 'Start', isoSeconds(Math.ceil(context.mailbox.clock.now() / HALF_HOUR) * HALF_HOUR));
  }
  for (const name of ['Start', 'End'] as const) {
    const text = textOf(item, name);
    if (text === undefined) continue;
    const written = before === undefined || textOf(before, name) !== text || touched.has(name);
    if (written || !hasOffset(text)) setText(item, name, isoSeconds(readDateTime(text, zones[name])));
    else if (zoneMoved(name, touched)) setText(item, name, isoSeconds(sameWallClock(text, before!, name, zones[name])));
  }
  if (item.fields.End === undefined) setText(item, 'End', isoSeconds(startOf(item) + HALF_HOUR));
}

const zoneMoved = (name: string, touched: ReadonlySet<string>) => touched.has(`${name}TimeZone`) || touched.has('StartTimeZone');

/** A new zone without new times keeps the wall clock and moves the instant (reference 39 [doc]). */
function sameWallClock(text: string, before: Item, name: 'Start' | 'End', zone: Zone): number {
  const old = name === 'Start' ? zoneOfItem(before) : endZone(before);
  return instantOf(wallClock(Date.parse(text), old), zone);
}

/** Start down, end up to midnight in the item's zone (reference 40 [doc, wire]). */
function roundToDays(item: Item) {
  const zone = zoneOfItem(item);
  const start = wallClock(startOf(item), zone).toPlainDate();
  const end = wallClock(endOf(item), zone);
  const last = end.toPlainTime().equals(new Temporal.PlainTime()) ? end.toPlainDate() : end.toPlainDate().add({ days: 1 });
  const after = Temporal.PlainDate.compare(last, start) > 0 ? last : start.add({ days: 1 });
  setText(item, 'Start', isoSeconds(instantOf(start.toPlainDateTime(), zone)));
  setText(item, 'End', isoSeconds(instantOf(after.toPlainDateTime(), zone)));
}

/** Days of a range without zone, and the master on its first occurrence. */
function settleRecurrence(item: Item, before: Item | undefined, touched: ReadonlySet<string>, context: Context) {
  const changed = before === undefined || !sameElement(before.fields.Recurrence, item.fields.Recurrence);
  const moved = before !== undefined && startOf(before) !== startOf(item) && !touched.has('Recurrence');
  if (!changed && !moved) return;
  const start = wallClock(startOf(item), zoneOfItem(item)).toPlainDate();
  item.fields.Recurrence = cleanRecurrence(item.fields.Recurrence!, moved ? start.toString() : undefined);
  checkRecurrence(item.fields.Recurrence);
  const drops =
    before !== undefined && (moved || (context.exchange.switches.patternChangeDropsExceptions && patternChanged(before, item)));
  if (drops) item.exceptions = {};
  const first = seriesDays(item).next().value;
  if (first === undefined || first.equals(start)) return;
  const days = { days: start.until(first).days };
  const [from, to] = [wallClock(startOf(item), zoneOfItem(item)).add(days), wallClock(endOf(item), zoneOfItem(item)).add(days)];
  setText(item, 'Start', isoSeconds(instantOf(from, zoneOfItem(item))));
  setText(item, 'End', isoSeconds(instantOf(to, zoneOfItem(item))));
}

/** The days of the pattern, not how long it goes on: another range leaves the exceptions alone. */
function patternChanged(before: Item, item: Item): boolean {
  if (before.fields.Recurrence === undefined) return false;
  const pattern = ({ kind, interval, days, dayOfMonth, month, index }: Rule) =>
    [kind, interval, [...days].sort(), dayOfMonth, month, index].join();
  return pattern(readRule(before.fields.Recurrence)) !== pattern(readRule(item.fields.Recurrence!));
}

function cleanRecurrence(recurrence: Element, startDate: string | undefined): Element {
  const cleaned = recurrence.children.map((part) =>
    el(
      part.name,
      part.children.map((one) => {
        if (one.name === 'StartDate') return el(one.name, startDate ?? dayText(one.text));
        return one.name === 'EndDate' ? el(one.name, dayText(one.text)) : one;
      }),
    ),
  );
  return el('Recurrence', cleaned);
}

/** An occurrence may neither pass its neighbours nor overlap them (reference 43 [doc]). */
function checkNeighbours(view: Item) {
  const { master, day } = view.occurrence!;
  let previous: string | undefined;
  let next: string | undefined;
  for (const one of seriesDays(master)) {
    const key = dayKey(one);
    if (master.exceptions[key]?.deleted) continue;
    if (key < day) previous = key;
    else if (key > day) {
      next = key;
      break;
    }
  }
  const zone = zoneOfItem(master);
  const ownDay = wallClock(startOf(view), zone).toPlainDate();
  const dayOf = (key: string) => wallClock(startOf(viewOf(master, key)), zone).toPlainDate();
  const passes =
    (previous !== undefined && Temporal.PlainDate.compare(ownDay, dayOf(previous)) <= 0) ||
    (next !== undefined && Temporal.PlainDate.compare(ownDay, dayOf(next)) >= 0);
  if (passes) refuse('ErrorOccurrenceCrossingBoundary', 'The occurrence would pass its neighbour.');
  if (next !== undefined && endOf(view) > startOf(viewOf(master, next)))
    refuse('ErrorOccurrenceTimeSpanTooBig', 'The occurrence would overlap the next one.');
}

function settleNew(item: Item, context: Context) {
  if (textOf(item, 'UID') === undefined) setText(item, 'UID', newUid(context.exchange.draw('uid'), context.mailbox.clock.now()));
  item.fields.Organizer ??= el('Organizer', [mailboxElement(context.mailbox.address, context.exchange)]);
  if (item.fields.ReminderIsSet === undefined) setText(item, 'ReminderIsSet', 'true');
  if (child(item.fields.Organizer, 'Mailbox') === undefined) delete item.fields.Organizer;
}
