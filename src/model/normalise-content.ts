/** Brings what an application hands in under the ids that the fields know, by kind, context and order; all else stays. */

import { type ItemContent, type ItemKind, TYPE_OF } from './item.ts';
import { at, isObject, type JsonObject, put, textAt } from './json.ts';
import { normaliseCard } from './normalise-card.ts';
import { participantId } from './participant-id.ts';

export function normaliseContent(kind: ItemKind, content: ItemContent): ItemContent {
  // When it was last changed is for the store to say, whatever was handed back.
  const { updated: _, ...rest } = content;
  const typed = { ...rest, '@type': TYPE_OF[kind] };
  if (kind === 'contact') return normaliseCard(typed);
  const alerted = oneAs(typed, 'alerts', 'reminder', (alert) => isTrigger(alert, kind));
  if (kind === 'task') return alerted;
  const located = oneAs(alerted, 'locations', 'location', (place) => textAt(place, 'name') !== null);
  return oneAs(named(allDay(located)), 'virtualLocations', 'onlineMeeting', (place) => textAt(place, 'uri') !== null);
}

/** The first that will do gets the id, unless one has it. */
export function oneAs(content: ItemContent, property: string, id: string, will: (entry: JsonObject) => boolean): ItemContent {
  const map = at(content, property);
  if (!isObject(map) || id in map) return content;
  const found = Object.keys(map).find((key) => isObject(map[key]!) && will(map[key] as JsonObject));
  return found === undefined ? content : put(content, [property], renamed(map, found, id));
}

export function renamed(map: JsonObject, from: string, to: string): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key === from ? to : key, value]));
}

const isTrigger = (alert: JsonObject, kind: ItemKind) => textAt(alert, 'trigger', kind === 'task' ? 'when' : 'offset') !== null;

/** All-day ones begin at midnight, last whole days and stand in no zone. */
function allDay(content: ItemContent): ItemContent {
  if (content.showWithoutTime !== true) return content;
  const day = textAt(content, 'start')?.slice(0, 10);
  const { timeZone: _, ...rest } = content;
  return { ...rest, '@type': content['@type'], start: `${day}T00:00:00`, duration: content.duration ?? 'P1D' };
}

/** Participants stand under the id of their address; one who has it as a name alone gets it as the address that it is. */
function named(content: ItemContent): ItemContent {
  const map = at(content, 'participants');
  if (!isObject(map)) return content;
  const all = Object.entries(map).map(([key, one]) => {
    const address = textAt(one, 'sendTo', 'imip')?.replace(/^mailto:/i, '') ?? textAt(one, 'email');
    if (address !== null) return [participantId(address), one] as const;
    if (!key.includes('@') || !isObject(one)) return [key, one] as const;
    const others = at(one, 'sendTo');
    const sendTo = { ...(isObject(others) ? others : {}), imip: `mailto:${key.toLowerCase()}` };
    return [participantId(key), { ...one, sendTo }] as const;
  });
  return { ...content, participants: Object.fromEntries(all) };
}
