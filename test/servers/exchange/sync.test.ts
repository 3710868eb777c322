import { describe, expect, it } from 'vitest';
import { all, codesOf, idOf, itemsOf, messagesOf, startStandIn, textAt } from './check/client.ts';
import { child } from './xml/element.ts';

const standIn = await startStandIn();
const { call } = standIn;

const message = (subject: string, folder = 'inbox') =>
  `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SavedItemFolderId><m:Items><t:Message><t:Subject>${subject}</t:Subject><t:Body BodyType="Text">hello</t:Body></t:Message></m:Items></m:CreateItem>`;
const sync = (state = '', folder = 'inbox', max = 512) =>
  `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/></t:AdditionalProperties></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SyncFolderId>${state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`}<m:MaxChangesReturned>${max}</m:MaxChangesReturned></m:SyncFolderItems>`;

async function changesSince(state: string, folder = 'inbox', max = 512) {
  const reply = await call(sync(state, folder, max));
  const [answer] = messagesOf(reply);
  return {
    state: textAt(answer, 'SyncState') ?? '',
    last: textAt(answer, 'IncludesLastItemInRange'),
    changes: child(answer, 'Changes')?.children ?? [],
    codes: codesOf(reply),
  };
}

describe('SyncFolderItems', () => {
  it('delivers everything as Create, newest first, in pages', async () => {
    for (const subject of ['one', 'two', 'three']) await call(message(subject));
    const first = await changesSince('', 'inbox', 2);
    expect(first.last).toBe('false');
    expect(first.changes.map((one) => textAt(one.children[0], 'Subject'))).toEqual(['three', 'two']);
    const second = await changesSince(first.state, 'inbox', 2);
    expect(second.last).toBe('true');
    expect(second.changes.map((one) => `${one.name} ${textAt(one.children[0], 'Subject')}`)).toEqual(['Create one']);
    const none = await changesSince(second.state);
    expect(none.changes).toEqual([]);
  });

  it('tells update, read flag and deletion apart', async () => {
    const created = itemsOf(await call(message('to change')));
    const { id, key } = idOf(created[0]);
    const { state } = await changesSince('');
    const set = (uri: string, inner: string, changeKey: string) =>
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${changeKey}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:Message>${inner}</t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`;
    expect(codesOf(await call(set('message:IsRead', '<t:IsRead>false</t:IsRead>', key)))).toEqual(['NoError']);
    const read = await changesSince(state);
    expect(read.changes.map((one) => one.name)).toEqual(['ReadFlagChange']);
    expect(textAt(read.changes[0], 'IsRead')).toBe('false');
    await call(set('item:Subject', '<t:Subject>changed</t:Subject>', key));
    const update = await changesSince(read.state);
    expect(update.changes.map((one) => one.name)).toEqual(['Update']);
    await call(`<m:DeleteItem DeleteType="MoveToDeletedItems"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`);
    const gone = await changesSince(update.state);
    expect(gone.changes.map((one) => [one.name, child(one, 'ItemId')?.attributes.Id])).toEqual([['Delete', id]]);
  });

  it('refuses garbage, and the state of another folder', async () => {
    const { state } = await changesSince('', 'drafts');
    for (const bad of ['H4sIgarbage', 'AAAA', state]) {
      const answer = await changesSince(bad, 'inbox');
      expect(answer.codes).toEqual(['ErrorInvalidSyncStateData']);
      expect(answer.last).toBe('true');
      expect(answer.state).toBe('');
    }
  });
});

describe('SyncFolderHierarchy', () => {
  it('gives the tree below msgfolderroot without it, parents first', async () => {
    const reply = await call(
      '<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape></m:SyncFolderHierarchy>',
    );
    const changes = child(messagesOf(reply)[0], 'Changes')?.children ?? [];
    const names = changes.map((one) => textAt(one.children[0], 'DisplayName'));
    expect(names).toContain('Inbox');
    expect(names).not.toContain('Top of Information Store');
    expect(names.indexOf('Sync Issues')).toBeLessThan(names.indexOf('Conflicts'));
    expect(all(child(messagesOf(reply)[0], 'Changes'), 'Create').length).toBe(changes.length);
  });
});
