/**
 * DavMail 6 of Debian as the judge of contacts and tasks: a client that nobody here wrote puts them into the mailbox, and we read
 * what it meant; we write them, and it shows what we meant. Skipped where it is not installed.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ItemStore, ItemVersion } from '../../src/connector/connector.ts';
import { contactKind } from '../../src/connector/exchange/translate/contact.ts';
import { createTaskKind } from '../../src/connector/exchange/translate/task.ts';
import { CONTACT_FIELDS } from '../../src/model/contact-field.ts';
import { valuesOf } from '../../src/model/field.ts';
import type { ItemContent, ItemKey } from '../../src/model/item.ts';
import { TASK_FIELDS } from '../../src/model/task-field.ts';
import { changeItem, createItem, exchangeStore, readItem } from '../contract/exchange-store.ts';
import { type StandIn, startStandIn } from '../servers/exchange/check/client.ts';
import { type DavMail, davMailInstalled, startDavMail } from '../servers/exchange/check/davmail.ts';

const installed = davMailInstalled();
const standIn: StandIn = await startStandIn();
const USER = 'alice@example.com';
const PASSWORD = 'alicepw';
let davmail: DavMail;

beforeAll(async () => {
  if (installed) davmail = await startDavMail(standIn.server.url);
}, 90_000);
afterAll(() => davmail?.stop());

async function dav(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const login = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
  const response = await fetch(davmail.dav + path, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: { Authorization: `Basic ${login}`, ...headers },
  });
  return { status: response.status, text: await response.text() };
}

/** What DavMail shows of everything in a folder, one text for each item. */
async function shown(folder: string): Promise<string[]> {
  const list = '<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>';
  const { text } = await dav('PROPFIND', `/users/${USER}/${folder}/`, list, { Depth: '1' });
  const paths = [...text.matchAll(/<(?:\w+:)?href>([^<]+\.(?:vcf|ics|EML))<\//gi)].map(([, path]) => path!);
  return await Promise.all(paths.map(async (path) => (await dav('GET', path)).text));
}

function lines(text: string, name: string): string[] {
  const whole = text.replace(/BEGIN:VTIMEZONE[\s\S]*?END:VTIMEZONE\r?\n/, '');
  const unfolded = whole.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
  return unfolded.filter((line) => line === name || line.startsWith(`${name}:`) || line.startsWith(`${name};`));
}

async function all(store: ItemStore): Promise<ItemVersion[]> {
  const [folder] = await store.folders([]);
  const found: ItemVersion[] = [];
  for await (const { changed } of store.changes(folder!.id, null, { items: 50 }))
    found.push(...changed.flatMap(({ version }) => version ?? []));
  return found;
}

const KEY: ItemKey = { record: 'r', mailbox: 'm', attempt: 1 };

describe.skipIf(!installed)('contacts and tasks through DavMail (skipped where it is not installed)', () => {
  test('a contact that it writes is read with all its fields', async () => {
    const card = [
      ...[
        'BEGIN:VCARD',
        'VERSION:3.0',
        'UID:c1',
        'N:Doe;Jane;Q;Dr.;Jr.',
        'FN:Jane the Doe',
        'NICKNAME:Janie',
        'ORG:ACME & Söhne;R&D',
      ],
      ...['TITLE:CTO', 'EMAIL;TYPE=work:jane@example.test', 'EMAIL;TYPE=home:jane@home.test', 'TEL;TYPE=cell:+41 79 000'],
      ...['TEL;TYPE=work,voice:+41 44 000', 'TEL;TYPE=home,voice:+41 31 000', 'TEL;TYPE=pager:123'],
      ...['ADR;TYPE=work:;;Street 1;Zurich;ZH;8000;CH', 'ADR;TYPE=home:;;Weg 2;Bern;BE;3000;Schweiz', 'BDAY:1980-02-29'],
      ...['NOTE:line one\\nline two', 'CATEGORIES:A,B', 'URL;TYPE=work:https://example.test/jane', 'END:VCARD', ''],
    ].join('\r\n');
    const put = await dav('PUT', `/users/${USER}/contacts/c1.vcf`, card, {
      'Content-Type': 'text/vcard; charset=utf-8',
      'If-None-Match': '*',
    });
    expect(put.status).toBe(201);
    const store = exchangeStore(standIn.server, USER, PASSWORD, contactKind('all'));
    const [found] = await all(store);
    expect(valuesOf(CONTACT_FIELDS, found!.content)).toMatchObject({
      name: { title: 'Dr.', given: 'Jane', given2: 'Q', surname: 'Doe', generation: 'Jr.', full: 'Jane the Doe' },
      ...{ nickname: 'Janie', company: 'ACME & Söhne', department: 'R&D', jobTitle: 'CTO', birthday: '1980-02-29' },
      ...{
        mobilePhone: '+41 79 000',
        businessPhone: '+41 44 000',
        homePhone: '+41 31 000',
        pager: '123',
      },
      businessAddress: { street: 'Street 1', locality: 'Zurich', region: 'ZH', postcode: '8000', country: 'CH' },
      homeAddress: { street: 'Weg 2', locality: 'Bern', region: 'BE', postcode: '3000', country: 'Schweiz' },
      ...{ notes: 'line one line two', categories: ['a', 'b'], website: 'https://example.test/jane' },
    });
    const values = valuesOf(CONTACT_FIELDS, found!.content);
    const addresses = [values.email1, values.email2, values.email3].map((each) => (each as { address: string } | null)?.address);
    expect(addresses.filter(Boolean).sort()).toEqual(['jane@example.test', 'jane@home.test']);
    const ours = CONTACT_FIELDS.find(({ name }) => name === 'jobTitle')!.set(found!.content, 'CEO');
    await changeItem(store, found!, ours, ['jobTitle']);
    const after = (await dav('GET', `/users/${USER}/contacts/c1.vcf`)).text;
    expect(lines(after, 'TITLE')).toEqual(['TITLE:CEO']);
    expect(lines(after, 'N')).toEqual(['N:Doe;Jane;Q;Dr.;Jr.']);
  });

  test('a contact that we write is shown with all its fields', async () => {
    const store = exchangeStore(standIn.server, USER, PASSWORD, contactKind('all'));
    const content: ItemContent = {
      ...{ '@type': 'Card', version: '1.0' },
      name: {
        '@type': 'Name',
        components: ['given', 'surname'].map((kind) => ({ kind, value: kind === 'given' ? 'Zoë' : 'Tal' })),
      },
      organizations: {
        company: { '@type': 'Organization', name: 'Tal, Söhne; & Co', units: [{ '@type': 'OrgUnit', name: 'Sales' }] },
      },
      emails: { email1: { '@type': 'EmailAddress', address: 'zoe@example.test' } },
      phones: { mobilePhone: { '@type': 'Phone', number: '+41 77' }, homePhone: { '@type': 'Phone', number: '+41 32' } },
      addresses: {
        home: {
          '@type': 'Address',
          components: [
            { kind: 'name', value: 'Weg 3' },
            { kind: 'locality', value: 'Biel' },
          ],
        },
      },
      anniversaries: {
        birthday: { '@type': 'Anniversary', kind: 'birth', date: { '@type': 'PartialDate', year: 1990, month: 1, day: 1 } },
      },
      notes: { note: { '@type': 'Note', note: 'one\ntwo' } },
      keywords: { VIP: true },
    };
    await createItem(store, KEY, content);
    const card = (await shown('contacts')).find((text) => text.includes('zoe@example.test'))!;
    expect(lines(card, 'N')[0]).toMatch(/^N:Tal;Zoë;/);
    expect(lines(card, 'FN')).toEqual(['FN:Zoë Tal']);
    expect(lines(card, 'ORG')[0]?.replaceAll('\\', '')).toBe('ORG:Tal, Söhne; & Co;Sales');
    expect(lines(card, 'TEL').sort()).toEqual(['TEL;TYPE=cell:+41 77', 'TEL;TYPE=home:+41 32']);
    expect(lines(card, 'ADR')[0]).toBe('ADR;TYPE=home:;;Weg 3;Biel;;;');
    expect(lines(card, 'BDAY')).toEqual(['BDAY:1990-01-01']);
    expect(lines(card, 'NOTE')).toEqual(['NOTE:one\\ntwo']);
    expect(lines(card, 'CATEGORIES')).toEqual(['CATEGORIES:VIP']);
  });

  test('a task that it writes is read, and what we make of it is shown', async () => {
    const todo = (more: string) =>
      `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nBEGIN:VTODO\r\nUID:t1\r\nDTSTAMP:20261101T100000Z\r\nSUMMARY:Write, the report\r\nDESCRIPTION:one\\ntwo\r\nDTSTART;VALUE=DATE:20261201\r\nDUE;VALUE=DATE:20261210\r\nPRIORITY:1\r\nCATEGORIES:A\r\n${more}END:VTODO\r\nEND:VCALENDAR\r\n`;
    const where = `/users/${USER}/calendar/t1.ics`;
    const type = { 'Content-Type': 'text/calendar; charset=utf-8' };
    expect(
      (await dav('PUT', where, todo('PERCENT-COMPLETE:50\r\nSTATUS:IN-PROCESS\r\n'), { ...type, 'If-None-Match': '*' })).status,
    ).toBe(201);
    const store = exchangeStore(standIn.server, USER, PASSWORD, createTaskKind());
    const [found] = await all(store);
    expect(valuesOf(TASK_FIELDS, found!.content)).toMatchObject({
      ...{ subject: 'Write, the report', body: 'one two', startDate: '2026-12-01', dueDate: '2026-12-10', importance: 'high' },
      ...{ categories: ['a'], completion: { progress: 'in-process', percentComplete: 50 } },
    });
    const done = TASK_FIELDS.find(({ name }) => name === 'completion')!.set(found!.content, { progress: 'completed' });
    const later = TASK_FIELDS.find(({ name }) => name === 'dueDate')!.set(done, '2026-12-24');
    await changeItem(store, found!, later, ['completion', 'dueDate']);
    const { text } = await dav('GET', where);
    expect(lines(text, 'STATUS')).toEqual(['STATUS:COMPLETED']);
    expect(lines(text, 'DUE')[0]).toMatch(/20261224/);
    expect(lines(text, 'SUMMARY')[0]?.replaceAll('\\', '')).toBe('SUMMARY:Write, the report');
    expect((await dav('PUT', where, todo('PERCENT-COMPLETE:10\r\nSTATUS:IN-PROCESS\r\n'), type)).status).toBeLessThan(300);
    expect(valuesOf(TASK_FIELDS, (await readItem(store, found!.ref)).content)).toMatchObject({
      completion: { progress: 'in-process', percentComplete: 10 },
    });
  });

  test('a task that we write is shown with all its fields', async () => {
    const store = exchangeStore(standIn.server, USER, PASSWORD, createTaskKind());
    await createItem(store, KEY, {
      ...{
        '@type': 'Task',
        title: 'Ours, written',
        description: 'one\ntwo',
        start: '2026-12-02T00:00:00',
        due: '2026-12-31T00:00:00',
      },
      ...{ progress: 'in-process', percentComplete: 30, priority: 9, keywords: { VIP: true } },
    });
    const todo = (await shown('calendar')).find((text) => text.includes('Ours'))!;
    expect(lines(todo, 'PERCENT-COMPLETE')).toEqual(['PERCENT-COMPLETE:30']);
    expect(lines(todo, 'STATUS')).toEqual(['STATUS:IN-PROCESS']);
    expect(lines(todo, 'DUE')[0]).toMatch(/20261231/);
    expect(lines(todo, 'DTSTART')[0]).toMatch(/20261202/);
    expect(lines(todo, 'PRIORITY')).toEqual(['PRIORITY:9']);
    expect(lines(todo, 'CATEGORIES')).toEqual(['CATEGORIES:VIP']);
  });
});
