/** The conformance checks of appointments, contacts and tasks that the config answers, and how their settings are read. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { problemLine } from '../../src/config/problem.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailroom-items-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const SERVERS = `servers:
  ex: { type: exchange, url: "https://mail.example.com/EWS/Exchange.asmx", auth: { username: anna, password: { env: P } } }
  office: { type: imap, host: imap.example.com, auth: { username: anna, password: { env: P } } }
  pop: { type: pop3, host: pop.example.com, auth: { username: anna, password: { env: P } } }
`;

async function load(rest: string) {
  const file = join(folder, 'mailroom.yaml');
  await writeFile(file, SERVERS + rest);
  const loaded = await loadConfig(file, { env: { P: 'p' }, now: new Date('2026-11-22T12:00:00Z') });
  const problems = 'problems' in loaded ? loaded.problems.map(problemLine).map((line) => line.replace(`${folder}/`, '')) : [];
  return { problems, mailbox: 'problems' in loaded ? null : loaded.config.mailboxes[0]!, loaded };
}
const items = (text: string, more = '') => load(`mailboxes:\n  - address: anna@example.com\n${more}    items: ${text}\n`);

test.each(['office', 'pop'])('C2 a mailbox on %s has no appointments, contacts and tasks', async (server) => {
  const { problems } = await items(`{ server: ${server}, contacts: true }`);
  expect(problems).toEqual([
    expect.stringMatching(
      /^mailroom\.yaml:7:22: mailboxes\[0\]\.items\.server: "\w+" is of type \w+, which cannot stand under items/,
    ),
  ]);
});

test('C3 the mailbox of a queue has none either, and the way out is told', async () => {
  const { problems } = await items('{ server: ex, contacts: true }', '    owner: { queue: info }\n');
  expect(problems).toEqual([
    expect.stringMatching(/queue "info", and a queue has no appointments, contacts and tasks; write items: false/),
  ]);
});

test('true is all of the defaults, and they are explained', async () => {
  const { mailbox, loaded } = await items('{ server: ex, appointments: true, tasks: true }');
  expect(mailbox!.items).toMatchObject({
    contacts: null,
    appointments: {
      ...{ folders: [], track: { everything: false, category: null, folders: [] }, closed: 'free', invitationsPerDay: 100 },
      filters: [{ party: { address: 'me', roles: ['organizer', 'required'] } }],
      deletion: { inExchange: { deleteWhen: ['open', 'not-past', 'organizer'] }, outsideFilters: null },
      brake: { items: 10, percent: 20 },
    },
    tasks: { deletion: { inExchange: { deleteWhen: [] }, inApplication: { deleteWhen: ['open-there'] } } },
  });
  const rows = 'explanation' in loaded ? loaded.explanation.explain('anna@example.com')! : [];
  expect(rows).toContainEqual({ path: 'items.appointments.closed', value: 'free', origin: 'built-in' });
});

test('what a mailbox says lies over what its group says, key by key', async () => {
  const { mailbox } = await load(`groups:
  sales: { items: { server: ex, contacts: { track: everything, fields: { notes: none } } } }
mailboxes:
  - { address: anna@example.com, group: sales, items: { contacts: { fields: { nickname: from-exchange }, conflicts: { default: ask } } } }
`);
  expect(mailbox!.items!.contacts).toMatchObject({
    ...{
      track: { everything: true },
      directions: { notes: 'none', nickname: 'from-exchange' },
      conflict: 'ask',
      deletionConflict: 'ask',
    },
  });
});

test('attachments travel only where that is written, up to 5 MiB each', async () => {
  const read = async (written: string) => (await items(`{ server: ex, appointments: ${written} }`)).mailbox?.items?.appointments;
  expect(await read('true')).toMatchObject({ directions: {}, attachmentBytes: 5 * 1024 * 1024 });
  for (const direction of ['both', 'to-exchange', 'from-exchange', 'none'])
    expect(await read(`{ fields: { attachments: ${direction} }, attachmentBytes: 2 MB }`)).toMatchObject({
      ...{ directions: { attachments: direction }, attachmentBytes: 2_000_000 },
    });
  for (const size of ['0 MB', '33 MiB']) {
    const { problems } = await items(`{ server: ex, appointments: { attachmentBytes: ${size} } }`);
    expect(problems).toEqual([expect.stringMatching(/a file takes 1 B to 32 MiB; write for example "5 MiB"/)]);
  }
});

test.each([
  ['an unknown field', '{ fields: { nicknam: none } }', /:7:57: .*there is no field "nicknam"; did you mean "nickname"\?/],
  ['a field that cannot be set', '{ fields: { name: none } }', /name always goes both; remove the line/],
  ['a conflict of an unknown field', '{ conflicts: { nose: ask } }', /there is no field "nose"/],
  ['an unknown key', '{ tracks: everything }', /unknown key "tracks"; did you mean "track"\?/],
  ['an unknown condition', '{ deletion: { inExchange: { deleteWhen: [opn] } } }', /deleteWhen/],
])('%s is an error with its place', async (_, written, line) => {
  const { problems } = await items(`{ server: ex, contacts: ${written} }`);
  expect(problems).toEqual([expect.stringMatching(line)]);
});
