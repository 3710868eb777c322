import type { Json } from '../model/item.ts';
import { isObject } from '../model/json.ts';

/** RFC 7396: objects are merged, null takes a property away, anything else takes the place of what was there. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const kept = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) kept.delete(key);
    else kept.set(key, mergePatch(kept.get(key) ?? null, value));
  }
  return Object.fromEntries(kept);
}
