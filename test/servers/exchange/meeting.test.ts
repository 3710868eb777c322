import { describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, type StandIn, startStandIn, textAt } from './check/client.ts';
import { child, childrenOf, type Element } from './xml/element.ts';

const standIn: StandIn = await startStandIn();
const { call } = standIn;
const BOB = { user: 'bob@example.com' };

const attendee = (address: string) =>
  `<t:Attendee><t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox></t:Attendee>`;

async function invite(subject: string, options: { mode?: string; extra?: string } = {}): Promise<Element> {
  const reply = await call(
    `<m:CreateItem SendMeetingInvitations="${options.mode ?? 'SendToAllAndSaveCopy'}"><m:Items><t:CalendarItem><t:Subject>${subject}</t:Subject><t:Body BodyType="Text">agenda</t:Body><t:Start>2026-11-10T10:00:00Z</t:Start><t:End>2026-11-10T11:00:00Z</t:End><t:Location>Room 1</t:Location><t:RequiredAttendees>${attendee('bob@example.com')}</t:RequiredAttendees>${options.extra ?? ''}</t:CalendarItem></m:Items></m:CreateItem>`,
  );
  expect(codesOf(reply)).toEqual(['NoError']);
  return itemsOf(reply)[0]!;
}

async function find(folder: string, subject: string, who: { user?: string } = {}): Promise<Element | undefined> {
  const reply = await call(
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="item:Subject"/><t:FieldURIOrConstant><t:Constant Value="${subject}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`,
    who,
  );
  const [found] = itemsOf(reply);
  if (found === undefined) return undefined;
  return (await read(idOf(found).id, who))!;
}

async function read(id: string, who: { user?: string } = {}): Promise<Element | undefined> {
  const reply = await call(
    `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
    who,
  );
  return itemsOf(reply)[0];
}

const answer = (kind: string, item: Element | undefined, disposition = 'SendAndSaveCopy') =>
  `<m:CreateItem MessageDisposition="${disposition}"><m:Items><t:${kind}><t:ReferenceItemId Id="${idOf(item).id}" ChangeKey="${idOf(item).key}"/></t:${kind}></m:Items></m:CreateItem>`;

const responseOf = (item: Element | undefined) =>
  childrenOf(child(item, 'RequiredAttendees'), 'Attendee').map((one) => textAt(one, 'ResponseType'));

describe('a meeting between two mailboxes', () => {
  it('puts a request into the Inbox and a tentative item into the calendar', async () => {
    await invite('planning');
    const request = await find('inbox', 'planning', BOB);
    expect(request?.name).toBe('MeetingRequest');
    expect(textAt(request, 'MeetingRequestType')).toBe('NewMeetingRequest');
    expect(textAt(request, 'IsOutOfDate')).toBe('false');
    const copy = await find('calendar', 'planning', BOB);
    expect(textAt(copy, 'LegacyFreeBusyStatus')).toBe('Tentative');
    expect(textAt(copy, 'MyResponseType')).toBe('NoResponseReceived');
    expect(child(request, 'AssociatedCalendarItemId')?.attributes.Id).toBe(idOf(copy).id);
    expect((await find('sentitems', 'planning'))?.name).toBe('MeetingRequest');
  });

  it('sends nothing with SendToNone', async () => {
    await invite('quiet', { mode: 'SendToNone' });
    expect(await find('inbox', 'quiet', BOB)).toBeUndefined();
    expect(await find('calendar', 'quiet', BOB)).toBeUndefined();
  });

  it('tells the organizer who accepted, and moves the request away', async () => {
    const created = await invite('lunch');
    const request = await find('inbox', 'lunch', BOB);
    expect(codesOf(await call(answer('AcceptItem', request), BOB))).toEqual(['NoError']);
    expect(responseOf(await read(idOf(created).id))).toEqual(['Accept']);
    expect((await find('inbox', 'Accepted: lunch'))?.name).toBe('MeetingResponse');
    expect(await find('inbox', 'lunch', BOB)).toBeUndefined();
    expect((await find('deleteditems', 'lunch', BOB))?.name).toBe('MeetingRequest');
    const copy = await find('calendar', 'lunch', BOB);
    expect(textAt(copy, 'MyResponseType')).toBe('Accept');
    expect(textAt(copy, 'LegacyFreeBusyStatus')).toBe('Busy');
  });

  it('makes older requests out of date', async () => {
    const created = await invite('moving');
    const first = await find('inbox', 'moving', BOB);
    const { id, key } = idOf(created);
    const moved = await call(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToAllAndSaveCopy"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${key}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="calendar:Start"/><t:CalendarItem><t:Start>2026-11-10T12:00:00Z</t:Start></t:CalendarItem></t:SetItemField><t:SetItemField><t:FieldURI FieldURI="calendar:End"/><t:CalendarItem><t:End>2026-11-10T13:00:00Z</t:End></t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    expect(codesOf(moved)).toEqual(['NoError']);
    expect(textAt(await read(id), 'AppointmentSequenceNumber')).toBe('1');
    expect(textAt(await read(idOf(first).id, BOB), 'IsOutOfDate')).toBe('true');
    expect(codesOf(await call(answer('AcceptItem', first), BOB))).toEqual(['ErrorCalendarMeetingRequestIsOutOfDate']);
    expect(textAt(await find('calendar', 'moving', BOB), 'Start')).toBe('2026-11-10T12:00:00Z');
  });

  it('marks the copies of a cancelled meeting: state 5 and 7 (MS-OXWSMTGS R740, R741)', async () => {
    const created = await invite('offsite');
    expect(codesOf(await call(answer('CancelCalendarItem', created)))).toEqual(['NoError']);
    const own = await find('deleteditems', 'Canceled: offsite');
    expect(textAt(own, 'AppointmentState')).toBe('5');
    expect(textAt(own, 'IsCancelled')).toBe('true');
    const copy = await find('calendar', 'Canceled: offsite', BOB);
    expect(textAt(copy, 'AppointmentState')).toBe('7');
    const message = await find('inbox', 'Canceled: offsite', BOB);
    expect(message?.name).toBe('MeetingCancellation');
    expect(codesOf(await call(answer('AcceptItem', copy), BOB))).toEqual(['ErrorCalendarIsCancelledForAccept']);
    expect(codesOf(await call(answer('RemoveItem', message), BOB))).toEqual(['NoError']);
    expect(await find('calendar', 'Canceled: offsite', BOB)).toBeUndefined();
  });

  it('lets only the organizer cancel, and only others answer', async () => {
    const created = await invite('roles');
    expect(codesOf(await call(answer('AcceptItem', created)))).toEqual(['ErrorCalendarIsOrganizerForAccept']);
    expect(codesOf(await call(answer('DeclineItem', created)))).toEqual(['ErrorCalendarIsOrganizerForDecline']);
    const copy = await find('calendar', 'roles', BOB);
    expect(codesOf(await call(answer('CancelCalendarItem', copy), BOB))).toEqual(['ErrorCalendarIsNotOrganizer']);
  });
});
