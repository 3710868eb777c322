/**
 * Every form of request that the connector knows, the rare ones included, held against Microsoft's schema: a server that checks
 * what it is sent answers nothing else. Skipped, with a word, where the schema is not there.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ItemStore, ItemVersion, RemoteRef, Session } from '../../src/connector/connector.ts';
import { createEws } from '../../src/connector/exchange/ews.ts';
import { createExchangeConnector } from '../../src/connector/exchange/exchange-connector.ts';
import { createLanes } from '../../src/connector/exchange/lane.ts';
import { zoneDefinition } from '../../src/connector/exchange/operation/get-server-time-zones.ts';
import { VERSIONS } from '../../src/connector/exchange/soap.ts';
import { APPOINTMENT_FIELDS } from '../../src/model/appointment-field.ts';
import { CONTACT_FIELDS } from '../../src/model/contact-field.ts';
import type { Named } from '../../src/model/field.ts';
import type { ItemContent, ItemKey, Json, MailIntent } from '../../src/model/item.ts';
import { TASK_FIELDS } from '../../src/model/task-field.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { type RunningServer, serve } from '../servers/exchange/server.ts';
import { blankItem } from '../servers/exchange/store/blank.ts';
import { contextFor } from './context.ts';
import { letter } from './email-source.ts';
import { applyAll, NOWHERE } from './exchange-calendar-world.ts';
import { requestLog } from './exchange-requests.ts';
import { credentialFor, exchangeWorld, type Login, PASSWORD, SERVICE, settingsFor } from './exchange-world.ts';
import { createLedger } from './ledger.ts';

const ANNA = 'anna@example.com';
const BOB = 'bob@example.com';
const exchange = new Exchange();
const log = requestLog();
let server: RunningServer;
beforeAll(async () => {
  exchange.addMailbox(SERVICE, PASSWORD, { mayImpersonate: true });
  server = await serve(exchange, { auth: { schemes: ['basic'] }, onRequest: log.take });
});
afterAll(() => server.close());

const whereAndWho = (address: string, access: Login['access'] = 'direct') => {
  const login = { method: 'password', access } as const;
  return [settingsFor(server, address, login), contextFor(credentialFor(address, login))] as const;
};
const open = (address: string, access?: Login['access']): Promise<Session> =>
  createExchangeConnector().open(...whereAndWho(address, access));

let records = 0;
const key = (): ItemKey => ({ record: `r&"<${++records}>`, mailbox: "it's", attempt: 1 });
const made = async (store: ItemStore, content: ItemContent, mail: MailIntent = 'none'): Promise<ItemVersion> => {
  await store.folders([]);
  const target = await applyAll(store, store.steps({ change: 'create', key: key(), folder: null, content, mail }), NOWHERE);
  return readOf(store, target.ref!);
};
const readOf = async (store: ItemStore, ref: RemoteRef): Promise<ItemVersion> => {
  const [read] = await store.read([ref]);
  if (read?.version === undefined) throw read?.failure;
  return read.version;
};
const changed = async (
  store: ItemStore,
  theirs: ItemVersion,
  content: ItemContent,
  fields: readonly string[],
  mail: MailIntent = 'none',
) => {
  const steps = store.steps({ change: 'update', theirs, content, fields, key: key(), mail });
  return readOf(store, (await applyAll(store, steps, theirs)).ref!);
};
async function all(store: ItemStore): Promise<ItemVersion[]> {
  const [folder] = await store.folders([]);
  const pages = await Array.fromAsync(store.changes(folder!.id, null, { items: 50 }));
  return pages.flatMap(({ changed: told }) => told.flatMap(({ version }) => version ?? []));
}

/** What a field may be worth: everything, something else, nothing. */
async function everyField<Name extends string>(
  store: ItemStore,
  fields: readonly Named<Name>[],
  empty: ItemContent,
  samples: readonly ItemContent[],
) {
  for (const content of samples) {
    const theirs = await made(store, content);
    const names = fields.map(({ name }) => name);
    await changed(store, await changed(store, theirs, empty, names), content, names);
  }
  await all(store);
}

const guest = (address: string) => ({
  ...{
    '@type': 'Participant',
    kind: 'individual',
    roles: { attendee: true },
    email: address,
    sendTo: { imip: `mailto:${address}` },
  },
});
const event = (more: object = {}): ItemContent =>
  ({
    '@type': 'Event',
    title: 'Talk & <tea>',
    start: '2030-05-06T10:00:00',
    duration: 'PT1H',
    timeZone: 'Europe/Zurich',
    ...more,
  }) as ItemContent;
const nday = (day: string, nthOfPeriod?: number) => ({ '@type': 'NDay', day, ...(nthOfPeriod ? { nthOfPeriod } : {}) });
const RULES = [
  { frequency: 'daily', interval: 2 },
  { frequency: 'weekly', byDay: [nday('mo'), nday('fr')], firstDayOfWeek: 'su', count: 5 },
  { frequency: 'monthly', byMonthDay: [6], until: '2031-01-01T00:00:00' },
  { frequency: 'monthly', byDay: [nday('mo', 1)] },
  { frequency: 'yearly', byMonth: ['5'], byMonthDay: [6] },
  { frequency: 'yearly', byMonth: ['5'], byDay: [nday('mo', 1)], count: 3 },
];

test('reading, marking, moving and disposing of mail', async () => {
  const world = exchangeWorld({ exchange, server }, { method: 'password', access: 'direct' });
  const texts = ['a', 'b', 'c', 'd'].map((name) => letter(name));
  for (const text of texts) await world.deliver(text);
  await using session = await open(world.address);
  const ledger = createLedger();
  exchange.faults.add({ fault: 'item-error', code: 'ErrorMessageSizeExceeded', operation: 'GetItem', times: 1 });
  await ledger.pass(session.email!, 'INBOX');
  await world.setFlags!(texts[0]!, ['\\Seen']);
  await ledger.pass(session.email!, 'INBOX');
  await session.email!.preview('INBOX', { since: null, messageBytes: 1000 });
  const [a, b, c] = [...ledger.present.keys()].map((ref, n) => ({
    folder: 'INBOX',
    ref: ref as RemoteRef,
    messageId: `<${n}&"@x>`,
  }));
  await session.marking!.categorize(a!, { set: ['A & "B"'], clear: [] });
  await session.marking!.categorize(a!, { set: [], clear: ['A & "B"'] });
  await session.marking!.moveAside(b!, { folder: null, name: 'Nobody & <co>' });
  await session.marking!.move(c!, 'Projects');
  // Not there any more: looked for by its Message-ID.
  await session.marking!.move(c!, 'Projects');
  await session.disposal!.remove([a!.ref]);
  await session.disposal!.settle();
});

test('contacts with all they may have, a picture, a list', async () => {
  exchange.addMailbox(ANNA, PASSWORD);
  await using session = await open(ANNA);
  const card: ItemContent = { '@type': 'Card', version: '1.0' };
  const store = session.contacts!;
  const photo = (content: string) => ({ photo: { '@type': 'Media', kind: 'photo', uri: `data:image/jpeg;base64,${content}` } });
  const full = CONTACT_FIELDS.reduce(
    (content, field) => (field.name === 'picture' ? content : field.set(content, contactValue(field.name))),
    card,
  );
  const mailbox = exchange.mailboxOf(ANNA)!;
  mailbox.place(blankItem('DistributionList', mailbox.clock.now()), mailbox.folderNamed('contacts'));
  await everyField(store, CONTACT_FIELDS, card, [full, { ...full, media: photo('/9j/4AAQ') } as ItemContent]);
  const theirs = await made(store, { ...full, media: photo('/9j/4AAR') } as ItemContent);
  await changed(store, theirs, { ...full, media: photo('/9j/4AAS') } as ItemContent, ['picture']);
  await applyAll(store, store.steps({ change: 'delete', theirs: (await all(store))[0]!, mail: 'none' }), (await all(store))[0]!);
  expect(await store.find('nobody')).toEqual([]);
});

test('tasks with all they may have', async () => {
  exchange.addMailbox(ANNA, PASSWORD);
  await using session = await open(ANNA, 'impersonate');
  const task: ItemContent = { '@type': 'Task' };
  const samples = TASKS.map((values) =>
    TASK_FIELDS.reduce((content, field) => (field.name in values ? field.set(content, values[field.name]!) : content), task),
  );
  await everyField(session.tasks!, TASK_FIELDS, task, samples);
});

test('appointments with all they may have, series of every pattern with exceptions', async () => {
  exchange.addMailbox(ANNA, PASSWORD);
  await using session = await open(ANNA);
  const store = session.appointments!;
  const names = APPOINTMENT_FIELDS.map(({ name }) => name).filter(
    (name) => !['organizer', 'response', 'responses'].includes(name),
  );
  const theirs = await made(store, event(EVENT));
  await changed(store, await changed(store, theirs, event(), names), event(EVENT), names);
  await made(store, event({ start: '2030-05-06T00:00:00', duration: 'P2D', timeZone: null, showWithoutTime: true }));
  for (const rule of RULES) {
    const recurrenceRules = [{ '@type': 'RecurrenceRule', ...rule }];
    const series = await made(store, event({ recurrenceRules }));
    expect(series.content.recurrenceRules).toBeDefined();
  }
  const recurrenceRules = [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 9 }];
  const overrides = {
    '2030-05-07T10:00:00': { excluded: true },
    '2030-05-08T10:00:00': { title: 'Other', start: '2030-05-08T15:00:00', ...OWN },
  };
  const series = await made(store, event({ recurrenceRules, recurrenceOverrides: overrides }));
  const single = await changed(store, series, event(), ['time', 'recurrence']);
  expect(single.content.recurrenceRules).toBeUndefined();
  await zoneDefinition(createEws(...whereAndWho(ANNA), createLanes()), 'Our Own & Time');
  await all(store);
});

test('meetings: inviting, telling, calling off, answering, and looking up what became of it', async () => {
  for (const address of [ANNA, BOB]) exchange.addMailbox(address, PASSWORD);
  await using organizer = await open(ANNA);
  await using invited = await open(BOB, 'delegate');
  const [ours, theirs] = [organizer.appointments!, invited.appointments!];
  for (const response of ['accepted', 'tentative', 'declined'] as const) {
    const meeting = await made(ours, event({ participants: { [BOB]: guest(BOB) } }), 'invite');
    const copy = (await all(theirs)).find(({ meetingId }) => meetingId === meeting.meetingId)!;
    const steps = theirs.steps({ change: 'respond', theirs: copy, response, comment: 'So & "so"' });
    await applyAll(theirs, steps, copy);
    await theirs.outcome(steps[0]!, copy);
  }
  const participants = { [BOB]: guest(BOB), 'new@example.org': guest('new@example.org') };
  const [first] = await all(ours);
  const told = await changed(ours, first!, { ...first!.content, participants }, ['requiredAttendees'], 'invite');
  const update = ours.steps({
    change: 'update',
    theirs: told,
    content: { ...told.content, title: 'x' },
    fields: ['subject'],
    key: null,
    mail: 'invite',
  });
  const written = await applyAll(ours, update, told);
  exchange.mailboxOf(ANNA)!.touch(exchange.mailboxOf(ANNA)!.itemsIn(exchange.mailboxOf(ANNA)!.folderNamed('calendar').key)[0]!);
  await ours.outcome(update[0]!, { ...written, etag: told.etag });
  const now = await readOf(ours, written.ref!);
  await applyAll(ours, ours.steps({ change: 'delete', theirs: now, mail: 'cancel' }), now);
});

test('an older version, where a server does not know ours', async () => {
  exchange.addMailbox(ANNA, PASSWORD);
  exchange.faults.add({ fault: 'fault-code', code: 'ErrorInvalidServerVersion', times: 2 });
  await using session = await open(ANNA);
  expect(session.email).toBeDefined();
});

test('all forms were seen', () => {
  const seen = [...log.seen.values()];
  for (const operation of OPERATIONS)
    expect(
      seen.some((text) => text.includes(`<s:Body><m:${operation}`)),
      operation,
    ).toBe(true);
  for (const form of FORMS)
    expect(
      seen.some((text) => form.test(text)),
      String(form),
    ).toBe(true);
  for (const version of VERSIONS)
    expect(
      seen.some((text) => text.includes(`"${version}"`)),
      version,
    ).toBe(true);
});

const OPERATIONS = [
  ...[
    'GetFolder',
    'FindFolder',
    'CreateFolder',
    'SyncFolderItems',
    'FindItem',
    'GetItem',
    'CreateItem',
    'UpdateItem',
    'DeleteItem',
  ],
  ...['MoveItem', 'GetAttachment', 'CreateAttachment', 'DeleteAttachment', 'GetServerTimeZones', 'GetUserConfiguration'],
];
const FORMS = [
  ...[
    /ExchangeImpersonation/,
    /<t:DistinguishedFolderId Id="\w+"><t:Mailbox>/,
    /<m:SyncState>/,
    /IncludeMimeContent>true/,
    /PropertyTag="0x7d"/,
  ],
  ...[/<t:Contains .*MailroomKey/, /InternetMessageId"\/><t:FieldURIOrConstant>/, /SortOrder/, /Members/, /IsContactPhoto/],
  ...[
    /<m:GetItem>.*OccurrenceItemId/,
    /<m:DeleteItem [^>]*>.*ItemId/,
    /AppendToItemField/,
    /DeleteItemField/,
    /SendToAllAndSaveCopy/,
  ],
  ...[/AcceptItem/, /TentativelyAcceptItem/, /DeclineItem/, /CancelCalendarItem/, /DailyRecurrence/, /WeeklyRecurrence/],
  ...[/AbsoluteMonthlyRecurrence/, /RelativeMonthlyRecurrence/, /AbsoluteYearlyRecurrence/, /RelativeYearlyRecurrence/],
  ...[/NoEndRecurrence/, /EndDateRecurrence/, /NumberedRecurrence/, /<t:IsAllDayEvent>true/, /<t:Resources>/],
];

/** What one occurrence can have of its own, and what the whole has besides. */
const OWN = {
  ...{ description: '<p>a &amp; b</p>', descriptionContentType: 'text/html', priority: 1 },
  locations: { location: { '@type': 'Location', name: 'Room "1"' } },
  ...{ freeBusyStatus: 'busy', 'mailroom.example:showAs': 'oof' },
  alerts: { reminder: { '@type': 'Alert', action: 'display', trigger: { '@type': 'OffsetTrigger', offset: '-PT45M' } } },
};
const room = { kind: 'resource', email: 'room@example.com', sendTo: { imip: 'mailto:room@example.com' } };
const EVENT = {
  ...{ ...OWN, privacy: 'private', keywords: { 'A & B': true } },
  participants: { 'room@example.com': { '@type': 'Participant', roles: { attendee: true }, ...room } },
};

function contactValue(name: string): Json {
  const text = 'Zoë & "Söhne"';
  if (name === 'name')
    return { title: 'Dr.', given: 'Ann', given2: 'B.', surname: text, generation: 'Jr.', full: 'Annie', fileAs: text };
  if (/^email/.test(name)) return { address: 'ann@example.com', label: text };
  if (name === 'mailingAddress') return 'home';
  if (name.endsWith('Address')) return { street: text, locality: text, region: text, postcode: text, country: text };
  if (name === 'children' || name === 'categories') return [text, 'Max'];
  if (name === 'birthday' || name === 'anniversary') return '2001-02-28';
  return name === 'sensitivity' ? 'confidential' : text;
}

const completion = (
  progress: string,
  percentComplete: number | null,
  status: string | null,
  completedAt: string | null = null,
) => ({
  ...{ progress, percentComplete, status, completedAt },
});
const TASKS: readonly { readonly [field: string]: Json }[] = [
  {
    ...{ subject: 'Call & <now>', body: { text: '<p>x</p>', type: 'text/html' }, startDate: '2026-12-01', dueDate: '2026-12-31' },
    ...{ completion: completion('in-process', 30, 'waiting'), importance: 1, categories: ['A & B'], sensitivity: 'personal' },
    reminder: '2026-12-01T08:30:00Z',
  },
  {
    body: { text: 'x', type: 'text/plain' },
    completion: completion('completed', 100, null, '2026-10-30T00:00:00Z'),
    importance: 9,
  },
  { completion: completion('needs-action', null, 'deferred') },
  { completion: completion('cancelled', null, null) },
];
