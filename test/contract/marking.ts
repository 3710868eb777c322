/**
 * What every connector that offers `marking` has to keep: the user sees what became of a mail, his own marks stay, a mail that
 * was moved is known by its new reference, and every call can be repeated.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { MarkedEmail, Session } from '../../src/connector/connector.ts';
import { letter } from './email-source.ts';
import { createLedger } from './ledger.ts';

export interface MarkingWorld {
  readonly folder: string;
  open(signal?: AbortSignal): Promise<Session>;
  deliver(raw: string): Promise<void>;
  /** By the world's own eyes, in no order. */
  categoriesOf(raw: string): Promise<readonly string[]>;
  setCategories(raw: string, categories: readonly string[]): Promise<void>;
  /** What lies in a folder that users see at the top of the mailbox under this name; null: there is none. */
  lyingIn(folder: string): Promise<readonly string[] | null>;
  /** What users do to folders at the top; absent where the server has no folders to rename. */
  renameFolder?(name: string, to: string): Promise<void>;
  throwAway(name: string): Promise<void>;
  /** The name of a second folder that is there. */
  readonly second: string;
  close?(): Promise<void>;
}

export function emailMarkingContract(name: string, makeWorld: () => Promise<MarkingWorld>): void {
  describe(`${name} marking mail`, () => {
    const ends: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });
    const start = async (...subjects: string[]) => {
      const world = await makeWorld();
      ends.push(async () => world.close?.());
      for (const subject of subjects) await world.deliver(letter(subject));
      const session = await world.open();
      ends.push(async () => session[Symbol.asyncDispose]());
      const ledger = createLedger();
      await ledger.pass(session.email!, world.folder);
      const email = (subject: string): MarkedEmail => ({
        folder: world.folder,
        ref: [...ledger.present].find(([, { source }]) => Buffer.from(source).toString() === letter(subject))![0],
        messageId: `${subject}@example.test`,
      });
      return { world, session, ledger, email, marking: session.marking! };
    };

    test('a category is set beside those of the user, and cleared again, and each twice is as once', async () => {
      const { world, marking, email } = await start('a', 'b');
      await world.setCategories(letter('a'), ['Blue & <new>']);
      for (let time = 0; time < 2; time += 1) {
        expect(await marking.categorize(email('a'), { set: ['Tracked "x"'], clear: [] })).toBe(email('a').ref);
        expect([...(await world.categoriesOf(letter('a')))].sort()).toEqual(['Blue & <new>', 'Tracked "x"']);
      }
      for (let time = 0; time < 2; time += 1) {
        await marking.categorize(email('a'), { set: ['Undeliverable'], clear: ['TRACKED "x"', 'never there'] });
        expect([...(await world.categoriesOf(letter('a')))].sort()).toEqual(['Blue & <new>', 'Undeliverable']);
      }
      expect(await world.categoriesOf(letter('b'))).toEqual([]);
      await marking.categorize(email('a'), { set: [], clear: ['Blue & <new>', 'Undeliverable'] });
      expect(await world.categoriesOf(letter('a'))).toEqual([]);
    });

    test('a category that was set is told by the next pass as a change of flags, and nothing is read again', async () => {
      const { world, session, ledger, marking, email } = await start('a');
      await marking.categorize(email('a'), { set: ['Tracked'], clear: [] });
      const pages = await ledger.pass(session.email!, world.folder);
      expect(pages.flatMap(({ flagged }) => flagged).map(({ flags }) => flags)).toEqual([['category:Tracked']]);
      expect(ledger.arrivals).toHaveLength(1);
    });

    test('a mail is moved once, and whoever asks again learns where it is', async () => {
      const { world, session, ledger, marking, email } = await start('a', 'b');
      const ref = await marking.move(email('a'), world.second);
      expect(ref).not.toBeNull();
      expect(await world.lyingIn(world.second)).toEqual([letter('a')]);
      expect(await marking.move(email('a'), world.second)).toBe(ref);
      expect(await marking.move({ ...email('a'), folder: world.second, ref: ref! }, world.second)).toBe(ref);
      expect(await world.lyingIn(world.second)).toEqual([letter('a')]);
      const there = createLedger();
      await there.pass(session.email!, world.second);
      expect([...there.present.keys()]).toEqual([ref]);
      await ledger.pass(session.email!, world.folder);
      expect(ledger.texts()).toEqual([letter('b')]);
    });

    test('a mail that is gone is told so, wherever it was to go, and nothing is made of it', async () => {
      const { world, marking, email } = await start('a', 'b');
      await marking.move(email('b'), world.second);
      const lost = { ...email('b'), messageId: 'never@example.test' };
      expect(await marking.categorize(lost, { set: ['x'], clear: [] })).toBeNull();
      expect(await marking.move(lost, world.second)).toBeNull();
      expect(await marking.move({ ...lost, messageId: null }, world.second)).toBeNull();
      expect((await marking.moveAside(lost, { folder: null, name: 'Undeliverable' })).ref).toBeNull();
      expect(await world.lyingIn('Undeliverable')).toEqual([]);
      expect(await world.lyingIn(world.second)).toEqual([letter('b')]);
    });

    test('a folder that there is not is a missing one, and the mail stays', async () => {
      const { world, session, marking, email, ledger } = await start('a');
      await expect(marking.move(email('a'), 'No such folder')).rejects.toMatchObject({ name: 'Failure', code: 'missing' });
      await ledger.pass(session.email!, world.folder);
      expect(ledger.texts()).toEqual([letter('a')]);
    });

    test('the folder for undeliverable mail is made when it is missing, and used from then on', async () => {
      const { world, marking, email } = await start('a', 'b', 'c');
      expect(await world.lyingIn('Undeliverable')).toBeNull();
      const first = await marking.moveAside(email('a'), { folder: null, name: 'Undeliverable' });
      expect(await marking.moveAside(email('a'), { folder: null, name: 'Undeliverable' })).toEqual(first);
      const second = await marking.moveAside(email('b'), { folder: first.folder, name: 'Undeliverable' });
      expect(second.folder).toBe(first.folder);
      expect([...(await world.lyingIn('Undeliverable'))!].sort()).toEqual([letter('a'), letter('b')].sort());
      await world.throwAway('Undeliverable');
      const third = await marking.moveAside(email('c'), { folder: first.folder, name: 'Undeliverable' });
      expect(third.ref).not.toBeNull();
      expect(await world.lyingIn('Undeliverable')).toEqual([letter('c')]);
    });

    test('it stays the same folder when the user gives it another name', async () => {
      const { world, marking, email } = await start('a', 'b');
      if (!world.renameFolder) return;
      const { folder } = await marking.moveAside(email('a'), { folder: null, name: 'Undeliverable' });
      await world.renameFolder('Undeliverable', 'Unzustellbar');
      expect((await marking.moveAside(email('b'), { folder, name: 'Undeliverable' })).folder).toBe(folder);
      expect(await world.lyingIn('Undeliverable')).toBeNull();
      expect(await world.lyingIn('Unzustellbar')).toHaveLength(2);
    });
  });
}
