/** Who takes part in an appointment (RFC 8984 4.4.6): one map under the ids of their addresses, several fields over it. */
import { fixed, type Named, setField, valueField } from './field.ts';
import type { ItemContent, Json } from './item.ts';
import { at, isObject, type JsonObject, put, sorted, textAt } from './json.ts';
import { participantId } from './participant-id.ts';

type Group = 'organizer' | 'required' | 'optional' | 'resource';
export interface Participant {
  readonly key: string;
  /** Lower case. */
  readonly address: string;
  readonly name: string | null;
  readonly group: Group;
  readonly held: JsonObject;
}

export function participantsOf(content: ItemContent): readonly Participant[] {
  const map = at(content, 'participants');
  if (!isObject(map)) return [];
  return Object.entries(map).flatMap(([key, held]) => {
    const address = isObject(held) ? addressOf(key, held) : null;
    return isObject(held) && address !== null ? [{ key, address, name: textAt(held, 'name'), group: groupOf(held), held }] : [];
  });
}

function addressOf(key: string, held: JsonObject): string | null {
  const given = textAt(held, 'sendTo', 'imip')?.replace(/^mailto:/i, '') ?? textAt(held, 'email');
  return (given ?? (key.includes('@') ? key : null))?.toLowerCase() ?? null;
}

function groupOf(held: JsonObject): Group {
  const role = (name: string) => at(held, 'roles', name) === true;
  if (role('owner')) return 'organizer';
  if (held.kind === 'resource' || held.kind === 'location') return 'resource';
  return role('optional') || role('informational') ? 'optional' : 'required';
}

export const hasGuests = (content: ItemContent): boolean => participantsOf(content).some(({ group }) => group !== 'organizer');

const ROLES: { readonly [group in Group]: JsonObject } = {
  organizer: { roles: { owner: true, attendee: true } },
  required: { roles: { attendee: true } },
  optional: { roles: { attendee: true, optional: true } },
  resource: { kind: 'resource', roles: { attendee: true } },
};

const byAddress = (a: Participant, b: Participant) => (a.address < b.address ? -1 : 1);
const told = ({ address, name }: Participant): Json => ({ address, name });

function attendees<const Name extends string>(name: Name, group: Group): Named<Name> {
  return setField({
    name,
    directions: ['both'],
    get: (content) =>
      participantsOf(content)
        .filter((one) => one.group === group)
        .sort(byAddress)
        .map(told),
    set: (content, value) => put(content, ['participants'], replaced(content, group, Array.isArray(value) ? value : [])),
    key: (member) => String(at(member, 'address')).toLowerCase(),
  });
}

/** Who changes from one group to another keeps what else is known of them. */
function replaced(content: ItemContent, group: Group, members: readonly Json[]): Json {
  const wanted = new Map(members.map((member) => [String(at(member, 'address')).toLowerCase(), textAt(member, 'name')]));
  const people = participantsOf(content);
  const known = new Set(people.map(({ address }) => address));
  const map = at(content, 'participants');
  const stay = people.filter((one) => one.group !== group || wanted.has(one.address));
  const gone = new Set(people.filter((one) => !stay.includes(one)).map(({ key }) => key));
  const others = Object.entries(isObject(map) ? map : {}).filter(([key]) => !gone.has(key));
  const kept = others.map(([key, held]) => {
    const one = stay.find((candidate) => candidate.key === key);
    const join = one !== undefined && wanted.has(one.address) && (one.group !== 'organizer' || group === 'organizer');
    return [key, join ? member(one.held, group, wanted.get(one.address)!) : held] as const;
  });
  const added = [...wanted].filter(([address]) => !known.has(address));
  const all = [...kept, ...added.map(([address, name]) => [participantId(address), member(made(address), group, name)] as const)];
  return all.length === 0 ? null : Object.fromEntries(all);
}

const made = (address: string): JsonObject => ({ '@type': 'Participant', sendTo: { imip: `mailto:${address}` } });

function member(held: JsonObject, group: Group, name: string | null): JsonObject {
  const { name: _, ...rest } = held;
  const { kind: __, roles: ___, ...bare } = rest;
  const placed = groupOf(held) === group && isObject(held.roles ?? null) ? rest : { ...bare, ...ROLES[group] };
  return name === null ? placed : { ...placed, name };
}

export const requiredAttendees = attendees('requiredAttendees', 'required');
export const optionalAttendees = attendees('optionalAttendees', 'optional');
export const resources = attendees('resources', 'resource');

const owners = attendees('organizer', 'organizer');
export const organizer = valueField({
  name: 'organizer',
  ...fixed('from-exchange'),
  get: (content) => (owners.get(content) as readonly Json[])[0] ?? null,
  set: (content, value) => owners.set(content, value === null ? [] : [value]),
  canonical: (value) => textAt(value, 'address')?.toLowerCase() ?? null,
});

/** What each guest answered, by address; who has not answered is not in it. */
export const responses = valueField({
  name: 'responses',
  ...fixed('from-exchange'),
  get: (content) => {
    const answered = participantsOf(content).filter(
      ({ group, held }) => group !== 'organizer' && !['needs-action', undefined].includes(held.participationStatus as string),
    );
    if (answered.length === 0) return null;
    return sorted(Object.fromEntries(answered.map(({ address, held }) => [address, held.participationStatus!])));
  },
  set: (content, value) =>
    participantsOf(content)
      .filter(({ group }) => group !== 'organizer')
      .reduce((held, { key, address }) => put(held, ['participants', key, 'participationStatus'], at(value, address)), content),
});
