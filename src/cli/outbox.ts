import { OUTBOX_STATES, type OutboxItem, type OutboxState } from '../model/outbox.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { type Command, type CommandArguments, type CommandContext, EXIT, textFlags, UsageError } from './command.ts';
import { findMailbox } from './find-mailbox.ts';
import { harmless } from './output.ts';

export const outbox: Command = {
  name: 'outbox',
  summary: 'what waits to be sent and what became of it; decides what is in doubt',
  usage: 'list [address] [--state S] | show ID | release ID | cancel ID | retry ID | resolve ID sent|not-sent   [--json]',
  help: `  list      oldest first; --state ${OUTBOX_STATES.join(', ')} (several times)
  show      one mail with each recipient's result and the server's words
  release   a draft goes out
  cancel    what has not gone does not go; who has it keeps it
  retry     what waits is tried now, what failed is tried anew
  resolve   for a mail in doubt: its final dot may have gone and no answer came. Look whether it arrived (its Message-ID stands in
            "show"), then say "sent", or "not-sent" and it is sent again.

ID is the activity's id.`,
  options: { state: { type: 'string', multiple: true } },
  async run(args, context) {
    const [verb = 'list', ...words] = args.words;
    if (verb === 'list') return list(args, context, words[0]);
    const act = verbs[verb];
    if (!act) throw new UsageError(`there is no "outbox ${verb}"`);
    const [id] = words;
    if (id === undefined) throw new UsageError(`outbox ${verb} of which mail? give its activity id, from "mailroom outbox list"`);
    const choose = act(words);
    const house = await context.openHouse();
    return answer(context, () => choose(house.sending.outbox, id));
  },
};

type Act = (outbox: Outbox, id: string) => Promise<OutboxItem>;

const verbs: Readonly<Record<string, (words: readonly string[]) => Act>> = {
  show: () => (box, id) => box.show(id),
  release: () => (box, id) => box.release(id),
  cancel: () => (box, id) => box.cancel(id),
  retry: () => (box, id) => box.retry(id),
  resolve: ([, verdict]) => {
    if (verdict !== 'sent' && verdict !== 'not-sent') throw new UsageError('resolve it as what? "sent" or "not-sent"');
    return (box, id) => box.resolve(id, verdict);
  },
};

async function list(args: CommandArguments, context: CommandContext, address: string | undefined): Promise<number> {
  const states = textFlags(args, 'state').map(readState);
  const house = await context.openHouse();
  const mailboxId = address === undefined ? undefined : findMailbox(house.config, address).id;
  const items = await house.sending.outbox.list({ mailboxId, states: states.length > 0 ? states : undefined });
  if (context.out.json) for (const item of items) context.out.answer(asJson(item), '');
  else if (items.length === 0) context.out.line('nothing');
  else context.out.table(['id', 'state', 'created', 'to', 'subject', 'note'], items.map(asRow));
  return EXIT.done;
}

function readState(text: string): OutboxState {
  const found = OUTBOX_STATES.find((state) => state === text);
  if (!found) throw new UsageError(`there is no state "${text}"; there is ${OUTBOX_STATES.join(', ')}`);
  return found;
}

async function answer(context: CommandContext, work: () => Promise<OutboxItem>): Promise<number> {
  try {
    const item = await work();
    context.out.answer(asJson(item), describe(item));
    return EXIT.done;
  } catch (error) {
    if ((error as { code?: string }).code !== 'missing') throw error;
    context.out.note(`mailroom outbox: ${(error as Error).message}`);
    return EXIT.notFound;
  }
}

const asJson = ({ activityId, mailboxId, ...item }: OutboxItem) => ({ id: activityId, mailbox: mailboxId, ...item });

const asRow = (item: OutboxItem): readonly string[] => [
  item.activityId,
  item.state,
  item.createdAt.toISOString(),
  item.recipients.map(({ address }) => address).join(', '),
  item.subject ?? '',
  item.note ?? '',
];

function describe(item: OutboxItem): string {
  return [
    `State:      ${item.state}${item.state === 'pending' ? `, next try ${item.nextTryAt.toISOString()}` : ''}`,
    `Activity:   ${item.activityId}`,
    `Message-ID: <${item.messageId}>`,
    `Subject:    ${harmless(item.subject ?? '(none)')}`,
    `Attempts:   ${item.attempt}`,
    ...(item.sendAt ? [`Not before: ${item.sendAt.toISOString()}`] : []),
    ...(item.note ? [`Note:       ${harmless(item.note)}`] : []),
    ...item.recipients.map(
      (one) => `  ${one.role} ${one.address}: ${one.state}${one.response ? `, ${harmless(one.response)}` : ''}`,
    ),
  ].join('\n');
}
