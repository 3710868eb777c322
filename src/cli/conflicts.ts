import { chooseConflict, undoConflict } from '../mailbox/conflict-choice.ts';
import { type Conflict, listConflicts, readConflict } from '../store/conflicts.ts';
import { type Command, type CommandArguments, type CommandContext, EXIT, textFlag, UsageError } from './command.ts';
import { findMailbox } from './find-mailbox.ts';
import { orNotFound } from './not-found.ts';
import { harmless } from './output.ts';

export const conflicts: Command = {
  name: 'conflicts',
  summary: 'what both sides changed: choose, look what lost, bring it back',
  usage: 'list [--all] [--mailbox A] | show ID | choose ID application|exchange | undo ID   [--json]',
  help: `  list      those that wait for a choice; --all: the settled ones, too
  show      both values
  choose    which side has it right; the next pass carries it out
  undo      of a settled one: the value that lost becomes the application's again, as a change of now`,
  options: { mailbox: { type: 'string' }, all: { type: 'boolean' } },
  run(args, context) {
    const [verb = 'list', id, side] = args.words;
    if (verb === 'list') return list(args, context);
    if (verb !== 'show' && verb !== 'choose' && verb !== 'undo') throw new UsageError(`there is no "conflicts ${verb}"`);
    if (id === undefined) throw new UsageError(`${verb} which conflict? give its id, from "mailroom conflicts list"`);
    if (verb === 'choose' && side !== 'application' && side !== 'exchange') {
      throw new UsageError('who has it right? "application" or "exchange"');
    }
    return orNotFound(context, 'conflicts', async () => {
      const { database } = await context.openHouse();
      if (verb === 'show') return tell(context, /^[0-9a-f-]{36}$/i.test(id) ? await readConflict(database, id) : null, id);
      if (verb === 'undo') return tell(context, await undoConflict(database, id), id);
      return tell(context, await chooseConflict(database, id, side as 'application' | 'exchange'), id);
    });
  },
};

async function list(args: CommandArguments, context: CommandContext): Promise<number> {
  const house = await context.openHouse();
  const mailbox = textFlag(args, 'mailbox');
  const found = await listConflicts(house.database, {
    ...(args.flags.all === true ? {} : { states: ['open'] as const }),
    ...(mailbox === undefined ? {} : { mailboxId: findMailbox(house.config, mailbox).id }),
  });
  if (context.out.json) for (const conflict of found) context.out.line(JSON.stringify(conflict));
  else if (found.length === 0) context.out.line('nothing');
  else context.out.table(['id', 'state', 'item', 'field', 'application', 'exchange', 'kept', 'found'], found.map(asRow));
  return EXIT.done;
}

const short = (value: unknown) =>
  (typeof value === 'string' ? value : value === null ? '(nothing)' : JSON.stringify(value)).slice(0, 60);

const asRow = ({ id, state, subject, field, ours, theirs, kept, foundAt }: Conflict): string[] => [
  ...[id, state, subject ?? '', field, short(ours), short(theirs), kept ?? ''],
  foundAt.toISOString().slice(0, 16).replace('T', ' '),
];

function tell({ out }: CommandContext, conflict: Conflict | null, id: string): number {
  if (conflict === null) {
    out.note(`mailroom conflicts: there is no conflict ${id}`);
    return EXIT.notFound;
  }
  const value = (words: string, json: unknown) => `${words} ${harmless(JSON.stringify(json))}`;
  out.answer(
    conflict,
    [
      `Conflict:    ${conflict.id}, ${conflict.state}${conflict.kept ? `, the ${conflict.kept}'s value stands` : ''}`,
      `Item:        ${conflict.kind} ${conflict.activityId} ${harmless(conflict.subject ?? '')}, in ${conflict.mailboxId}`,
      `Field:       ${conflict.field}`,
      value('Application:', conflict.ours),
      value('Exchange:   ', conflict.theirs),
    ].join('\n'),
  );
  return EXIT.done;
}
