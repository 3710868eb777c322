// MS-OXWSSYNC: what a client learns of folders and items of every kind.
import { describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, messagesOf, startStandIn, textAt } from '../check/client.ts';
import { child, childText, type Element } from '../xml/element.ts';

const { call } = await startStandIn();

async function syncItems(folder: string, state: string, extra = '', shape = '') {
  const reply = await call(
    `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${shape}</m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SyncFolderId>${state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`}${extra.includes('Ignore') ? extra : ''}<m:MaxChangesReturned>${/max (\d+)/.exec(extra)?.[1] ?? 512}</m:MaxChangesReturned></m:SyncFolderItems>`,
  );
  const [answer] = messagesOf(reply);
  return {
    codes: codesOf(reply),
    state: textAt(answer, 'SyncState') ?? '',
    last: textAt(answer, 'IncludesLastItemInRange'),
    changes: child(answer, 'Changes')?.children ?? [],
  };
}

async function syncFolders(state: string, shape = '<t:BaseShape>IdOnly</t:BaseShape>', root = '') {
  const reply = await call(
    `<m:SyncFolderHierarchy><m:FolderShape>${shape}</m:FolderShape>${root}${state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`}</m:SyncFolderHierarchy>`,
  );
  const [answer] = messagesOf(reply);
  return {
    codes: codesOf(reply),
    messages: messagesOf(reply),
    state: textAt(answer, 'SyncState') ?? '',
    last: textAt(answer, 'IncludesLastFolderInRange'),
    changes: child(answer, 'Changes')?.children ?? [],
  };
}

const create = async (body: string, folder: string, attributes = '') =>
  itemsOf(
    await call(
      `<m:CreateItem ${attributes}><m:SavedItemFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SavedItemFolderId><m:Items>${body}</m:Items></m:CreateItem>`,
    ),
  )[0]!;

for (const subject of ['a', 'b', 'c'])
  await create(`<t:Message><t:Subject>${subject}</t:Subject></t:Message>`, 'journal', 'MessageDisposition="SaveOnly"');

async function rename(item: Element, attributes: string) {
  const { id, key } = idOf(item);
  const reply = await call(
    `<m:UpdateItem ConflictResolution="AutoResolve" ${attributes}><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${key}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Item><t:Subject>changed</t:Subject></t:Item></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
  );
  expect(codesOf(reply)).toEqual(['NoError']);
}

const KINDS: [string, string, string, string, string, string][] = [
  [
    'R1571, R1572, R156',
    'Message',
    '<t:Message><t:Subject>s</t:Subject></t:Message>',
    'inbox',
    'MessageDisposition="SaveOnly"',
    'MessageDisposition="SaveOnly"',
  ],
  [
    'R1591, R1592, R158',
    'CalendarItem',
    '<t:CalendarItem><t:Subject>s</t:Subject></t:CalendarItem>',
    'calendar',
    'SendMeetingInvitations="SendToNone"',
    'SendMeetingInvitationsOrCancellations="SendToNone"',
  ],
  ['R1611, R1612, R160', 'Contact', '<t:Contact><t:Subject>s</t:Subject></t:Contact>', 'contacts', '', ''],
  [
    'R1631, R1632, R37811',
    'DistributionList',
    '<t:DistributionList><t:Subject>s</t:Subject><t:DisplayName>d</t:DisplayName></t:DistributionList>',
    'contacts',
    '',
    '',
  ],
  ['R1731, R1732, R172', 'Task', '<t:Task><t:Subject>s</t:Subject></t:Task>', 'tasks', '', ''],
  ['R1751, R1752, R174', 'PostItem', '<t:PostItem><t:Subject>s</t:Subject></t:PostItem>', 'inbox', '', ''],
];

describe('MS-OXWSSYNC SyncFolderItems', () => {
  it.each(KINDS)(
    '%s, R70, R131, R132, R133, R134, R184, R504: a new, a changed and a deleted %s',
    async (_numbers, kind, body, folder, creating, updating) => {
      const before = await syncItems(folder, '');
      const item = await create(body, folder, creating);
      const created = await syncItems(folder, before.state);
      expect(created.changes.map((one) => [one.name, one.children[0]?.name])).toEqual([['Create', kind]]);
      await rename(item, updating);
      const updated = await syncItems(folder, created.state);
      expect(updated.changes.map((one) => [one.name, one.children[0]?.name])).toEqual([['Update', kind]]);
      await call(
        `<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToNone" AffectedTaskOccurrences="AllOccurrences"><m:ItemIds><t:ItemId Id="${idOf(item).id}"/></m:ItemIds></m:DeleteItem>`,
      );
      const deleted = await syncItems(folder, updated.state);
      expect(deleted.changes.map((one) => [one.name, child(one, 'ItemId')?.attributes.Id])).toEqual([['Delete', idOf(item).id]]);
    },
  );

  it('R1671, R166, R1711, R170, R1691, R168: meeting messages come as what they are', async () => {
    const people =
      '<t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>bob@example.com</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees>';
    const meeting = await create(
      `<t:CalendarItem><t:Subject>m</t:Subject>${people}</t:CalendarItem>`,
      'calendar',
      'SendMeetingInvitations="SendOnlyToAll"',
    );
    const bob = async (state: string) => {
      const reply = await call(
        `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="inbox"/></m:SyncFolderId>${state}<m:MaxChangesReturned>9</m:MaxChangesReturned></m:SyncFolderItems>`,
        { user: 'bob@example.com' },
      );
      return messagesOf(reply)[0]!;
    };
    const first = await bob('');
    const request = child(first, 'Changes')!.children[0]!.children[0]!;
    expect([child(first, 'Changes')!.children[0]!.name, request.name]).toEqual(['Create', 'MeetingRequest']);
    const before = await syncItems('inbox', '');
    await call(
      `<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:AcceptItem><t:ReferenceItemId Id="${idOf(request).id}"/></t:AcceptItem></m:Items></m:CreateItem>`,
      { user: 'bob@example.com' },
    );
    const answered = await syncItems('inbox', before.state);
    expect(answered.changes.map((one) => [one.name, one.children[0]?.name])).toEqual([['Create', 'MeetingResponse']]);
    await call(
      `<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:CancelCalendarItem><t:ReferenceItemId Id="${idOf(meeting).id}"/></t:CancelCalendarItem></m:Items></m:CreateItem>`,
    );
    const second = await bob(`<m:SyncState>${childText(first, 'SyncState')}</m:SyncState>`);
    expect(child(second, 'Changes')!.children.map((one) => [one.name, one.children[0]?.name])).toContainEqual([
      'Create',
      'MeetingCancellation',
    ]);
  });

  it('R136, R194, R1951, R1952, R135: only the read flag changed', async () => {
    const item = await create('<t:Message><t:Subject>r</t:Subject></t:Message>', 'drafts', 'MessageDisposition="SaveOnly"');
    let { state } = await syncItems('drafts', '');
    for (const flag of ['false', 'true']) {
      await call(
        `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${idOf(item).id}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="message:IsRead"/><t:Message><t:IsRead>${flag}</t:IsRead></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
      );
      const next = await syncItems('drafts', state);
      expect(next.changes.map((one) => [one.name, child(one, 'ItemId')?.attributes.Id, textAt(one, 'IsRead')])).toEqual([
        ['ReadFlagChange', idOf(item).id, flag],
      ]);
      state = next.state;
    }
  });

  it('R388, R3891, R6701, R6702: at most as many changes as asked for, and whether that was all', async () => {
    const first = await syncItems('journal', '', 'max 2');
    expect([first.changes.length, first.last]).toEqual([2, 'false']);
    const second = await syncItems('journal', first.state, 'max 2');
    expect([second.changes.length, second.last]).toEqual([1, 'true']);
  });

  it('R382, R3831, R3832, R65: without a state everything comes again, with one nothing', async () => {
    const first = await syncItems('journal', '');
    const again = await syncItems('journal', '');
    expect([first.changes.length, again.changes.length]).toEqual([3, 3]);
    expect(Buffer.from(first.state, 'base64').toString('base64')).toBe(first.state);
    expect(await syncItems('journal', first.state)).toMatchObject({ codes: ['NoError'], changes: [] });
    expect([first.codes, again.codes]).toEqual([['NoError'], ['NoError']]);
  });

  it('R3851, R3852, R3861, R3862: what is in Ignore is skipped', async () => {
    const first = await syncItems('journal', '');
    const [one] = first.changes;
    const ignored = idOf(one!.children[0]).id;
    const rest = await syncItems('journal', '', `<m:Ignore><t:ItemId Id="${ignored}"/></m:Ignore>`);
    expect(rest.changes).toHaveLength(first.changes.length - 1);
    expect(rest.changes.map((change) => idOf(change.children[0]).id)).not.toContain(ignored);
    expect(rest.codes).toEqual(['NoError']);
  });

  it('R3783, R37814, R37815: IdOnly gives the id, AdditionalProperties the rest', async () => {
    const plain = await syncItems('journal', '');
    expect(plain.changes[0]?.children[0]?.children.map((one) => one.name)).toEqual(['ItemId']);
    const more = await syncItems(
      'journal',
      '',
      '',
      '<t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/></t:AdditionalProperties>',
    );
    expect(more.changes[0]?.children[0]?.children.map((one) => one.name)).toEqual(['ItemId', 'Subject']);
  });

  it('R347, R37811008: associated items only with NormalAndAssociatedItems', async () => {
    await create(
      '<t:Message><t:ItemClass>IPM.Configuration.Test</t:ItemClass><t:Subject>hidden</t:Subject><t:IsAssociated>true</t:IsAssociated></t:Message>',
      'notes',
      'MessageDisposition="SaveOnly"',
    );
    const scoped = (scope: string) =>
      call(
        `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="notes"/></m:SyncFolderId><m:MaxChangesReturned>9</m:MaxChangesReturned><m:SyncScope>${scope}</m:SyncScope></m:SyncFolderItems>`,
      );
    expect(child(messagesOf(await scoped('NormalItems'))[0], 'Changes')?.children).toHaveLength(0);
    expect(child(messagesOf(await scoped('NormalAndAssociatedItems'))[0], 'Changes')?.children).toHaveLength(1);
  });

  it('MS-OXWSCDATA R518, R5188: a state that is none is refused by both operations', async () => {
    expect((await syncItems('inbox', 'bm9uZQ==')).codes).toEqual(['ErrorInvalidSyncStateData']);
    expect((await syncFolders('bm9uZQ==')).codes).toEqual(['ErrorInvalidSyncStateData']);
  });
});

// MS-OXWSSYNC again.
const FOLDERS: [string, string, string][] = [
  ['R10010, R10020, R99', 'Folder', 'IPF.Note'],
  ['R1021, R1022, R101', 'CalendarFolder', 'IPF.Appointment'],
  ['R1041, R1042, R103', 'ContactsFolder', 'IPF.Contact'],
  ['R1081, R1082, R107', 'TasksFolder', 'IPF.Task'],
];

describe('MS-OXWSSYNC SyncFolderHierarchy', () => {
  it.each(FOLDERS)('%s, R49, R84, R85, R117, R503: a new, a changed and a deleted %s', async (_numbers, kind, folderClass) => {
    const before = await syncFolders('');
    const made = await call(
      `<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderId><m:Folders><t:${kind}><t:FolderClass>${folderClass}</t:FolderClass><t:DisplayName>${kind} one</t:DisplayName></t:${kind}></m:Folders></m:CreateFolder>`,
    );
    const folder = child(messagesOf(made)[0], 'Folders')!.children[0]!;
    const created = await syncFolders(before.state);
    expect(created.changes.map((one) => [one.name, one.children[0]?.name])).toContainEqual(['Create', kind]);
    await call(
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="${idOf(folder).id}"/><t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:${kind}><t:DisplayName>${kind} two</t:DisplayName></t:${kind}></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
    );
    const updated = await syncFolders(created.state);
    expect(updated.changes.map((one) => [one.name, one.children[0]?.name])).toEqual([['Update', kind]]);
    await call(
      `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds><t:FolderId Id="${idOf(folder).id}"/></m:FolderIds></m:DeleteFolder>`,
    );
    const deleted = await syncFolders(updated.state);
    expect(deleted.changes.map((one) => [one.name, child(one, 'FolderId')?.attributes.Id])).toEqual([
      ['Delete', idOf(folder).id],
    ]);
  });

  it('R262, R2631, R2632, R44, R460, R4601: without a state all folders, with one none, in one message', async () => {
    const first = await syncFolders('');
    expect(first.messages).toHaveLength(1);
    expect(first.changes.length).toBeGreaterThan(10);
    expect(first.last).toBe('true');
    expect(Buffer.from(first.state, 'base64').toString('base64')).toBe(first.state);
    expect(await syncFolders(first.state)).toMatchObject({ codes: ['NoError'], changes: [] });
  });

  it('R259, R2601, R2602: a named root is what is synchronized', async () => {
    const below = await syncFolders('', undefined, '<m:SyncFolderId><t:DistinguishedFolderId Id="syncissues"/></m:SyncFolderId>');
    expect(below.changes).toHaveLength(3);
    expect(below.codes).toEqual(['NoError']);
    expect((await syncFolders('')).codes).toEqual(['NoError']);
  });

  it('R2573, R2574, R2575: IdOnly gives the id, AdditionalProperties the rest', async () => {
    const plain = await syncFolders('');
    expect(plain.changes[0]?.children[0]?.children.map((one) => one.name)).toEqual(['FolderId']);
    const more = await syncFolders(
      '',
      '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:DisplayName"/></t:AdditionalProperties>',
    );
    expect(more.changes[0]?.children[0]?.children.map((one) => one.name)).toEqual(['FolderId', 'DisplayName']);
  });
});
