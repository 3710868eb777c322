/** Which folder is meant: roles, names in many languages, namespaces, delimiters and both encodings of names. */
import { describe, expect, test } from 'vitest';
import { createLedger } from '../../../test/contract/ledger.ts';
import { stage } from '../../../test/contract/scripted-imap.ts';
import { startDovecot } from '../../../test/servers/dovecot.ts';
import type { Answers } from '../../../test/servers/imap-script.ts';
import { needsServer } from '../../../test/servers/needs.ts';
import { Failure } from '../../model/failure.ts';
import type { FolderRole, FolderSelector } from '../connector.ts';

const namespace = (text: string): Answers => ({
  async NAMESPACE({ peer, ok }) {
    await peer.say(`* NAMESPACE ${text}`);
    await ok();
  },
});
const find = async (staged: Awaited<ReturnType<typeof stage>>, ...selectors: FolderSelector[]) =>
  staged.use(async ({ email }) => (await email!.probe(selectors, new Map())).map(({ path }) => path));

test.each<[string, FolderRole]>([
  ['Gesendet', 'sent'],
  ['Gesendete Elemente', 'sent'],
  ['Sent Items', 'sent'],
  ['&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-', 'sent'],
  ['Enviados', 'sent'],
  ['Envoy&AOk-s', 'sent'],
  ['Posta inviata', 'sent'],
  ['&kAFP4W4IMH8-', 'sent'],
  ['Papierkorb', 'trash'],
  ['Deleted Items', 'trash'],
  ['Corbeille', 'trash'],
  ['Entw&APw-rfe', 'drafts'],
  ['Spam', 'junk'],
  ['Archiv', 'archive'],
])('without SPECIAL-USE, "%s" is %s', async (name, role) => {
  await using staged = await stage({ state: { folders: ['() "/" INBOX', `() "/" "${name}"`, '() "/" Other'] } });
  const found = await staged.use(async ({ email }) => email!.probe([{ role }], new Map()));
  expect(found.map((folder) => folder.role)).toEqual([role]);
});

test('SPECIAL-USE goes before names, and other people’s folders have no role here', async () => {
  await using staged = await stage({
    state: {
      capability: 'IMAP4rev1 AUTH=PLAIN SPECIAL-USE NAMESPACE',
      folders: [
        '() "/" INBOX',
        '() "/" Sent',
        '(\\Sent) "/" "Out there"',
        '(\\Sent \\Junk) "/" "Users/bob/Sent"',
        '(\\Important) "/" Big',
      ],
    },
    answers: namespace('(("" "/")) (("Users/" "/")) NIL'),
  });
  expect(await find(staged, { role: 'sent' }, { role: 'important' })).toEqual(['Out there', 'Big']);
  await expect(find(staged, { role: 'junk' })).rejects.toMatchObject({
    code: 'missing',
    remedy: expect.stringContaining('Out there'),
  });
});

test('a customer’s folder called Gesendet deep down is not the Sent folder, but can be chosen by name and path', async () => {
  await using staged = await stage({ state: { folders: ['() "/" INBOX', '() "/" Kunden', '() "/" Kunden/Gesendet'] } });
  await expect(find(staged, { role: 'sent' })).rejects.toBeInstanceOf(Failure);
  expect(await find(staged, { name: 'gesendet' }, 'Kunden/Gesendet', { name: 'Kunden' })).toEqual(['Kunden/Gesendet', 'Kunden']);
});

test('folders that cannot hold mail are not found', async () => {
  await using staged = await stage({
    state: { folders: ['() "/" INBOX', '(\\Noselect) "/" Sent', '(\\NonExistent) "/" Trash'] },
  });
  for (const role of ['sent', 'trash'] as const) await expect(find(staged, { role })).rejects.toMatchObject({ code: 'missing' });
});

describe('namespaces and delimiters', () => {
  const folders = ['() "." INBOX', '() "." INBOX.Sent', '() "." INBOX.Kunden', '() "." INBOX.Kunden.Nord', '() "." Public.Info'];
  const courier = () =>
    stage({
      state: { folders, capability: 'IMAP4rev1 AUTH=PLAIN NAMESPACE' },
      answers: namespace('(("INBOX." ".")) NIL (("Public." "."))'),
    });

  test('the own prefix may be left out, and / may stand for the delimiter', async () => {
    await using staged = await courier();
    expect(await find(staged, 'Kunden', 'INBOX.Kunden.Nord', 'Kunden/Nord', { role: 'sent' })).toEqual([
      'INBOX.Kunden',
      'INBOX.Kunden.Nord',
      'INBOX.Sent',
    ]);
  });

  test('a folder of another namespace keeps its name', async () => {
    await using staged = await courier();
    expect(await find(staged, 'Public.Info')).toEqual(['Public.Info']);
    const ledger = createLedger();
    await staged.use(({ email }) => ledger.pass(email!, 'Public.Info'));
    expect(staged.server.heard()).toMatch(/EXAMINE "?Public\.Info"?\r\n/);
    expect(ledger.arrivals).toHaveLength(3);
  });

  test.each(['\\\\', '^', '|', '!', '$'])('delimiter %s', async (delimiter) => {
    const shown = delimiter === '\\\\' ? '\\' : delimiter;
    const quoted = `Kunden${delimiter}Nord`;
    await using staged = await stage({ state: { folders: [`() "${delimiter}" INBOX`, `() "${delimiter}" "${quoted}"`] } });
    expect(await find(staged, `Kunden${shown}Nord`, { name: 'Nord' })).toEqual([`Kunden${shown}Nord`]);
    await staged.use(({ email }) => createLedger().pass(email!, `Kunden${shown}Nord`));
    expect(staged.server.heard()).toMatch(/EXAMINE/);
  });

  test('no hierarchy at all (NIL)', async () => {
    await using staged = await stage({ state: { folders: ['() NIL INBOX', '() NIL Sent'] } });
    expect(await find(staged, { role: 'sent' }, { name: 'Sent' })).toEqual(['Sent']);
  });
});

describe('names beyond ASCII', async () => {
  test('modified UTF-7 is read and written', async () => {
    const wire = 'K&AOQ-se &- Brot';
    await using staged = await stage({ state: { folders: ['() "/" INBOX', `() "/" "${wire}"`] } });
    expect(await find(staged, 'Käse & Brot')).toEqual(['Käse & Brot']);
    expect(await find(staged, 'Ka\u0308se & Brot')).toEqual(['Käse & Brot']);
    await staged.use(({ email }) => createLedger().pass(email!, 'Käse & Brot'));
    expect(staged.server.heard()).toContain(`EXAMINE "${wire}"`);
  });

  test('UTF8=ACCEPT: the name goes as it is', async () => {
    const wire = Buffer.from('Käse & Brot', 'utf8').toString('latin1');
    const state = { capability: 'IMAP4rev1 AUTH=PLAIN ENABLE UTF8=ACCEPT', folders: ['() "/" INBOX', `() "/" "${wire}"`] };
    await using staged = await stage({ state });
    expect(await find(staged, 'Käse & Brot')).toEqual(['Käse & Brot']);
    await staged.use(({ email }) => createLedger().pass(email!, 'Käse & Brot'));
    expect(staged.server.heard()).toContain(`EXAMINE "${wire}"`);
  });

  test('a name sent as a literal', async () => {
    await using staged = await stage({
      answers: {
        async LIST({ peer, ok }) {
          await peer.raw('* LIST () "/" {6}\r\nA "q" \r\n* LIST () "/" INBOX\r\n');
          await ok();
        },
      },
    });
    expect(await find(staged, 'A "q" ')).toEqual(['A "q" ']);
  });

  test.runIf(await needsServer('dovecot'))('a real server, every folder with an odd name', async () => {
    await using dovecot = await startDovecot({ users: { anna: 'canary-pässword' } });
    const names = [
      'Käse & Brot',
      '日本語/フォルダ',
      'a"b\\c',
      ' spaces  in ',
      '100% *sure*',
      '&',
      'Ünïcödé 🎉',
      'peter~',
      '{5}',
      'NIL',
    ];
    for (const name of names) await dovecot.deliver('anna', name, `Subject: ${Buffer.from(name).toString('hex')}\r\n\r\n`);
    await using staged = await stage({ settings: { host: dovecot.host, port: dovecot.imapPort } });
    await staged.use(async ({ email }) => {
      const found = await email!.probe(names, new Map());
      expect(found.map(({ path, messages }) => [path, messages])).toEqual(names.map((name) => [name, 1]));
      for (const name of names) {
        const ledger = createLedger();
        await ledger.pass(email!, name);
        expect(ledger.texts()).toEqual([`Subject: ${Buffer.from(name).toString('hex')}\r\n\r\n`]);
      }
    });
  });
});

test('LIST-STATUS: all folders in one round trip, however many', async () => {
  const names = Array.from({ length: 50 }, (_, n) => `F${n}`);
  await using staged = await stage({
    state: {
      capability: 'IMAP4rev1 AUTH=PLAIN LIST-STATUS LIST-EXTENDED',
      folders: ['() "/" INBOX', ...names.map((name) => `() "/" ${name}`)],
    },
    answers: {
      async LIST({ peer, ok, args }) {
        if (args === '"" ""') return ok();
        await peer.say(...names.map((name) => `* LIST (\\Subscribed) "/" ${name}`), '* LIST (\\Subscribed) "/" INBOX');
        await peer.say(...names.map((name) => `* STATUS ${name} (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 7)`));
        return ok();
      },
    },
  });
  await staged.use(async ({ email }) => {
    const before = staged.asked().length;
    const found = await email!.probe(names, new Map());
    expect(found.map(({ messages }) => messages)).toEqual(names.map(() => 3));
    expect(staged.asked().length - before).toBe(1);
  });
});

test('a server that advertises LIST-STATUS and refuses it is asked folder by folder', async () => {
  await using staged = await stage({
    state: { capability: 'IMAP4rev1 AUTH=PLAIN LIST-STATUS', folders: ['() "/" INBOX', '() "/" A'] },
    answers: { LIST: (command) => (/RETURN/.test(command.args) ? command.peer.say(`${command.tag} BAD no`) : command.usual()) },
  });
  const found = await staged.use(({ email }) => email!.probe(['A'], new Map()));
  expect(found).toMatchObject([{ path: 'A', messages: 3 }]);
});
