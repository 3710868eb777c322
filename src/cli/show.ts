import { type ActivityDetail, type CopyListing, listCopies, readActivity, readSource } from '../store/activities.ts';
import { type Command, EXIT, textFlag, UsageError } from './command.ts';
import { harmless } from './output.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const show: Command = {
  name: 'show',
  summary: 'one activity: what it says and where it is, or its raw source',
  usage: '<id> [--raw [--copy COPY]] [--json]',
  help: `  --raw        the source bytes, exactly as received, on stdout
  --copy COPY  of this copy (default: the one that was read first)`,
  options: { raw: { type: 'boolean' }, copy: { type: 'string' } },
  async run(args, context) {
    const [id] = args.words;
    if (id === undefined) throw new UsageError('which activity? give its id, from "mailroom activities"');
    const house = await context.openHouse();
    const activity = UUID.test(id) ? await readActivity(house.database, id) : null;
    if (!activity) {
      context.out.note(`mailroom show: there is no activity ${id}`);
      return EXIT.notFound;
    }
    const copies = await Array.fromAsync(listCopies(house.database, { activityId: id }));
    if (args.flags.raw !== true) {
      context.out.answer({ ...activity, copies }, describe(activity, copies));
      return EXIT.done;
    }
    const source = await readSource(house.database, chooseSource(activity, copies, textFlag(args, 'copy')));
    if (source) context.out.bytes(source);
    return source ? EXIT.done : EXIT.notFound;
  },
};

function chooseSource(activity: ActivityDetail, copies: readonly CopyListing[], copyId: string | undefined): string {
  if (copyId === undefined) return activity.sourceSha256 ?? copies[0]?.sourceSha256 ?? '';
  const copy = copies.find((candidate) => candidate.copyId === copyId);
  if (!copy)
    throw new UsageError(
      `activity ${activity.id} has no copy ${copyId}; it has ${copies.map((one) => one.copyId).join(', ') || 'none'}`,
    );
  return copy.sourceSha256;
}

function describe(activity: ActivityDetail, copies: readonly CopyListing[]): string {
  const people = (key: string) =>
    ((activity.content[key] as { name: string | null; email: string }[]) ?? [])
      .map(({ name, email }) => (name ? `${name} <${email}>` : email))
      .join(', ');
  const bodies = activity.content.bodyValues as { text?: { value: string } } | undefined;
  const attachments = (activity.content.attachments as { name: string | null; type: string; size: number }[]) ?? [];
  const lines = [
    `Subject:  ${harmless(activity.subject ?? '(none)')}`,
    `From:     ${harmless(people('from'))}`,
    `To:       ${harmless(people('to'))}`,
    ...(people('cc') ? [`Cc:       ${harmless(people('cc'))}`] : []),
    `Sent:     ${activity.content.sentAt ?? 'unknown'}`,
    `Activity: ${activity.id}, conversation ${activity.conversationId ?? 'none'}`,
    ...attachments.map(({ name, type, size }) => `Attached: ${harmless(name ?? '(no name)')}, ${type}, ${size} bytes`),
    ...(activity.bounce ? [`Bounce:   ${JSON.stringify(activity.bounce)}`] : []),
    ...copies.map(
      (copy) =>
        `Copy:     ${copy.copyId} in ${copy.mailbox} ${harmless(copy.folder)} (${copy.direction})${copy.goneAt ? ', gone from the server' : ''}`,
    ),
    '',
    (bodies?.text?.value ?? '').split('\n').map(harmless).join('\n'),
  ];
  return lines.join('\n');
}
