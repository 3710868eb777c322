/** Public vCards, made by many programs: into the application, from there into Exchange, and read back from there. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MailboxConfig } from '../../src/config/config.ts';
import type { ItemStore, ItemVersion } from '../../src/connector/connector.ts';
import { contactKind } from '../../src/connector/exchange/translate/contact.ts';
import { createItemIn } from '../../src/mailbox/items.ts';
import { CONTACT_FIELDS } from '../../src/model/contact-field.ts';
import { asFailure } from '../../src/model/failure.ts';
import type { ItemContent } from '../../src/model/item.ts';
import { same } from '../../src/model/json.ts';
import { type ListedItem, listItems } from '../../src/store/items.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { ALICE, calendarWorld } from '../contract/exchange-calendar-world.ts';
import { exchangeStore } from '../contract/exchange-store.ts';
import { PASSWORD } from '../contract/exchange-world.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { wrongInCard } from '../valid/card.ts';
import { corporaFolder, haveCorpora } from './corpora.ts';
import { itemWorld, OPEN_POLICY } from './item-world.ts';
import { cardsIn } from './vcard.ts';

const mailbox = { id: 'alice', address: ALICE };
const config = { ...mailbox, aliases: [], items: { contacts: OPEN_POLICY } } as unknown as MailboxConfig;
const folders = haveCorpora ? readdirSync(corporaFolder).filter((name) => name.startsWith('vcf-')) : [];

describe.skipIf(!haveCorpora)('vCards of others (skipped where the corpora are not there)', async () => {
  const world = await calendarWorld();
  const counts = { files: 0, cards: 0, back: 0 };
  const refused = new Map<string, number>();
  const refuse = (why: string) => refused.set(why, (refused.get(why) ?? 0) + 1);
  let pg: TestDatabase;
  beforeAll(async () => {
    pg = await startTestDatabase();
  });
  afterAll(async () => {
    await pg.stop();
    const reasons = [...refused].map(([why, times]) => `\n  ${times} x ${why}`);
    process.stdout.write(`vCards: ${JSON.stringify(counts)}, refused:${reasons.join('') || ' none'}\n`);
    expect(counts.back).toBeGreaterThan(60);
  });

  it.each(folders)('of %s go in, or are refused with a reason, and stand in Exchange with every field', async (folder) => {
    await pg.database.raw('truncate mailboxes, activities, changes cascade');
    await adoptMailboxes(pg.database, [mailbox]);
    const store = exchangeStore(world.server, ALICE, PASSWORD, contactKind('all'));
    const passes = itemWorld(pg.database, { kind: 'contact', mailbox, store: () => store });
    const names = await bringIn(folder);
    await passes.sync();
    expect(await passes.sync()).toMatchObject({ writes: 0, createdHere: 0, updatedHere: 0, conflicts: 0 });

    const there = await byRecord(store);
    const wrong: string[] = [];
    for await (const { id, content, links } of listItems(pg.database, { kind: 'contact' }) as AsyncIterable<ListedItem>) {
      const read = there.get(id);
      if (links[0]?.state === 'parked') refuse(links[0].reason ?? 'without a reason');
      else if (read === undefined) wrong.push(`${names.get(id)} is not there`);
      else {
        const name = names.get(id)!;
        // What an item is called stands beside its content.
        const invalid = [content, read.content].flatMap((each) => wrongInCard({ uid: id, ...each }));
        wrong.push(...invalid.map((each) => `${name}: ${each}`), ...differences(name, content, read.content));
      }
      if (read) counts.back += 1;
    }
    expect(wrong).toEqual([]);
  });

  /** Every card by the application's door; its id with what it is called. */
  async function bringIn(folder: string): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    const files = globSync(`${folder}/**/*.vcf`, { cwd: corporaFolder }).sort();
    counts.files += files.length;
    for (const file of files) {
      for (const [position, card] of cardsIn(readFileSync(join(corporaFolder, file), 'utf8')).entries()) {
        counts.cards += 1;
        try {
          const { id } = await createItemIn(pg.database, config, 'contact', card);
          names.set(id, `${file} ${position + 1}`);
        } catch (error) {
          const failure = asFailure(error);
          if (failure?.code !== 'refused') throw new Error(`${file} ${position + 1}`, { cause: error });
          refuse(failure.message);
        }
      }
    }
    return names;
  }
});

async function byRecord(store: ItemStore): Promise<ReadonlyMap<string, ItemVersion>> {
  const [folder] = await store.folders([]);
  const found = new Map<string, ItemVersion>();
  for await (const { changed } of store.changes(folder!.id, null, { items: 100 })) {
    for (const { version, failure } of changed) {
      if (version === undefined) throw failure;
      if (version.key) found.set(version.key.record, version);
    }
  }
  return found;
}

function differences(name: string, ours: ItemContent, theirs: ItemContent): readonly string[] {
  return CONTACT_FIELDS.flatMap((field) => {
    const [before, after] = [ours, theirs].map((content) =>
      field.name === 'picture' ? pictureIn(content) : field.canonical(content),
    );
    return same(before!, after!) ? [] : [`${name}: ${field.name} was ${JSON.stringify(before)}, is ${JSON.stringify(after)}`];
  });
}

/** Its bytes: what kind of picture they are is seen from them. One that only says where it lies is not fetched, and stays here. */
function pictureIn(content: ItemContent): string | null {
  const { media = {} } = content as { media?: Record<string, { uri: string }> };
  const [, base64] = /^data:[^;,]+;base64,(.*)$/.exec(media.photo?.uri ?? '') ?? [];
  return base64 === undefined ? null : Buffer.from(base64, 'base64').toString('base64');
}
