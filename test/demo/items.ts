/**
 * The part of the demo that keeps calendars in step: a company of three on an Exchange stand-in, an appointment made in the
 * application, a change in the calendar that comes back, and a conflict that is shown and resolved.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { authority } from '../servers/certificates.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { serve } from '../servers/exchange/server.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { el } from '../servers/exchange/xml/element.ts';

const PEOPLE = ['anna@example.com', 'bo@example.com', 'cleo@example.com'] as const;
const [ANNA, BO] = PEOPLE;
const PASSWORD = 'demo-exchange';

interface ItemsDemo {
  readonly exchange: Exchange;
  readonly gateway: Gateway;
  stop(): Promise<void>;
}

export async function startItemsDemo(): Promise<ItemsDemo> {
  const exchange = new Exchange();
  for (const address of PEOPLE) exchange.addMailbox(address, PASSWORD);
  const trusted = await authority();
  const server = await serve(exchange, { auth: { schemes: ['basic'] }, tls: await trusted.certificate() });
  const gateway = await createGateway(configOf(server.url));
  await writeFile(join(gateway.folder, 'ca.pem'), trusted.caPem);
  await writeFile(join(gateway.folder, 'password'), PASSWORD, { mode: 0o600 });
  return {
    ...{ exchange, gateway },
    async stop() {
      await server.close();
      await gateway.remove();
    },
  };
}

const configOf = (url: string) => ({
  ...{ data: './data', workers: 1, http: false, log: { level: 'error' } },
  servers: { exchange: { type: 'exchange', url, ca: { file: './ca.pem' } } },
  defaults: { items: { appointments: { track: 'everything', conflicts: { location: 'ask' } } } },
  mailboxes: PEOPLE.map((address) => ({
    address,
    items: { server: 'exchange', auth: { username: '{address}', password: { file: './password' } } },
  })),
});

interface Telling {
  say(text: string): void;
  /** A command as the operator types it, with what it prints. */
  show(gateway: Gateway, args: readonly string[]): Promise<void>;
}

export async function showItems({ exchange, gateway }: ItemsDemo, telling: Telling): Promise<void> {
  const { say, show } = telling;
  say('  anna, bo and cleo have mailboxes on an Exchange server (a stand-in that answers EWS as Microsoft documents it)');
  const id = await makeAppointment(gateway);
  say(`  the application made an appointment of anna's and invited bo: ${id}`);
  await quietly(gateway, ['sync']);
  await quietly(gateway, ['sync']);
  say(
    `  anna's calendar in Exchange: "${titleIn(exchange, ANNA)}"; bo's, by Exchange's own invitation: "${titleIn(exchange, BO)}"`,
  );
  await show(gateway, ['appointments', 'list']);

  edit(exchange, 'Subject', 'Offer for the new roof (moved to Friday?)');
  say(`\n  anna writes into her calendar: "${titleIn(exchange, ANNA)}"`);
  await quietly(gateway, ['sync', ANNA]);
  const [item] = await gateway.json<{ content: { title: string } }>(['appointments', 'list']);
  say(`  and the application has it:    "${item!.content.title}"`);

  edit(exchange, 'Location', 'Room 1');
  await withFile(gateway, { locations: { location: { '@type': 'Location', name: 'Room 2' } } }, ['change', id, '--invite']);
  say('\n  now anna writes "Room 1" and the application "Room 2" before they meet:');
  await quietly(gateway, ['sync', ANNA]);
  await show(gateway, ['conflicts', 'list']);
  const [conflict] = await gateway.json<{ id: string }>(['conflicts', 'list']);
  await quietly(gateway, ['conflicts', 'choose', conflict!.id, 'application']);
  await quietly(gateway, ['sync']);
  say(
    `  chosen: the application's. In anna's calendar: "${calendarOf(exchange, ANNA)[0]?.fields.Location?.text}"; what lost is kept:`,
  );
  await show(gateway, ['conflicts', 'list', '--all']);
}

async function makeAppointment(gateway: Gateway): Promise<string> {
  const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
  const content = {
    ...{
      '@type': 'Event',
      title: 'Offer for the new roof',
      start: `${day}T09:00:00`,
      duration: 'PT1H',
      timeZone: 'Europe/Berlin',
    },
    participants: { [BO]: { '@type': 'Participant', sendTo: { imip: `mailto:${BO}` }, roles: { attendee: true } } },
  };
  return withFile(gateway, content, ['create', '--mailbox', ANNA, '--invite']);
}

async function withFile(gateway: Gateway, content: object, words: readonly string[]): Promise<string> {
  const file = join(gateway.folder, 'content.json');
  await writeFile(file, JSON.stringify(content));
  const [item] = await gateway.json<{ id: string }>(['appointments', ...words, '--file', file]);
  return item!.id;
}

async function quietly(gateway: Gateway, args: readonly string[]): Promise<void> {
  await gateway.json(args);
}

function calendarOf(exchange: Exchange, address: string): Item[] {
  const mailbox = exchange.mailboxOf(address)!;
  return mailbox.itemsIn(mailbox.folderNamed('calendar').key);
}

const titleIn = (exchange: Exchange, address: string) => calendarOf(exchange, address)[0]?.fields.Subject?.text ?? '(nothing)';

/** What anna does in Outlook. */
function edit(exchange: Exchange, property: string, text: string): void {
  const [item] = calendarOf(exchange, ANNA);
  item!.fields[property] = el(property, text);
  exchange.mailboxOf(ANNA)!.touch(item!);
}
