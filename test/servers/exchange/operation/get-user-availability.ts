// GetUserAvailability: free and busy times. Its answer has no ResponseMessages (reference 2.10).

import { endOf, startOf } from '../calendar/series.ts';
import { expand } from '../calendar/view.ts';
import { type Call, errorMessage } from '../call.ts';
import { EwsError, EwsFault, refuse } from '../errors.ts';
import type { Item } from '../store/model.ts';
import { child, childrenOf, childText, type Element, el } from '../xml/element.ts';

const LONGEST = 62 * 86_400_000;
const DIGITS: Readonly<Record<string, number>> = { Free: 0, Tentative: 1, Busy: 2, OOF: 3, WorkingElsewhere: 4 };

interface Window {
  from: number;
  to: number;
  interval: number;
  view: string;
  /** Minutes to add to the caller's local time to get UTC. */
  bias: number;
}

export function getUserAvailability(request: Element, call: Call): Element {
  const options = child(request, 'FreeBusyViewOptions');
  // The time zone of the caller is a must, in the body or as TimeZoneContext [doc].
  const zone = child(request, 'TimeZone');
  if (zone === undefined && call.zone === undefined) throw new EwsFault('ErrorTimeZone', 'A time zone is needed.');
  const bias = Number(childText(zone, 'Bias') ?? 0) + Number(childText(zone, 'StandardTime', 'Bias') ?? 0);
  const local = (text: string) =>
    Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`) + (/(Z|[+-]\d\d:\d\d)$/.test(text) ? 0 : bias * 60_000);
  const window: Window = {
    from: local(childText(options, 'TimeWindow', 'StartTime') ?? ''),
    to: local(childText(options, 'TimeWindow', 'EndTime') ?? ''),
    interval: Number(childText(options, 'MergedFreeBusyIntervalInMinutes') ?? 30),
    view: childText(options, 'RequestedView') ?? 'FreeBusy',
    bias,
  };
  const boxes = childrenOf(child(request, 'MailboxDataArray'), 'MailboxData');
  return el('GetUserAvailabilityResponse', [
    el(
      'FreeBusyResponseArray',
      boxes.map((box) => answerFor(box, window, call)),
    ),
  ]);
}

function answerFor(box: Element, window: Window, call: Call): Element {
  try {
    if (!(window.to > window.from)) refuse('ErrorInvalidTimeInterval', 'The time window is invalid.');
    if (window.to - window.from > LONGEST) refuse('ErrorTimeIntervalTooBig', 'The time window is too long.');
    const mailbox = call.exchange.mailboxOf((childText(box, 'Email', 'Address') ?? '').replace(/^smtp:/i, ''));
    if (mailbox === undefined) refuse('ErrorMailRecipientNotFound', 'The recipient was not found.');
    const items = expand(mailbox, mailbox.folderNamed('calendar').key, window.from, window.to);
    const view = el('FreeBusyView', [
      el('FreeBusyViewType', window.view === 'None' ? 'None' : window.view),
      el('MergedFreeBusy', merged(items, window)),
      window.view === 'MergedOnly'
        ? undefined
        : el(
            'CalendarEventArray',
            items.map((item) => event(item, window)),
          ),
      workingHours(),
    ]);
    return el('FreeBusyResponse', [el('ResponseMessage', [el('ResponseCode', 'NoError')], { ResponseClass: 'Success' }), view]);
  } catch (error) {
    if (!(error instanceof EwsError)) throw error;
    const message = errorMessage('ResponseMessage', error);
    return el('FreeBusyResponse', [message, el('FreeBusyView', [el('FreeBusyViewType', 'None')])]);
  }
}

/** One digit per interval: the busiest of what touches it. */
function merged(items: readonly Item[], { from, to, interval }: Window): string {
  let text = '';
  for (let at = from; at < to; at += interval * 60_000) {
    const until = at + interval * 60_000;
    const inside = items.filter((item) => startOf(item) < until && endOf(item) > at);
    text += Math.max(0, ...inside.map((item) => DIGITS[item.fields.LegacyFreeBusyStatus?.text ?? 'Busy'] ?? 2));
  }
  return text;
}

/** Times of events are local to the caller's zone, without offset [doc]. */
function event(item: Item, { bias, view }: Window): Element {
  const local = (at: number) => new Date(at - bias * 60_000).toISOString().slice(0, 19);
  const details = el('CalendarEventDetails', [
    el('Subject', item.fields.Subject?.text ?? ''),
    el('Location', item.fields.Location?.text ?? ''),
    el('IsMeeting', (item.fields.RequiredAttendees?.children.length ?? 0) > 0),
    el('IsRecurring', item.occurrence !== undefined),
    el('IsException', false),
    el('IsReminderSet', item.fields.ReminderIsSet?.text === 'true'),
    el('IsPrivate', ['Private', 'Confidential'].includes(item.fields.Sensitivity?.text ?? '')),
  ]);
  const busy = item.fields.LegacyFreeBusyStatus?.text ?? 'Busy';
  return el('CalendarEvent', [
    el('StartTime', local(startOf(item))),
    el('EndTime', local(endOf(item))),
    el('BusyType', busy),
    view.startsWith('Detailed') ? details : undefined,
  ]);
}

function workingHours(): Element {
  const change = (month: number) => [
    el('Bias', 0),
    el('Time', '02:00:00'),
    el('DayOrder', 5),
    el('Month', month),
    el('DayOfWeek', 'Sunday'),
  ];
  const zone = el('TimeZone', [el('Bias', 0), el('StandardTime', change(10)), el('DaylightTime', change(3))]);
  const days = el('DayOfWeek', 'Monday Tuesday Wednesday Thursday Friday');
  const period = el('WorkingPeriod', [days, el('StartTimeInMinutes', 480), el('EndTimeInMinutes', 1020)]);
  return el('WorkingHours', [zone, el('WorkingPeriodArray', [period])]);
}
