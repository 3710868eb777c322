// Every switch has a test that sees it turned; those that no other file turns are turned here. The README tells them all.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, messagesOf, soap, startStandIn, textAt } from './check/client.ts';
import { switchTable } from './check/switch-table.ts';
import { defaultSwitches, SWITCHES } from './switches.ts';
import { child } from './xml/element.ts';

const { call, exchange, server } = await startStandIn();
const here = fileURLToPath(new URL('.', import.meta.url));
const mailbox = exchange.mailboxOf('alice@example.com')!;

afterEach(() => {
  Object.assign(exchange.switches, defaultSwitches());
});

const create = async (subject: string) =>
  idOf(
    itemsOf(
      await call(
        `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>${subject}</t:Subject></t:Message></m:Items></m:CreateItem>`,
      ),
    )[0],
  );
async function sync(state = '') {
  const reply = await call(
    `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="drafts"/></m:SyncFolderId>${state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`}<m:MaxChangesReturned>9</m:MaxChangesReturned></m:SyncFolderItems>`,
  );
  const [answer] = messagesOf(reply);
  const changes = child(answer, 'Changes')?.children ?? [];
  return {
    code: codesOf(reply)[0],
    state: textAt(answer, 'SyncState') ?? '',
    last: textAt(answer, 'IncludesLastItemInRange'),
    ids: changes.map((one) => idOf(one.children[0]).id || idOf(one).id),
  };
}

describe('the list of switches', () => {
  it.each(Object.entries(SWITCHES))('%s is turned by its test', (name, { test }) => {
    const file = join(here, test);
    expect(existsSync(file), test).toBe(true);
    // The probe turns all it asks about.
    if (!test.startsWith('probe/')) expect(readFileSync(file, 'utf8')).toContain(name);
    else expect(readFileSync(join(here, 'probe', 'questions.ts'), 'utf8')).toContain(`about: '${name}'`);
  });

  it('is in the README', () => {
    const squeezed = (text: string) => text.replace(/ +/g, ' ').replace(/-+/g, '-');
    expect(squeezed(readFileSync(join(here, 'README.md'), 'utf8'))).toContain(squeezed(switchTable()));
  });
});

describe('bad moments of synchronisation', () => {
  it('loseSyncStates: every state is void, none begins anew', async () => {
    await create('one');
    const { state } = await sync();
    exchange.switches.loseSyncStates = true;
    expect((await sync(state)).code).toBe('ErrorInvalidSyncStateData');
    expect((await sync()).code).toBe('NoError');
  });

  it('repeatChanges: what was delivered comes once more', async () => {
    const { state } = await sync();
    const { id } = await create('again');
    const next = await sync(state);
    expect(next.ids).toEqual([id]);
    expect((await sync(next.state)).ids).toEqual([]);
    exchange.switches.repeatChanges = true;
    expect((await sync(next.state)).ids).toContain(id);
  });

  it('stuckSyncStates: there is more, it says, and gives the old state back', async () => {
    const { state } = await sync();
    exchange.switches.stuckSyncStates = true;
    const stuck = await sync(state);
    expect([stuck.state, stuck.last]).toEqual([state, 'false']);
  });
});

describe('habits of reading and writing', () => {
  it('illegalCharacters: sent as references, or left out', async () => {
    const { id } = await create('plain');
    const item = [...mailbox.items.values()].find((one) => mailbox.itemId(one) === id)!;
    item.fields.Subject = { ...item.fields.Subject!, text: 'a\u001ab' };
    const body = `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`;
    // By hand: no XML reader takes such an answer.
    const headers = { Authorization: `Basic ${Buffer.from('alice@example.com:alicepw').toString('base64')}` };
    const read = async () => (await fetch(server.url, { method: 'POST', headers, body: soap(body) })).text();
    expect(await read()).toContain('<t:Subject>ab</t:Subject>');
    exchange.switches.illegalCharacters = true;
    expect(await read()).toMatch(/<t:Subject>a&#x1A;b<\/t:Subject>/i);
  });

  it('driftChangeKeys: the key that an update told is old already', async () => {
    const { id, key } = await create('drifting');
    exchange.switches.driftChangeKeys = true;
    const update = (with_: string, mode: string) =>
      call(
        `<m:UpdateItem ConflictResolution="${mode}" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${with_}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>x</t:Subject></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
      );
    const told = idOf(itemsOf(await update(key, 'NeverOverwrite'))[0]).key;
    expect(codesOf(await update(told, 'NeverOverwrite'))).toEqual(['ErrorIrresolvableConflict']);
  });
});
