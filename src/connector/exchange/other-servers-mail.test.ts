/** Mail on servers that nobody here has seen: the stand-in's answers changed on their way. */
import { describe, expect, test } from 'vitest';
import { letter } from '../../../test/contract/email-source.ts';
import { otherServer } from '../../../test/contract/exchange-other-server.ts';
import { createLedger } from '../../../test/contract/ledger.ts';
import { deliver } from '../../../test/servers/exchange/mime/transport.ts';
import { disposeItem } from '../../../test/servers/exchange/operation/items.ts';
import type { Item } from '../../../test/servers/exchange/store/model.ts';
import { repeating } from '../../../test/servers/exchange-dressed.ts';
import type { RemoteRef } from '../connector.ts';

const world = otherServer();
const { mailbox } = world;
const inbox = () => mailbox().itemsIn(mailbox().folderNamed('inbox').key);
const refOf = (item: Item) => mailbox().itemId(item) as RemoteRef;
const isSync = (text: string) => text.includes('SyncFolderItemsResponse');

async function filled(names: readonly string[]) {
  for (const name of names) await deliver(world.exchange, mailbox(), Buffer.from(letter(name)));
  const session = await world.open();
  const ledger = createLedger();
  await ledger.pass(session.email!, 'INBOX');
  return { session, source: session.email!, ledger };
}

describe('SyncFolderItems', () => {
  test('mail that is told as gone and as there in one answer is there if it is found', async () => {
    const { source, ledger } = await filled(['here', 'away', 'gone']);
    const [here, away, gone] = inbox() as [Item, Item, Item];
    for (const item of [here, away]) mailbox().touch(item);
    const deletions = [here, away, gone]
      .map((item) => `<t:Delete><t:ItemId Id="${refOf(item)}" ChangeKey="x"/></t:Delete>`)
      .join('');
    const left = [refOf(away), refOf(gone)];
    world.change = (text) => {
      if (!text.includes('<m:Changes>')) return text;
      // It goes between the two calls.
      disposeItem(mailbox(), away, 'HardDelete');
      return text.replace('<m:Changes>', `<m:Changes>${deletions}`);
    };
    const pages = await ledger.pass(source, 'INBOX');
    expect(pages.flatMap((page) => page.gone).sort()).toEqual(left.sort());
    expect([...ledger.present.keys()]).toEqual([refOf(here)]);
    expect(ledger.arrivals).toHaveLength(3);
  });

  test('a server that tells the same for ever, with states that are always new, is not asked for ever and loses nothing', async () => {
    const { source, ledger } = await filled(['a', 'b']);
    await deliver(world.exchange, mailbox(), Buffer.from(letter('later')));
    const server = repeating();
    world.change = (text) => (isSync(text) ? server.again(text) : text);
    await expect(ledger.pass(source, 'INBOX')).rejects.toMatchObject({
      code: 'garbled',
      message: expect.stringContaining('again'),
    });
    expect(server.asked).toBeLessThan(100);
    expect(ledger.arrivals).toHaveLength(3);
    world.change = (text) => text;
    await ledger.pass(source, 'INBOX');
    expect(ledger.texts().sort()).toEqual(['a', 'b', 'later'].map((name) => letter(name)).sort());
  });
});

test('mail that is moved without a word of its new id is found where it went', async () => {
  const { session } = await filled(['a', 'b']);
  const [item] = inbox();
  const email = { folder: 'INBOX', ref: refOf(item!), messageId: 'a@example.test' };
  world.change = (text) => (text.includes('MoveItemResponse') ? text.replace(/<m:Items>[\s\S]*<\/m:Items>/, '<m:Items/>') : text);
  const moved = await session.marking!.move(email, { role: 'trash' });
  const [there] = mailbox().itemsIn(mailbox().folderNamed('deleteditems').key);
  expect([moved, inbox().length]).toEqual([refOf(there!), 1]);
});

describe('GetItem', () => {
  const MESSAGE = /<m:GetItemResponseMessage[\s\S]*?<\/m:GetItemResponseMessage>/g;

  test('mail that is there and comes without its source is tried again, and then comes by its header block', async () => {
    const { source, ledger } = await filled([]);
    for (const name of ['a', 'mute', 'b']) await deliver(world.exchange, mailbox(), Buffer.from(letter(name)));
    const mute = refOf(inbox()[1]!);
    world.change = (text) =>
      text.replace(MESSAGE, (one) =>
        one.includes(`"${mute}"`) ? one.replace(/<t:MimeContent[\s\S]*<\/t:MimeContent>/, '') : one,
      );
    for (let pass = 1; pass <= 5; pass += 1) {
      expect(ledger.arrivals).toHaveLength(pass === 1 ? 0 : 2);
      await ledger.pass(source, 'INBOX');
    }
    expect(ledger.arrivals).toHaveLength(3);
    const email = ledger.arrivals.find(({ ref }) => ref === mute)!;
    expect(email).toMatchObject({ headersOnly: true, receivedAt: expect.any(Date) });
    expect(Buffer.from(email.source).toString()).toMatch(/^[\s\S]*Subject: mute\r\n[\s\S]*\r\n\r\n$/);
    await ledger.pass(source, 'INBOX');
    expect(ledger.arrivals).toHaveLength(3);
  });

  test('a server that reads only so many messages at a time has all of them read in one pass', async () => {
    const { source, ledger } = await filled([]);
    const names = Array.from({ length: 8 }, (_, n) => `n${n}`);
    for (const name of names) await deliver(world.exchange, mailbox(), Buffer.from(letter(name)));
    const busy =
      '<m:GetItemResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText><m:ResponseCode>ErrorServerBusy</m:ResponseCode></m:GetItemResponseMessage>';
    world.change = (text) => {
      let n = 0;
      return text.replace(MESSAGE, (one) => (++n > 3 ? busy : one));
    };
    await ledger.pass(source, 'INBOX');
    expect(ledger.texts().sort()).toEqual(names.map((name) => letter(name)).sort());
  });
});

describe('taking mail off the server', () => {
  const NAMES = ['one', 'two', 'three', 'four'];
  const busy =
    '<m:DeleteItemResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText><m:ResponseCode>ErrorServerBusy</m:ResponseCode></m:DeleteItemResponseMessage>';
  const withTrouble = (isTroubled: (n: number) => boolean) => (text: string) => {
    let n = 0;
    return text.replace(/<m:DeleteItemResponseMessage [\s\S]*?(\/>|<\/m:DeleteItemResponseMessage>)/g, (message) => {
      n += 1;
      return isTroubled(n) ? busy : message;
    });
  };

  test('what was confirmed before and after trouble in one answer stays confirmed', async () => {
    const { session } = await filled(NAMES);
    const refs = inbox().map(refOf);
    world.change = withTrouble((n) => n === 3);
    await session.disposal!.remove(refs);
    expect(await session.disposal!.settle()).toEqual(refs.toSpliced(2, 1));
  });

  test('where nothing is confirmed the trouble is told', async () => {
    const { session } = await filled(NAMES);
    world.change = withTrouble(() => true);
    await session.disposal!.remove(inbox().map(refOf));
    await expect(session.disposal!.settle()).rejects.toMatchObject({ code: 'throttled' });
  });
});
