/**
 * What must be true at the end of every history, whatever happened in it:
 *
 * - each value that anybody wrote stands on both sides, or was replaced by somebody who had seen it, or is in the conflict list;
 * - nothing was doubled, and nothing is gone that nobody deleted;
 * - nobody was sent mail;
 * - another run writes nothing (`settle` ends no sooner).
 */
import { same } from '../../src/model/json.ts';
import { listConflicts } from '../../src/store/conflicts.ts';
import type { ListedItem } from '../../src/store/items.ts';
import { linksOf } from '../../src/store/links.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import { FIELD_NAMES, MAILBOXES, type MailboxId } from './action.ts';
import type { Company } from './company.ts';
import { ELEMENTS, fieldOf, here, there } from './view.ts';
import { tokensIn, type Witness } from './witness.ts';

export async function judge(company: Company, witness: Witness): Promise<void> {
  const items = await here(company);
  const wrong = [
    ...(await lost(company, witness, items)),
    ...(await apart(company, items)),
    ...doubled(company, witness, items),
    ...vanished(company, witness, items),
    ...(company.exchange.outside.length > 0 ? ['mail went out'] : []),
  ];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}

async function lost(company: Company, witness: Witness, items: readonly ListedItem[]): Promise<readonly string[]> {
  const listed = await company.database.raw('select ours, theirs from conflicts');
  const standing = MAILBOXES.flatMap((at) => [...there(company, at), ...there(company, at, 'other')].map(({ fields }) => fields));
  const known = new Set(tokensIn([items.map(({ content }) => content), standing, listed.rows]));
  return [...witness.tokens]
    .filter(([token]) => !known.has(token) && !witness.superseded.has(token))
    .map(([token, by]) => `${token} (${by}) was lost`);
}

/** Both sides of each link say the same. */
async function apart(company: Company, items: readonly ListedItem[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  const asked = new Set(
    (await listConflicts(company.database)).filter(({ state }) => state === 'open').map(({ activityId }) => activityId),
  );
  for (const { id, content } of items) {
    for (const link of await linksOf(company.database, id)) {
      if (link.apart === 'away' && !holds(living(company, link.mailboxId as MailboxId), surnameOf(content)))
        wrong.push(`${surnameOf(content)} is said to have been moved out of sight in ${link.mailboxId}, and lies nowhere`);
      if (link.state === 'unlinked' || link.state === 'asking' || asked.has(id)) continue;
      if (link.state !== 'linked') wrong.push(`${surnameOf(content)} in ${link.mailboxId} is ${link.state}: ${link.reason}`);
      const item = itemOf(company, link.mailboxId as MailboxId, link.ref);
      if (!item) wrong.push(`${surnameOf(content)} is linked in ${link.mailboxId} and not there`);
      else wrong.push(...differences(content, item).map((what) => `${surnameOf(content)} in ${link.mailboxId}: ${what}`));
    }
  }
  return wrong;
}

const surnameOf = (content: unknown) => tokensIn(content).find((token) => token.startsWith('Birth')) ?? 'somebody';

function itemOf(company: Company, at: MailboxId, ref: string | null): Item | undefined {
  const mailbox = company.mailbox(at);
  return there(company, at).find((item) => ref?.includes(mailbox.itemId(item)));
}

function differences(content: ListedItem['content'], item: Item): readonly string[] {
  return FIELD_NAMES.flatMap((name) => {
    const [ours, theirs] = [fieldOf(name).get(content), item.fields[ELEMENTS[name]]?.text ?? null];
    return same(ours, theirs) ? [] : [`${name} is ${String(ours)} here and ${String(theirs)} there`];
  });
}

function doubled(company: Company, witness: Witness, items: readonly ListedItem[]): readonly string[] {
  return [...witness.births].flatMap((birth) => {
    const allowed = 1 + (witness.copies.get(birth) ?? 0);
    const count = (all: readonly unknown[]) => all.filter((one) => tokensIn(one).includes(birth)).length;
    const places: readonly (readonly [string, number])[] = [
      ['the application', count(items.map(({ content }) => content))],
      ...MAILBOXES.map((at) => [at, count(there(company, at).map(({ fields }) => fields))] as const),
    ];
    return places.filter(([, found]) => found > allowed).map(([place, found]) => `${birth} is ${found} times in ${place}`);
  });
}

/** What nobody deleted is everywhere, if in a folder that nobody watches. */
function vanished(company: Company, witness: Witness, items: readonly ListedItem[]): readonly string[] {
  const contents = items.map(({ content }) => content);
  return [...witness.births]
    .filter((birth) => !witness.gone.has(birth))
    .flatMap((birth) => [
      ...(holds(contents, birth) ? [] : [`${birth} is gone from the application`]),
      ...MAILBOXES.filter((at) => !holds(living(company, at), birth)).map((at) => `${birth} is gone from ${at}`),
    ]);
}

const holds = (all: readonly unknown[], birth: string) => all.some((one) => tokensIn(one).includes(birth));
const living = (company: Company, at: MailboxId) =>
  [...there(company, at), ...there(company, at, 'other')].map(({ fields }) => fields);
