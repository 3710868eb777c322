/** What is kept beside an item's content, so that lists, timelines and filters need not look into it. */
import type { ItemContent, ItemKind, Json } from '../model/item.ts';
import { at, textAt } from '../model/json.ts';
import { participantsOf } from '../model/participant-field.ts';
import type { ItemIndex } from '../store/items.ts';

export function indexOf(kind: ItemKind, content: ItemContent): ItemIndex {
  const title = kind === 'contact' ? nameOf(content) : textAt(content, 'title');
  const status = textAt(content, kind === 'task' ? 'progress' : 'status');
  const parties = kind === 'contact' ? [] : partiesOf(content);
  return { subject: title, status, ...timesOf(kind, content), parties };
}

function nameOf(content: ItemContent): string | null {
  const full = textAt(content, 'name', 'full');
  if (full !== null) return full;
  const components = at(content, 'name', 'components');
  const parts = Array.isArray(components) ? components.map((part: Json) => textAt(part, 'value') ?? '') : [];
  return parts.filter((part) => part !== '').join(' ') || textAt(content, 'organizations', 'company', 'name');
}

function partiesOf(content: ItemContent): ItemIndex['parties'] {
  return participantsOf(content).map(({ group, address, name }) => ({ role: group, address, name }));
}

/** For sorting and searching only: a series has the times of its first occurrence. */
function timesOf(kind: ItemKind, content: ItemContent): { readonly startsAt: Date | null; readonly endsAt: Date | null } {
  const zone = textAt(content, 'timeZone');
  const start = instant(textAt(content, 'start'), zone);
  if (kind === 'task') return { startsAt: start, endsAt: instant(textAt(content, 'due'), zone) };
  const duration = textAt(content, 'duration');
  const end = start && duration ? after(start, zone, duration) : start;
  return { startsAt: start, endsAt: end };
}

function instant(local: string | null, zone: string | null): Date | null {
  if (local === null) return null;
  try {
    const time = Temporal.PlainDateTime.from(local).toZonedDateTime(zone ?? 'UTC');
    return new Date(time.epochMilliseconds);
  } catch {
    return null;
  }
}

function after(start: Date, zone: string | null, duration: string): Date | null {
  try {
    const from = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO(zone ?? 'UTC');
    return new Date(from.add(duration).epochMilliseconds);
  } catch {
    return null;
  }
}
