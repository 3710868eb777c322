/** The one reminder that Exchange has for an item, among the alerts of RFC 8984 4.5.2. */
import type { ItemContent, Json } from './item.ts';
import { at, isObject, put } from './json.ts';

export function alertAt(content: ItemContent, trigger: Json): ItemContent {
  if (trigger === null) return put(content, ['alerts', 'reminder'], null);
  const held = at(content, 'alerts', 'reminder');
  return put(content, ['alerts', 'reminder'], { ...(isObject(held) ? held : { '@type': 'Alert' }), trigger });
}
