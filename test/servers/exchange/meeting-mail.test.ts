// Meetings with people outside: iMIP in through SMTP, and out (RFC 5546, RFC 6047; reference 45).
import { createTransport } from 'nodemailer';
import PostalMime from 'postal-mime';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { parseCalendar, propertiesOf, propertyOf } from './calendar/icalendar.ts';
import { codesOf, idOf, itemsOf, startStandIn, textAt } from './check/client.ts';
import { serveSmtp } from './smtp.ts';
import { child, childrenOf, type Element } from './xml/element.ts';

const { call, exchange } = await startStandIn();
const door = await serveSmtp(exchange, 0);
afterAll(() => door.close());
const mailbox = exchange.mailboxOf('alice@example.com')!;

interface Event {
  uid: string;
  sequence?: number;
  start?: string;
  end?: string;
  more?: string[];
}

/** Mail of jane@example.net with an invitation, as clients other than Exchange write it. */
async function mail(
  method: string,
  event: Event,
  organizer = 'jane@example.net',
  partstat = 'NEEDS-ACTION',
  who = 'alice@example.com',
) {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//x//y',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    `UID:${event.uid}`,
    'DTSTAMP:20261101T100000Z',
    `DTSTART:${event.start ?? '20261210T100000Z'}`,
    `DTEND:${event.end ?? '20261210T110000Z'}`,
    `SEQUENCE:${event.sequence ?? 0}`,
    `SUMMARY:${event.uid}`,
    'LOCATION:Room 9',
    `ORGANIZER;CN=Organizer:mailto:${organizer}`,
    `ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=${partstat};RSVP=TRUE:mailto:${who}`,
    ...(event.more ?? []),
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ];
  const transport = createTransport({ host: '127.0.0.1', port: door.port, secure: false, ignoreTLS: true });
  await transport.sendMail({
    from: 'jane@example.net',
    to: 'alice@example.com',
    subject: `${method} ${event.uid}`,
    text: 'see the invitation',
    alternatives: [{ contentType: `text/calendar; charset=utf-8; method=${method}`, content: lines.join('\r\n') }],
  });
}

async function find(folder: string, test: (item: Element) => boolean): Promise<Element | undefined> {
  const ids = mailbox.itemsIn(mailbox.folderNamed(folder).key).map((item) => `<t:ItemId Id="${mailbox.itemId(item)}"/>`);
  if (ids.length === 0) return undefined;
  const reply = await call(
    `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds>${ids.join('')}</m:ItemIds></m:GetItem>`,
  );
  return itemsOf(reply).findLast(test);
}

const byUid = (folder: string, uid: string) => find(folder, (item) => textAt(item, 'UID') === uid);
const bySubject = (folder: string, subject: string) => find(folder, (item) => textAt(item, 'Subject') === subject);
const respond = (kind: string, item: Element | undefined) =>
  call(
    `<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:${kind}><t:ReferenceItemId Id="${idOf(item).id}"/></t:${kind}></m:Items></m:CreateItem>`,
  );

/** The invitation that last left for somebody outside. */
async function left() {
  const { to, mime } = exchange.outside.at(-1)!;
  const parsed = await new PostalMime().parse(mime);
  const part = parsed.attachments.find((one) => one.mimeType === 'text/calendar');
  const calendar = parseCalendar(Buffer.from(part!.content as ArrayBuffer).toString());
  const event = calendar.components.find((one) => one.name === 'VEVENT')!;
  const value = (name: string) => propertyOf(event, name)?.value;
  return { to, text: mime.toString(), method: propertyOf(calendar, 'METHOD')?.value, event, value };
}

beforeEach(() => {
  exchange.switches.processExternalMeetings = true;
});

describe('a request from outside', () => {
  it('is a meeting request in the Inbox and a tentative item in the calendar', async () => {
    await mail('REQUEST', { uid: 'r1' });
    const request = await bySubject('inbox', 'REQUEST r1');
    expect([request?.name, textAt(request, 'ItemClass'), textAt(request, 'MeetingRequestType')]).toEqual([
      'MeetingRequest',
      'IPM.Schedule.Meeting.Request',
      'NewMeetingRequest',
    ]);
    expect([textAt(request, 'Start'), textAt(request, 'Location'), textAt(request, 'HasAttachments')]).toEqual([
      '2026-12-10T10:00:00Z',
      'Room 9',
      'false',
    ]);
    const copy = await byUid('calendar', 'r1');
    expect([textAt(copy, 'Subject'), textAt(copy, 'LegacyFreeBusyStatus'), textAt(copy, 'MyResponseType')]).toEqual([
      'r1',
      'Tentative',
      'NoResponseReceived',
    ]);
    expect(textAt(copy, 'Organizer', 'Mailbox', 'EmailAddress')).toBe('jane@example.net');
    expect(child(request, 'AssociatedCalendarItemId')?.attributes.Id).toBe(idOf(copy).id);
  });

  it('moves the item when its sequence is later, and is out of date when it is earlier', async () => {
    await mail('REQUEST', { uid: 'r2', sequence: 1 });
    await mail('REQUEST', { uid: 'r2', sequence: 2, start: '20261211T100000Z', end: '20261211T110000Z' });
    expect(textAt(await byUid('calendar', 'r2'), 'Start')).toBe('2026-12-11T10:00:00Z');
    expect(textAt(await bySubject('inbox', 'REQUEST r2'), 'MeetingRequestType')).toBe('FullUpdate');
    await mail('REQUEST', { uid: 'r2', sequence: 0, start: '20261212T100000Z', end: '20261212T110000Z' });
    expect(textAt(await byUid('calendar', 'r2'), 'Start')).toBe('2026-12-11T10:00:00Z');
    expect(textAt(await bySubject('inbox', 'REQUEST r2'), 'IsOutOfDate')).toBe('true');
  });

  it('changes one occurrence of a series when it names one', async () => {
    await mail('REQUEST', { uid: 'r3', more: ['RRULE:FREQ=DAILY;COUNT=3'] });
    await mail('REQUEST', {
      uid: 'r3',
      sequence: 1,
      start: '20261211T150000Z',
      end: '20261211T160000Z',
      more: ['RECURRENCE-ID:20261211T100000Z'],
    });
    const master = await byUid('calendar', 'r3');
    const modified = childrenOf(child(master, 'ModifiedOccurrences'), 'Occurrence');
    expect(modified.map((one) => [textAt(one, 'OriginalStart'), textAt(one, 'Start')])).toEqual([
      ['2026-12-11T10:00:00Z', '2026-12-11T15:00:00Z'],
    ]);
  });

  it('waits for an answer where external meetings are not processed', async () => {
    exchange.switches.processExternalMeetings = false;
    await mail('REQUEST', { uid: 'r4' });
    expect(await byUid('calendar', 'r4')).toBeUndefined();
    expect(codesOf(await respond('AcceptItem', await byUid('inbox', 'r4')))).toEqual(['NoError']);
    expect(textAt(await byUid('calendar', 'r4'), 'MyResponseType')).toBe('Accept');
  });

  it('is answered by a REPLY that speaks of the one who answers', async () => {
    await mail('REQUEST', { uid: 'r5', sequence: 3, more: ['ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:other@example.net'] });
    expect(codesOf(await respond('TentativelyAcceptItem', await byUid('inbox', 'r5')))).toEqual(['NoError']);
    const { to, method, event, value, text } = await left();
    expect([to, method, value('UID'), value('SEQUENCE')]).toEqual([['jane@example.net'], 'REPLY', 'r5', '3']);
    expect(propertiesOf(event, 'ATTENDEE').map((one) => [one.value, one.parameters.PARTSTAT])).toEqual([
      ['MAILTO:alice@example.com', 'TENTATIVE'],
    ]);
    expect(text).toMatch(/content-type: text\/calendar; charset=utf-8; method=REPLY/i);
    expect(text).not.toMatch(/content-disposition: attachment/i);
  });
});

describe('a cancellation from outside', () => {
  it('marks the item', async () => {
    await mail('REQUEST', { uid: 'c1' });
    await mail('CANCEL', { uid: 'c1', sequence: 1 });
    const copy = await byUid('calendar', 'c1');
    expect([textAt(copy, 'IsCancelled'), textAt(copy, 'AppointmentState')]).toEqual(['true', '7']);
    expect((await bySubject('inbox', 'CANCEL c1'))?.name).toBe('MeetingCancellation');
  });

  it('does nothing when it is older than the item', async () => {
    await mail('REQUEST', { uid: 'c2', sequence: 2 });
    await mail('CANCEL', { uid: 'c2', sequence: 1 });
    expect(textAt(await byUid('calendar', 'c2'), 'IsCancelled')).toBe('false');
  });
});

describe('a meeting with somebody outside', () => {
  const invite = async (uid: string) =>
    itemsOf(
      await call(
        `<m:CreateItem SendMeetingInvitations="SendOnlyToAll"><m:Items><t:CalendarItem><t:Subject>${uid}</t:Subject><t:UID>${uid}</t:UID><t:Start>2026-12-10T10:00:00Z</t:Start><t:End>2026-12-10T11:00:00Z</t:End><t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>jane@example.net</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees></t:CalendarItem></m:Items></m:CreateItem>`,
      ),
    )[0];
  const answerOf = async (uid: string) =>
    childrenOf(child(await byUid('calendar', uid), 'RequiredAttendees'), 'Attendee').map((one) => textAt(one, 'ResponseType'));

  it('is asked for and cancelled by mail', async () => {
    const item = await invite('o1');
    const request = await left();
    expect([request.to, request.method, request.value('UID'), request.value('STATUS')]).toEqual([
      ['jane@example.net'],
      'REQUEST',
      'o1',
      'CONFIRMED',
    ]);
    expect(propertyOf(request.event, 'ORGANIZER')?.value).toBe('MAILTO:alice@example.com');
    await respond('CancelCalendarItem', item);
    const cancel = await left();
    expect([cancel.method, cancel.value('UID'), cancel.value('SEQUENCE'), cancel.value('STATUS')]).toEqual([
      'CANCEL',
      'o1',
      '1',
      'CANCELLED',
    ]);
  });

  it.each([
    ['ACCEPTED', 'Accept', 'IPM.Schedule.Meeting.Resp.Pos'],
    ['DECLINED', 'Decline', 'IPM.Schedule.Meeting.Resp.Neg'],
    ['TENTATIVE', 'Tentative', 'IPM.Schedule.Meeting.Resp.Tent'],
  ])('learns from a REPLY that it is %s', async (partstat, response, itemClass) => {
    const uid = `o-${partstat}`;
    await invite(uid);
    await mail('REPLY', { uid }, 'alice@example.com', partstat, 'jane@example.net');
    expect(await answerOf(uid)).toEqual([response]);
    const message = await bySubject('inbox', `REPLY ${uid}`);
    expect([message?.name, textAt(message, 'ItemClass')]).toEqual(['MeetingResponse', itemClass]);
  });

  it('takes another proposal for a tentative answer', async () => {
    await invite('o-counter');
    await mail(
      'COUNTER',
      { uid: 'o-counter', start: '20261213T100000Z', end: '20261213T110000Z' },
      'alice@example.com',
      'TENTATIVE',
      'jane@example.net',
    );
    expect(await answerOf('o-counter')).toEqual(['Tentative']);
    expect(textAt(await bySubject('inbox', 'COUNTER o-counter'), 'ProposedStart')).toBe('2026-12-13T10:00:00Z');
    expect(textAt(await byUid('calendar', 'o-counter'), 'Start')).toBe('2026-12-10T10:00:00Z');
  });
});
