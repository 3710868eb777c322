// DavMail 6 of Debian against the stand-in: IMAP, SMTP, CalDAV, CardDAV. Skipped where it is not installed.
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandIn, startStandIn } from './check/client.ts';
import { type DavMail, davMailInstalled, startDavMail } from './check/davmail.ts';

const installed = davMailInstalled();
const standIn: StandIn = await startStandIn();
let davmail: DavMail;

const ALICE = { user: 'alice@example.com', pass: 'alicepw' };
const BOB = { user: 'bob@example.com', pass: 'bobpw' };

beforeAll(async () => {
  if (installed) davmail = await startDavMail(standIn.server.url);
}, 90_000);
afterAll(() => davmail?.stop());

async function dav(method: string, path: string, body?: string, headers: Record<string, string> = {}, who = ALICE) {
  const response = await fetch(davmail.dav + path, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: { Authorization: `Basic ${Buffer.from(`${who.user}:${who.pass}`).toString('base64')}`, ...headers },
  });
  return { status: response.status, text: await response.text() };
}

const ZONE = `BEGIN:VTIMEZONE\r\nTZID:Europe/Zurich\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n`;
const calendar = (...events: string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\n${ZONE}${events.join('')}END:VCALENDAR\r\n`;
const event = (
  uid: string,
  summary: string,
  extra = '',
  times = 'DTSTART;TZID=Europe/Zurich:20261201T100000\r\nDTEND;TZID=Europe/Zurich:20261201T110000\r\n',
) => `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20261101T100000Z\r\n${times}SUMMARY:${summary}\r\n${extra}END:VEVENT\r\n`;
const ICS = { 'Content-Type': 'text/calendar; charset=utf-8' };
const path = (name: string, who = ALICE) => `/users/${who.user}/calendar/${name}`;

/** The lines of an iCalendar or vCard answer, unfolded, by property name. */
function linesOf(text: string, name: string): string[] {
  const lines = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
  return lines.filter((line) => line === name || line.startsWith(`${name}:`) || line.startsWith(`${name};`));
}

const eventsOf = (text: string) => text.replace(/BEGIN:VTIMEZONE[\s\S]*?END:VTIMEZONE\r?\n/, '');

describe.skipIf(!installed)('DavMail (skipped where it is not installed)', () => {
  async function imap(who = ALICE): Promise<ImapFlow> {
    const client = new ImapFlow({ host: '127.0.0.1', port: davmail.imap, secure: false, auth: who, logger: false });
    await client.connect();
    return client;
  }

  it('lists, appends, fetches, flags, copies, moves and searches by IMAP', async () => {
    const client = await imap();
    try {
      const names = (await client.list()).map((box) => box.path);
      expect(names).toEqual(expect.arrayContaining(['INBOX', 'Drafts', 'Sent', 'Trash']));
      await client.mailboxCreate('Projects');
      const source =
        'From: Ann <ann@example.net>\r\nTo: alice@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <one@example.net>\r\nDate: Mon, 02 Nov 2026 08:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGuten Tag, ß\r\n';
      await client.append('INBOX', source, ['\\Seen']);
      const lock = await client.getMailboxLock('INBOX');
      const message = (await client.fetchOne('1', { source: true, flags: true, envelope: true })) || undefined;
      expect(message?.source?.toString()).toContain('Guten Tag, ß');
      expect(message?.envelope?.subject).toBe('Grüße');
      expect(message?.flags?.has('\\Seen')).toBe(true);
      await client.messageFlagsAdd('1', ['\\Flagged']);
      await client.messageFlagsRemove('1', ['\\Seen']);
      const changed = (await client.fetchOne('1', { flags: true })) || undefined;
      expect([...(changed?.flags ?? [])].sort()).toEqual(['\\Flagged']);
      await client.messageCopy('1', 'Projects');
      expect(await client.search({ from: 'ann@example.net' })).toEqual([1]);
      expect(await client.search({ seen: false })).toEqual([1]);
      await client.messageMove('1', 'Trash');
      lock.release();
      expect(await client.status('Projects', { messages: true })).toMatchObject({ messages: 1 });
      expect(await client.status('INBOX', { messages: true })).toMatchObject({ messages: 0 });
      expect(await client.status('Trash', { messages: true })).toMatchObject({ messages: 1 });
    } finally {
      await client.logout();
    }
  });

  it('sends by SMTP, and IDLE tells that mail came', async () => {
    const bob = await imap(BOB);
    try {
      await bob.mailboxOpen('INBOX');
      const arrived = new Promise<number>((resolve) => bob.on('exists', (news: { count: number }) => resolve(news.count)));
      const idling = bob.idle();
      const transport = createTransport({ host: '127.0.0.1', port: davmail.smtp, secure: false, ignoreTLS: true, auth: ALICE });
      await transport.sendMail({
        from: 'alice@example.com',
        to: 'bob@example.com',
        bcc: 'carol@example.com',
        subject: 'by DavMail',
        text: 'hello',
        html: '<p>hello</p>',
      });
      expect(await arrived).toBe(1);
      await bob.noop();
      await idling;
      const message = (await bob.fetchOne('1', { source: true })) || undefined;
      expect(message?.source?.toString()).toContain('Subject: by DavMail');
      expect(message?.source?.toString()).not.toMatch(/^bcc:/im);
      expect(
        standIn.exchange
          .mailboxOf('carol@example.com')!
          .itemsIn(standIn.exchange.mailboxOf('carol@example.com')!.folderNamed('inbox').key),
      ).toHaveLength(1);
    } finally {
      await bob.logout();
    }
  });

  it('keeps a single event, changes it, deletes it', async () => {
    const first = event(
      'single',
      'One; two, three',
      'DESCRIPTION:line one\\nline two\r\nLOCATION:Room 1\r\nCATEGORIES:Red,Blue\r\nCLASS:PRIVATE\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:r\r\nTRIGGER:-PT10M\r\nEND:VALARM\r\n',
    );
    expect((await dav('PUT', path('single.ics'), calendar(first), { ...ICS, 'If-None-Match': '*' })).status).toBe(201);
    const { text } = await dav('GET', path('single.ics'));
    expect(linesOf(text, 'UID')).toEqual(['UID:single']);
    expect(linesOf(eventsOf(text), 'DTSTART')[0]).toMatch(/TZID="?Europe\/(Zurich|Prague|Berlin|Budapest)"?:20261201T100000$/);
    expect(linesOf(eventsOf(text), 'DTEND')[0]).toMatch(/:20261201T110000$/);
    expect(linesOf(text, 'SUMMARY')[0]?.replaceAll('\\', '')).toMatch(/:One; two, three$/);
    expect(linesOf(text, 'LOCATION')[0]).toMatch(/:Room 1$/);
    expect(linesOf(text, 'CLASS')).toEqual(['CLASS:PRIVATE']);
    expect(linesOf(text, 'CATEGORIES')).toEqual(['CATEGORIES:Red,Blue']);
    expect(linesOf(text, 'TRIGGER')[0]).toMatch(/-PT10M$/);
    const second = event(
      'single',
      'Changed',
      '',
      'DTSTART;TZID=Europe/Zurich:20261202T140000\r\nDTEND;TZID=Europe/Zurich:20261202T150000\r\n',
    );
    expect((await dav('PUT', path('single.ics'), calendar(second), ICS)).status).toBe(200);
    const changed = (await dav('GET', path('single.ics'))).text;
    expect(linesOf(changed, 'SUMMARY')[0]).toMatch(/:Changed$/);
    expect(linesOf(eventsOf(changed), 'DTSTART')[0]).toMatch(/:20261202T140000$/);
    expect((await dav('DELETE', path('single.ics'))).status).toBe(200);
    expect((await dav('GET', path('single.ics'))).status).toBe(404);
  });

  it('keeps an all-day event on its day', async () => {
    const times = 'DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261226\r\n';
    expect(
      (await dav('PUT', path('allday.ics'), calendar(event('allday', 'Holidays', '', times)), { ...ICS, 'If-None-Match': '*' }))
        .status,
    ).toBe(201);
    const { text } = await dav('GET', path('allday.ics'));
    expect(linesOf(eventsOf(text), 'DTSTART')[0]).toMatch(/VALUE=DATE:20261224$/);
    expect(linesOf(eventsOf(text), 'DTEND')[0]).toMatch(/VALUE=DATE:20261226$/);
  });

  it('keeps a series, an excluded day and a changed occurrence', async () => {
    const rule = 'RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=TU\r\n';
    expect(
      (await dav('PUT', path('series.ics'), calendar(event('series', 'Series', rule)), { ...ICS, 'If-None-Match': '*' })).status,
    ).toBe(201);
    expect(linesOf(eventsOf((await dav('GET', path('series.ics'))).text), 'RRULE')[0]).toMatch(/FREQ=WEEKLY.*COUNT=5/);
    // In UTC: DavMail reads a zoned EXDATE by a zone name that it has already replaced.
    const without = `${rule}EXDATE:20261208T090000Z\r\n`;
    expect((await dav('PUT', path('series.ics'), calendar(event('series', 'Series', without)), ICS)).status).toBe(200);
    const { text } = await dav('GET', path('series.ics'));
    expect(linesOf(eventsOf(text), 'RRULE')[0]).toMatch(/FREQ=WEEKLY/);
    // DavMail itself writes a series without its COUNT when it changes one (recorded request 076).
    expect(linesOf(text, 'EXDATE')[0]).toMatch(/:20261208T(100000|090000Z)$/);
  });

  it('reads an exception that was made elsewhere', async () => {
    const series = calendar(event('exception', 'Standup', 'RRULE:FREQ=DAILY;COUNT=4\r\n'));
    expect((await dav('PUT', path('exception.ics'), series, { ...ICS, 'If-None-Match': '*' })).status).toBe(201);
    const mailbox = standIn.exchange.mailboxOf('alice@example.com')!;
    const master = [...mailbox.items.values()].find((item) => item.fields.Subject?.text === 'Standup')!;
    const changed = await standIn.call(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange><t:OccurrenceItemId RecurringMasterId="${mailbox.itemId(master)}" InstanceIndex="2"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:CalendarItem><t:Subject>Moved standup</t:Subject></t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    expect(changed.text).toContain('NoError');
    const { text } = await dav('GET', path('exception.ics'));
    expect(linesOf(text, 'BEGIN:VEVENT')).toHaveLength(2);
    expect(linesOf(text, 'RECURRENCE-ID')[0]).toMatch(/:20261202T(100000|090000Z)$/);
    expect(linesOf(text, 'SUMMARY').map((line) => line.replace(/^[^:]*:/, ''))).toEqual(['Standup', 'Moved standup']);
  });

  it('invites, and the answer reaches the organizer', async () => {
    const people =
      'ORGANIZER:mailto:alice@example.com\r\nATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;CN=Bob:mailto:bob@example.com\r\nX-MOZ-SEND-INVITATIONS:TRUE\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\n';
    const meeting = calendar(
      event(
        'meeting',
        'Meeting',
        people,
        'DTSTART;TZID=Europe/Zurich:20261203T100000\r\nDTEND;TZID=Europe/Zurich:20261203T110000\r\n',
      ),
    );
    expect((await dav('PUT', path('meeting.ics'), meeting, { ...ICS, 'If-None-Match': '*' })).status).toBe(201);
    const bob = standIn.exchange.mailboxOf('bob@example.com')!;
    const copy = bob.itemsIn(bob.folderNamed('calendar').key).find((item) => item.fields.Subject?.text === 'Meeting')!;
    expect(copy.fields.MyResponseType?.text).toBe('NoResponseReceived');
    const reply = await standIn.call(
      `<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:AcceptItem><t:ReferenceItemId Id="${bob.itemId(copy)}"/></t:AcceptItem></m:Items></m:CreateItem>`,
      { user: 'bob@example.com' },
    );
    expect(reply.text).toContain('NoError');
    const { text } = await dav('GET', path('meeting.ics'));
    expect(linesOf(text, 'ATTENDEE').join()).toMatch(/PARTSTAT=ACCEPTED[^\n]*bob@example\.com/i);
  });

  it('writes a changed occurrence', async () => {
    const master = event('changed', 'Daily', 'RRULE:FREQ=DAILY;COUNT=4\r\n');
    expect((await dav('PUT', path('changed.ics'), calendar(master), { ...ICS, 'If-None-Match': '*' })).status).toBe(201);
    const second = event(
      'changed',
      'Later',
      'RECURRENCE-ID;TZID=Europe/Zurich:20261202T100000\r\n',
      'DTSTART;TZID=Europe/Zurich:20261202T150000\r\nDTEND;TZID=Europe/Zurich:20261202T160000\r\n',
    );
    expect((await dav('PUT', path('changed.ics'), calendar(master, second), ICS)).status).toBe(200);
    const { text } = await dav('GET', path('changed.ics'));
    expect(linesOf(text, 'SUMMARY').map((line) => line.replace(/^[^:]*:/, ''))).toEqual(['Daily', 'Later']);
    expect(linesOf(eventsOf(text), 'DTSTART')[1]).toMatch(/:20261202T150000$/);
  });

  it('answers an invitation', async () => {
    const made = await standIn.call(
      '<m:CreateItem SendMeetingInvitations="SendToAllAndSaveCopy"><m:Items><t:CalendarItem><t:Subject>Asked</t:Subject><t:Start>2026-12-04T10:00:00Z</t:Start><t:End>2026-12-04T11:00:00Z</t:End><t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>bob@example.com</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees></t:CalendarItem></m:Items></m:CreateItem>',
    );
    expect(made.text).toContain('NoError');
    const query =
      '<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"/></c:comp-filter></c:filter></c:calendar-query>';
    const found = await dav('REPORT', `/users/${BOB.user}/calendar/`, query, { 'Content-Type': 'text/xml', Depth: '1' }, BOB);
    const answer = found.text.split(/<(?:D:)?response>/).find((one) => /SUMMARY[^\n]*:Asked/.test(one)) ?? '';
    const href = /<(?:D:)?href>([^<]+)</.exec(answer)?.[1] ?? '';
    const { text } = await dav('GET', href, undefined, {}, BOB);
    const accepted = text.replace(/(ATTENDEE[^\n]*?PARTSTAT=)NEEDS-ACTION/, '$1ACCEPTED');
    expect(accepted).not.toBe(text);
    expect((await dav('PUT', href, accepted, ICS, BOB)).status).toBeLessThan(300);
    const alice = standIn.exchange.mailboxOf('alice@example.com')!;
    const own = alice.itemsIn(alice.folderNamed('calendar').key).find((item) => item.fields.Subject?.text === 'Asked')!;
    expect(JSON.stringify(own.fields.RequiredAttendees)).toContain('"text":"Accept"');
  });

  it('asks for free and busy times', async () => {
    const query =
      'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nPRODID:-//x//y\r\nBEGIN:VFREEBUSY\r\nUID:fb1\r\nDTSTAMP:20261101T100000Z\r\nDTSTART:20261203T000000Z\r\nDTEND:20261204T000000Z\r\nORGANIZER:mailto:bob@example.com\r\nATTENDEE:mailto:alice@example.com\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n';
    const { status, text } = await dav('POST', `/users/${BOB.user}/outbox/`, query, ICS, BOB);
    expect(status).toBe(200);
    expect(text).toContain('20261203T090000Z/20261203T100000Z');
  });

  it('keeps a task', async () => {
    const task = (percent: number, status: string) =>
      `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nBEGIN:VTODO\r\nUID:task1\r\nDTSTAMP:20261101T100000Z\r\nSUMMARY:Write report\r\nDUE;VALUE=DATE:20261210\r\nPERCENT-COMPLETE:${percent}\r\nSTATUS:${status}\r\nPRIORITY:1\r\nEND:VTODO\r\nEND:VCALENDAR\r\n`;
    expect((await dav('PUT', path('task1.ics'), task(50, 'IN-PROCESS'), { ...ICS, 'If-None-Match': '*' })).status).toBe(201);
    const { text } = await dav('GET', path('task1.ics'));
    expect(linesOf(text, 'SUMMARY')).toEqual(['SUMMARY:Write report']);
    expect(linesOf(text, 'PERCENT-COMPLETE')).toEqual(['PERCENT-COMPLETE:50']);
    expect(linesOf(text, 'STATUS')).toEqual(['STATUS:IN-PROCESS']);
    expect(linesOf(text, 'DUE')[0]).toMatch(/20261210/);
    expect((await dav('PUT', path('task1.ics'), task(100, 'COMPLETED'), ICS)).status).toBeLessThan(300);
    expect(linesOf((await dav('GET', path('task1.ics'))).text, 'STATUS')).toEqual(['STATUS:COMPLETED']);
  });

  it('creates, reads, changes and deletes a contact, with its picture', async () => {
    // Without transparency: DavMail turns pictures into JPEG, and its writer gives nothing for an alpha channel.
    const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGNQaLiAFTEMLQkAxtVcAVQ5TgQAAAAASUVORK5CYII=';
    const card = (name: string, extra = '') =>
      `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c1\r\nN:Doe;Jane;Q;Dr;\r\nFN:${name}\r\nORG:ACME;R&D\r\nTITLE:CTO\r\nEMAIL;TYPE=work:jane@example.test\r\nEMAIL;TYPE=home:jane@home.test\r\nTEL;TYPE=cell:+41 79 000\r\nTEL;TYPE=work,voice:+41 44 000\r\nADR;TYPE=work:;;Street 1;Zurich;ZH;8000;CH\r\nBDAY:1980-02-29\r\nNOTE:n\r\nCATEGORIES:A,B\r\n${extra}END:VCARD\r\n`;
    const where = `/users/${ALICE.user}/contacts/c1.vcf`;
    const VCF = { 'Content-Type': 'text/vcard; charset=utf-8' };
    expect(
      (await dav('PUT', where, card('Jane Doe', `PHOTO;ENCODING=b;TYPE=PNG:${picture}\r\n`), { ...VCF, 'If-None-Match': '*' }))
        .status,
    ).toBe(201);
    const { text } = await dav('GET', where);
    expect(linesOf(text, 'N')).toEqual(['N:Doe;Jane;Q;Dr;']);
    expect(linesOf(text, 'FN')).toEqual(['FN:Jane Doe']);
    expect(linesOf(text, 'ORG')).toEqual(['ORG:ACME;R&D']);
    expect(linesOf(text, 'BDAY')).toEqual(['BDAY:1980-02-29']);
    expect(linesOf(text, 'EMAIL').sort()).toEqual(['EMAIL;TYPE=home:jane@home.test', 'EMAIL;TYPE=work:jane@example.test']);
    expect(linesOf(text, 'TEL').sort()).toEqual(['TEL;TYPE=cell:+41 79 000', 'TEL;TYPE=work:+41 44 000']);
    expect(linesOf(text, 'ADR')).toEqual(['ADR;TYPE=work:;;Street 1;Zurich;ZH;8000;CH']);
    expect(linesOf(text, 'CATEGORIES')).toEqual(['CATEGORIES:A,B']);
    expect(linesOf(text, 'PHOTO').join('')).toMatch(/BASE64/i);
    expect((await dav('PUT', where, card('Jane Q Doe'), VCF)).status).toBeLessThan(300);
    expect(linesOf((await dav('GET', where)).text, 'FN')).toEqual(['FN:Jane Q Doe']);
    expect((await dav('DELETE', where)).status).toBe(200);
    expect((await dav('GET', where)).status).toBe(404);
  });
});
