/** What the application does. */
import { changeItem, createItemIn, deleteItem, respondToItem } from '../../src/mailbox/items.ts';
import { Failure } from '../../src/model/failure.ts';
import type { ItemContent, Json } from '../../src/model/item.ts';
import { isObject } from '../../src/model/json.ts';
import type { Named } from './action.ts';
import { DELETED } from './kind/kind.ts';
import { kindHere } from './kind/kinds.ts';
import { isMeetingHere, organizerHere } from './kind/meeting.ts';
import { addressOf, MAILBOXES } from './mailbox-id.ts';
import type { Letter } from './post.ts';
import type { Scene } from './scene.ts';
import { birthIn, here, pick, saysHere } from './view.ts';

export async function createHere(scene: Scene, { at, kind: index, tell }: Named<'create here'>): Promise<void> {
  const { company, witness, post } = scene;
  const kind = pick(company.kinds, index)!;
  const birth = witness.born('application', kind.isMeeting ? at : null);
  const invite = tell && kind.isMeeting;
  if (invite) post.wish('request', birth, at);
  await createItemIn(company.database, company.config(at), kind.item, kind.bornHere(birth, at), { invite });
}

export async function editHere(scene: Scene, action: Named<'edit here' | 'clear here'>): Promise<void> {
  const { company, witness } = scene;
  const item = pick(await here(company), action.item);
  if (!item) return;
  const { content } = item;
  const kind = kindHere(content);
  const field = pick(kind.fields, action.field)!;
  const seen = [field, ...(field.drops ?? [])].map((one) => one.here(content));
  if (seen[0] === DELETED) return;
  const token = action.do === 'clear here' ? null : witness.draw();
  const written = token === null ? field.clear(content) : field.write(content, token);
  if (token === null && (seen[0] === null || written === content)) return;
  const patch = patchOf(content, written);
  const done = await told(scene, content, action.tell, 'request', (invite) =>
    changeItem(company.database, item.id, patch, { invite }),
  );
  if (!done) return;
  witness.replaced(seen);
  if (token === null) return;
  witness.wrote(token, `application ${field.name}`);
  company.coverage.edits += 1;
  if (content.recurrenceRules) company.coverage.seriesEdits += 1;
}

/** The JSON Merge Patch (RFC 7396) that makes the one of the other. */
function patchOf(before: ItemContent, after: ItemContent): Json {
  const gone = Object.keys(before).filter((name) => !(name in after));
  const inside = Object.entries(after).map(([name, value]) => {
    const held = before[name];
    const deeper = isObject(value) && held !== undefined && isObject(held);
    return [name, deeper ? patchOf(held as ItemContent, value as ItemContent) : value] as const;
  });
  return Object.fromEntries([...gone.map((name) => [name, null] as const), ...inside]);
}

/** With leave to tell the guests, or without it where nobody could carry that out. False: it is refused altogether. */
async function told(
  { post }: Scene,
  content: ItemContent,
  tell: boolean,
  letter: Letter,
  work: (invite: boolean) => Promise<unknown>,
): Promise<boolean> {
  const isDone = (invite: boolean) => work(invite).then(() => true, tolerate);
  if (!tell || !isMeetingHere(content) || !(await isDone(true))) return isDone(false);
  const organizer = MAILBOXES.find((id) => addressOf(id) === organizerHere(content));
  if (organizer) post.wish(letter, birthIn(content), organizer);
  return true;
}

export async function deleteHere(scene: Scene, { item: index, tell }: Named<'delete here'>): Promise<void> {
  const { company, witness } = scene;
  const item = pick(await here(company), index);
  if (!item) return;
  const remove = (invite: boolean) => deleteItem(company.database, item.id, { invite });
  if (await told(scene, item.content, tell, 'cancellation', remove)) witness.deleted(saysHere(item.content));
}

export async function answerHere({ company, post }: Scene, action: Named<'answer here'>): Promise<void> {
  const { at, response } = action;
  const item = pick(
    (await here(company)).filter(({ content }) => isMeetingHere(content)),
    action.item,
  );
  if (!item) return;
  const answer = { response, comment: null, mailboxId: at };
  const answered = await respondToItem(company.database, item.id, answer).catch(tolerate);
  if (answered) post.wish('response', birthIn(item.content), at, [organizerHere(item.content)!]);
}

/** What can no longer be done is no failure of anybody's. */
export function tolerate(error: unknown): false {
  if (!(error instanceof Failure)) throw error;
  return false;
}
