/**
 * A field of which a part is written, as a change that took several calls left it: what both sides have agreed on by then.
 *
 * It stands agreed as it is: nobody takes it for an edit, and what is still to be written of it is our change. Where somebody
 * else was at it as well, both sides have changed it, and the policy decides.
 */
import type { Field } from '../model/field.ts';
import type { ItemContent, Json } from '../model/item.ts';
import { at, isObject, same } from '../model/json.ts';

export interface HalfChange {
  /** As the change found it, as it was to be, and as it stands. */
  readonly before: ItemContent;
  readonly after: ItemContent;
  readonly now: ItemContent;
}

/** `untouched`: nobody but us has changed the item since the last call, for certain. */
export function halfWritten(field: Field, untouched: boolean, change: HalfChange) {
  const [before, now] = [field.canonical(change.before), field.canonical(change.now)];
  const ours = untouched || isOnTheWay(field, change);
  return { name: field.name, ours: ours ? now : null, theirs: ours ? now : before };
}

/** All that stands there now stood there before, or was to: what neither has is somebody else's. */
function isOnTheWay(field: Field, change: HalfChange): boolean {
  const [before, after, now] = [change.before, change.after, change.now].map((content) => field.canonical(content)) as [
    Json,
    Json,
    Json,
  ];
  if (now === null || same(now, before) || same(now, after)) return true;
  if (Array.isArray(now)) return now.every((member: Json) => isMember(member, before) || isMember(member, after));
  const [rules, overrides] = [at(now, 'rules'), at(now, 'overrides')];
  if (!isObject(overrides) || !(same(rules, at(before, 'rules')) || same(rules, at(after, 'rules')))) return false;
  return Object.entries(overrides).every(([day, patch]) => isObject(patch) && isPatchOnTheWay(day, patch, change));
}

const isMember = (member: Json, set: Json) => Array.isArray(set) && set.some((one: Json) => same(one, member));

/** An occurrence that keeps its own hours under a series that has others now says so, though nobody changed it. */
function isPatchOnTheWay(day: string, patch: { readonly [path: string]: Json }, { before, after }: HalfChange): boolean {
  return Object.entries(patch).every(([path, value]) =>
    [before, after].some((content) => same(value, valueOn(day, path, content))),
  );
}

function valueOn(day: string, path: string, content: ItemContent): Json {
  const patch = at(content, 'recurrenceOverrides', day);
  if (isObject(patch) && Object.hasOwn(patch, path)) return patch[path]!;
  return path === 'start' ? day : at(content, ...path.split('/'));
}
