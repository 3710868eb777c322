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
  if (field.merge === 'set' && !untouched) return { name: field.name, ...halfSet(field, change) };
  const ours = untouched || isOnTheWay(field, change);
  return { name: field.name, ours: ours ? now : null, theirs: ours ? now : before };
}

/**
 * Member by member: what stands there of what stood there or was to, and what was to stay, whether it did or not. All else that is
 * there, or is not, is somebody's edit.
 */
function halfSet(field: Field, change: HalfChange): { readonly ours: Json; readonly theirs: Json } {
  const [before, after, now] = [change.before, change.after, change.now].map((content) => membersOf(field, content));
  const standing = [...now!].filter(([name]) => before!.has(name) || after!.has(name));
  const staying = [...before!].filter(([name]) => after!.has(name));
  const agreed = [...new Map([...standing, ...staying])].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
  return { ours: agreed, theirs: agreed };
}

const membersOf = (field: Field, content: ItemContent) =>
  new Map((field.canonical(content) as readonly Json[]).map((key) => [JSON.stringify(key), key]));

/** All that stands there now stood there before, or was to: what neither has is somebody else's. */
function isOnTheWay(field: Field, change: HalfChange): boolean {
  const [before, after, now] = [change.before, change.after, change.now].map((content) => field.canonical(content)) as [
    Json,
    Json,
    Json,
  ];
  if (now === null || same(now, before) || same(now, after)) return true;
  const [rules, overrides] = [at(now, 'rules'), at(now, 'overrides')];
  if (!isObject(overrides) || !(same(rules, at(before, 'rules')) || same(rules, at(after, 'rules')))) return false;
  return Object.entries(overrides).every(([day, patch]) => isObject(patch) && isPatchOnTheWay(day, patch, change));
}

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
