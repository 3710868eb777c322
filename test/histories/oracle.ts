/**
 * What must be true at the end of every history, whatever happened in it:
 *
 * - each value that anybody wrote stands on both sides, or was replaced by somebody who had seen it, or is in the conflict list;
 * - nothing was doubled, and nothing is gone that nobody deleted;
 * - nobody was sent mail that nobody wished to be sent, nor twice; who is to be invited is;
 * - another run writes nothing (`settle` ends no sooner).
 */
import { listConflicts } from '../../src/store/conflicts.ts';
import type { ListedItem } from '../../src/store/items.ts';
import { linksOf } from '../../src/store/links.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import type { Company } from './company.ts';
import { kindHere, kindThere } from './kind/kinds.ts';
import { MAILBOXES, type MailboxId } from './mailbox-id.ts';
import type { Post } from './post.ts';
import type { Scene } from './scene.ts';
import { tokensIn } from './token.ts';
import { birthIn, birthThere, everywhere, here, hereOf, isGuests, saidThere, saysHere, there } from './view.ts';
import type { Witness } from './witness.ts';

export async function judge(scene: Scene): Promise<void> {
  const { company, witness, post, outsider } = scene;
  const items = await here(company);
  const wrong = [
    ...(await lost(company, witness, items)),
    ...(await apart(scene, items)),
    ...(await doubled(company, witness, items)),
    ...vanished(company, witness, items),
    ...post.wrong(),
    ...(await outsider.wrong(scene)),
  ];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}

async function lost(company: Company, witness: Witness, items: readonly ListedItem[]): Promise<readonly string[]> {
  const listed = await company.database.raw('select ours, theirs from conflicts');
  const known = new Set(tokensIn([items.map(({ content }) => saysHere(content)), saidThere(company), listed.rows]));
  return [...witness.tokens]
    .filter(([token]) => !known.has(token) && !witness.superseded.has(token))
    .map(([token, by]) => `${token} (${by}) was lost`);
}

/** Both sides of each link say the same. */
async function apart({ company, post, witness }: Scene, items: readonly ListedItem[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  const asked = new Set(
    (await listConflicts(company.database)).filter(({ state }) => state === 'open').map(({ activityId }) => activityId),
  );
  for (const { id, content } of items) {
    const birth = birthIn(content);
    for (const link of await linksOf(company.database, id)) {
      const at = link.mailboxId as MailboxId;
      // A guest's copy carries no key of ours: where it went, nobody can tell.
      if (link.apart === 'away' && link.isPrimary && !isIn(everywhere(company, at), birth) && !witness.traceless.has(birth))
        wrong.push(`${birth} is said to have been moved out of sight in ${at}, and lies nowhere`);
      if (link.state === 'unlinked' || link.state === 'asking' || asked.has(id)) continue;
      // What waits for leave to tell the guests stands here, and is said to.
      if (link.state === 'needs-intent') continue;
      // Changed in one mailbox, deleted in another: Exchange has no way to make it again, and that is said too.
      if (link.state === 'parked' && link.reason?.includes('cannot bring back the deleted occurrence')) continue;
      if (link.response !== null) wrong.push(`an answer to ${birth} from ${at} was not given`);
      if (link.state !== 'linked') wrong.push(`${birth} in ${at} is ${link.state}: ${link.reason}`);
      const item = there(company, at).find((one) => link.ref?.includes(company.mailbox(at).itemId(one)));
      if (!item) wrong.push(`${birth} is linked in ${at} and not there`);
      else if (!isGuests(item, at))
        wrong.push(...silent(post, birth, at, item), ...differences(content, item).map((what) => `${birth} in ${at}: ${what}`));
    }
  }
  return wrong;
}

/** Somebody wished the guests to be invited: they are, or were to what has been called off by hand and is made anew without a word. */
function silent(post: Post, birth: string, at: MailboxId, item: Item): readonly string[] {
  const invited = !kindThere(item).isMeeting || item.fields.MeetingRequestWasSent?.text === 'true';
  return invited || !post.wishedAny('request', birth) || post.isTold(birth, at) ? [] : [`nobody was invited to ${birth}`];
}

function differences(content: ListedItem['content'], item: Item): readonly string[] {
  return kindHere(content).fields.flatMap((field) => {
    const [ours, theirs] = [field.here(content), field.there(item)];
    return ours === theirs ? [] : [`${field.name} is ${ours} here and ${theirs} there`];
  });
}

async function doubled(company: Company, witness: Witness, items: readonly ListedItem[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const birth of [...witness.births.keys(), ...witness.outside]) {
    const own = hereOf(items, birth);
    const allowed = 1 + (witness.copies.get(birth) ?? 0);
    if (own.length > allowed) wrong.push(`${birth} is ${own.length} times in the application`);
    for (const at of MAILBOXES) {
      const found = there(company, at).filter((item) => birthThere(item) === birth);
      const anew = found.some((item) => isGuests(item, at)) ? await timesMadeAnew(company, own) : 0;
      if (found.length > allowed + anew) wrong.push(`${birth} is ${found.length} times in ${at}`);
    }
  }
  return wrong;
}

/** Who deletes a meeting without calling it off leaves its guests theirs; made anew, it comes to them beside it. */
async function timesMadeAnew({ database }: Company, items: readonly ListedItem[]): Promise<number> {
  const links = await Promise.all(items.map(({ id }) => linksOf(database, id)));
  return Math.max(0, ...links.flat().map(({ attempt }) => attempt - 1));
}

/** What nobody deleted is everywhere, if in a folder that nobody watches; a meeting with its organizer at least. */
function vanished(company: Company, witness: Witness, items: readonly ListedItem[]): readonly string[] {
  const isHere = (birth: string) => items.some(({ content }) => birthIn(content) === birth);
  return [...witness.births]
    .filter(([birth]) => !witness.gone.has(birth) && !witness.unseen.has(birth))
    .flatMap(([birth, organizer]) => [
      ...(isHere(birth) ? [] : [`${birth} is gone from the application`]),
      ...MAILBOXES.filter((at) => (organizer ?? at) === at && !isIn(everywhere(company, at), birth)).map(
        (at) => `${birth} is gone from ${at}`,
      ),
    ]);
}

const isIn = (all: readonly Item[], birth: string) => all.some((item) => birthThere(item) === birth);
