import { afterAll, beforeAll, expect, test } from 'vitest';
import { exchangeWorld, PASSWORD, SERVICE, type StandIn } from '../../../test/contract/exchange-world.ts';
import { Exchange } from '../../../test/servers/exchange/exchange.ts';
import { serve } from '../../../test/servers/exchange/server.ts';

let standIn: StandIn;
beforeAll(async () => {
  const exchange = new Exchange();
  exchange.addMailbox(SERVICE, PASSWORD, { mayImpersonate: true });
  standIn = { exchange, server: await serve(exchange, { auth: { schemes: ['basic'] } }) };
});
afterAll(() => standIn?.server.close());

async function withFolders(names: readonly string[]) {
  const world = exchangeWorld(standIn, { method: 'password', access: 'direct' });
  const mailbox = standIn.exchange.mailboxOf(world.address)!;
  const inbox = mailbox.folderNamed('inbox');
  for (const name of names) mailbox.addFolder({ parent: inbox.key, name, kind: 'Folder', folderClass: 'IPF.Note' });
  return { mailbox, inbox, source: (await world.open()).email! };
}

test('folders are found by role in another language, and the Inbox stays INBOX', async () => {
  const { mailbox, inbox, source } = await withFolders(['Kunden']);
  inbox.name = 'Posteingang';
  mailbox.folderNamed('sentitems').name = 'Gesendete Elemente';
  const found = await source.probe([{ role: 'sent' }, 'Posteingang/kunden', 'INBOX', { name: 'Kunden' }], new Map());
  expect(found.map(({ path, role }) => [path, role])).toEqual([
    ['Gesendete Elemente', 'sent'],
    ['INBOX/Kunden', null],
    ['INBOX', 'inbox'],
  ]);
});

test('a slash in a name is no step down, and a backslash no escape', async () => {
  const { source } = await withFolders(['A/B', 'C\\D']);
  const found = await source.probe([{ name: 'A/B' }, { name: 'C\\D' }], new Map());
  expect(found.map(({ path }) => path)).toEqual(['INBOX/A\\/B', 'INBOX/C\\\\D']);
  expect(await source.probe(['INBOX/A\\/B'], new Map())).toHaveLength(1);
});

test('folders of appointments are none for mail, and the failure names those there are', async () => {
  const { source } = await withFolders([]);
  await expect(source.probe(['Calendar'], new Map())).rejects.toMatchObject({
    ...{ code: 'missing', remedy: expect.stringContaining('Sent Items') },
  });
});
