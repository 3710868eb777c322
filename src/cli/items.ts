/** `mailroom appointments`, `contacts` and `tasks`: one command for each kind, with the same verbs. */
import { readFile } from 'node:fs/promises';
import { changeItem, createItemIn, deleteItem, type ItemWish, resolveItem, respondToItem, trackItem } from '../mailbox/items.ts';
import type { ItemKind, Json, MeetingResponse } from '../model/item.ts';
import { type ListedItem, listItems, readListedItem } from '../store/items.ts';
import { listPassedOver } from '../store/strangers.ts';
import { type Command, type CommandArguments, type CommandContext, EXIT, textFlag, UsageError } from './command.ts';
import { findMailbox } from './find-mailbox.ts';
import { orNotFound } from './not-found.ts';
import { harmless } from './output.ts';

const FORM = { appointment: 'JSCalendar Event', contact: 'JSContact Card', task: 'JSCalendar Task' } as const;

export const appointments = itemCommand('appointment', 'appointments in step with Exchange: list, make, change, delete, answer');
export const contacts = itemCommand('contact', 'contacts in step with Exchange: list, make, change, delete');
export const tasks = itemCommand('task', 'tasks in step with Exchange: list, make, change, delete');

function itemCommand(kind: ItemKind, summary: string): Command {
  const name = `${kind}s`;
  const meets = kind === 'appointment';
  return {
    name,
    summary,
    usage: `list | show ID | create | change ID | delete ID | ${meets ? 'respond ID ANSWER | resolve ID done|not-done | ' : ''}track ID   [--mailbox A] [--json]`,
    help: `  list      oldest first, also what is deleted here and waits there; --mailbox A: of this one; --untracked: what the mailbox has and
            nothing brings in, and why
  show      one of them: its content, and how it stands in each mailbox
  create    --mailbox A < content.json: a ${FORM[kind]}; it goes into that mailbox with the next pass
  change    ID < patch.json: a JSON Merge Patch (RFC 7396); null takes a property away
  delete    ID: in the application; what becomes of it in the mailbox is decided by "deletion" of the config
${meets ? '  respond   ID accepted|tentative|declined [--comment T]: answers an invitation; the organizer is told\n  resolve   ID done|not-done: of one in doubt: were the guests told? Look into the Sent folder, then say\n' : ''}  track     ID --mailbox A: an item of "list --untracked" comes in with the next pass
${meets ? '\n  --invite       tell the guests: invite them, or of the change, or that it is called off. Without it nobody is told of anything;\n                 a meeting that guests know waits as needs-intent. An empty patch {} with --invite only says so.' : ''}
  --version N    fails when it is at another version by now
  --file F       reads the content or the patch from a file
  --json         one object a line: id, kind, version, mailboxes, content, link`,
    options: {
      ...{ mailbox: { type: 'string' }, file: { type: 'string' }, version: { type: 'string' }, untracked: { type: 'boolean' } },
      ...(meets ? { invite: { type: 'boolean' }, comment: { type: 'string' } } : {}),
    },
    run: (args, context) => runVerb(kind, args, context),
  };
}

function runVerb(kind: ItemKind, args: CommandArguments, context: CommandContext): Promise<number> {
  const [verb = 'list', ...words] = args.words;
  if (verb === 'list') return args.flags.untracked === true ? untracked(kind, args, context) : list(kind, args, context);
  if (verb === 'create') return create(kind, args, context);
  const act = VERBS[verb];
  if (!act || ((verb === 'respond' || verb === 'resolve') && kind !== 'appointment'))
    throw new UsageError(`there is no "${kind}s ${verb}"`);
  const [id, ...rest] = words;
  if (id === undefined) throw new UsageError(`${verb} which ${kind}? give its id, from "mailroom ${kind}s list"`);
  return orNotFound(context, `${kind}s`, () => act({ kind, id, words: rest, args, context }));
}

interface Call {
  readonly kind: ItemKind;
  readonly id: string;
  readonly words: readonly string[];
  readonly args: CommandArguments;
  readonly context: CommandContext;
}

const VERBS: Readonly<Record<string, (call: Call) => Promise<number>>> = {
  async show({ kind, id, context }) {
    const { database } = await context.openHouse();
    const item = /^[0-9a-f-]{36}$/i.test(id) ? await readListedItem(database, id) : null;
    if (item?.kind === kind) return tell(context, item);
    context.out.note(`mailroom ${kind}s: there is no ${kind} ${id}`);
    return EXIT.notFound;
  },
  async change({ id, args, context }) {
    const patch = await readJson(args);
    const { database } = await context.openHouse();
    return tell(context, await changeItem(database, id, patch, wishOf(args)));
  },
  async delete({ id, args, context }) {
    const { database } = await context.openHouse();
    return tell(context, await deleteItem(database, id, wishOf(args)));
  },
  async respond({ id, words, args, context }) {
    const response = answerOf(words[0]);
    const house = await context.openHouse();
    const mailbox = textFlag(args, 'mailbox');
    const mailboxId = mailbox === undefined ? null : findMailbox(house.config, mailbox).id;
    return tell(
      context,
      await respondToItem(house.database, id, { response, comment: textFlag(args, 'comment') ?? null, mailboxId }),
    );
  },
  async resolve({ id, words, context }) {
    const [verdict] = words;
    if (verdict !== 'done' && verdict !== 'not-done') throw new UsageError('were the guests told? "done" or "not-done"');
    const { database } = await context.openHouse();
    return tell(context, await resolveItem(database, id, verdict));
  },
  async track({ kind, id, args, context }) {
    const house = await context.openHouse();
    const mailbox = findMailbox(house.config, textFlag(args, 'mailbox') ?? missingMailbox());
    await trackItem(house.database, id, mailbox);
    context.out.answer(
      { id, mailbox: mailbox.address, tracked: true },
      `the next pass over ${mailbox.address} brings the ${kind} in`,
    );
    return EXIT.done;
  },
};

async function list(kind: ItemKind, args: CommandArguments, context: CommandContext): Promise<number> {
  const house = await context.openHouse();
  const { out } = context;
  const mailbox = textFlag(args, 'mailbox');
  const mailboxId = mailbox === undefined ? undefined : findMailbox(house.config, mailbox).id;
  const rows: string[][] = [];
  for await (const item of listItems(house.database, { kind, mailboxId, waiting: true })) {
    if (out.json) out.line(JSON.stringify(asJson(item, mailboxId)));
    else rows.push(asRow(item, mailboxId));
  }
  if (out.json) return EXIT.done;
  if (rows.length === 0) out.line('nothing');
  else out.table(['id', 'when', 'what', 'mailboxes', 'state', 'last agreed', 'reason'], rows);
  return EXIT.done;
}

async function untracked(kind: ItemKind, args: CommandArguments, context: CommandContext): Promise<number> {
  const house = await context.openHouse();
  const mailbox = findMailbox(house.config, textFlag(args, 'mailbox') ?? missingMailbox());
  const items = await listPassedOver(house.database, mailbox.id, kind);
  if (context.out.json) for (const item of items) context.out.line(JSON.stringify({ ...item, mailbox: mailbox.address }));
  else if (items.length === 0) context.out.line('nothing');
  else {
    const title = (content: object) => String(('title' in content ? content.title : null) ?? nameOf(content) ?? '');
    context.out.table(
      ['id', 'what', 'why'],
      items.map(({ id, content, reason }) => [id, title(content), reason ?? '']),
    );
  }
  return EXIT.done;
}

const nameOf = (content: object) => (content as { name?: { full?: string } }).name?.full;

async function create(kind: ItemKind, args: CommandArguments, context: CommandContext): Promise<number> {
  if (args.words.length > 1)
    throw new UsageError(`"${args.words[1]}" belongs to no option; the content is read from standard input`);
  const address = textFlag(args, 'mailbox') ?? missingMailbox();
  const content = await readJson(args);
  const house = await context.openHouse();
  return tell(context, await createItemIn(house.database, findMailbox(house.config, address), kind, content, wishOf(args)));
}

function missingMailbox(): never {
  throw new UsageError('of which mailbox? give --mailbox');
}

function wishOf(args: CommandArguments): ItemWish {
  const version = textFlag(args, 'version');
  if (version !== undefined && !/^\d{1,9}$/.test(version)) throw new UsageError(`--version wants a number, got "${version}"`);
  return { invite: args.flags.invite === true, ...(version === undefined ? {} : { version: Number(version) }) };
}

function answerOf(word: string | undefined): MeetingResponse {
  if (word === 'accepted' || word === 'tentative' || word === 'declined') return word;
  throw new UsageError('answer what? "accepted", "tentative" or "declined"');
}

async function readJson(args: CommandArguments): Promise<Json> {
  const file = textFlag(args, 'file');
  const text =
    file === undefined
      ? await standardInput()
      : await readFile(file, 'utf8').catch((error: Error) => {
          throw new UsageError(`cannot read ${file}: ${error.message}`);
        });
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new UsageError(
      text.trim() === ''
        ? 'nothing came on standard input; give the JSON there, or --file'
        : `this is no JSON: ${(error as Error).message}`,
    );
  }
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

/** The link that is asked for; otherwise the one that shared fields go over. */
const linkOf = ({ links }: ListedItem, mailboxId?: string) =>
  links.find((link) => (mailboxId === undefined ? link.isPrimary : link.mailboxId === mailboxId)) ?? links[0];

function asJson(item: ListedItem, mailboxId?: string): object {
  const { id, kind, version, owner, deletedAt, links, openConflicts } = item;
  // Both standards have it in the object itself (RFC 8984 4.1.4, RFC 9553 2.1.10), and a whole second is enough.
  const content = { ...item.content, updated: `${item.updatedAt.toISOString().slice(0, 19)}Z` };
  const link = linkOf(item, mailboxId);
  const mailboxes = links.filter(({ state }) => state !== 'unlinked').map(({ mailbox }) => mailbox);
  const { state = 'unlinked', lastAgreedAt = null, reason = null } = link ?? {};
  return { id, kind, version, mailboxes, content, link: { state, lastAgreedAt, reason }, owner, deletedAt, links, openConflicts };
}

function asRow(item: ListedItem, mailboxId?: string): string[] {
  const link = linkOf(item, mailboxId);
  const { title, start, due } = item.content as { title?: string; start?: string; due?: string };
  return [
    item.id,
    (start ?? due ?? '').slice(0, 16).replace('T', ' '),
    `${title ?? nameOf(item.content) ?? ''}${item.deletedAt === null ? '' : ' (deleted)'}`,
    item.links
      .filter(({ state }) => state !== 'unlinked')
      .map(({ mailbox }) => mailbox)
      .join(', '),
    item.openConflicts > 0 ? `${link?.state ?? ''} (${item.openConflicts} conflicts)` : (link?.state ?? 'unlinked'),
    (link?.lastAgreedAt ?? 'never').slice(0, 16).replace('T', ' '),
    link?.reason ?? '',
  ];
}

function tell({ out }: CommandContext, item: ListedItem): number {
  const links = item.links.map(({ mailbox, state, reason }) => `  ${mailbox}: ${state}${reason ? `, ${harmless(reason)}` : ''}`);
  const head = `${item.kind} ${item.id}, version ${item.version}${item.deletedAt ? ', deleted' : ''}`;
  const content = JSON.stringify(item.content, null, 2).split('\n').map(harmless);
  out.answer(asJson(item), [head, ...links, ...content].join('\n'));
  return EXIT.done;
}
