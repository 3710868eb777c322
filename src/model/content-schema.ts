/** What an application may hand in: loose, because what nobody here knows is kept. */
import { z } from 'zod';
import { VENDOR } from './item.ts';
import { REGARDING } from './regarding-field.ts';

const text = z.string().max(32_768);
const line = z.string().max(1_000);
const word = line.regex(/\S/, 'a text that is not blank is expected');
/** RFC 8984 1.4.4: no zone, no offset. */
const local = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/, 'a local date and time is expected, such as 2026-05-06T09:00:00');
const utc = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, 'a moment in UTC is expected, such as 2026-05-06T09:00:00Z');
const duration = z
  .string()
  .regex(/^P(?=\w)(\d+W)?(\d+D)?(T(?=\w)(\d+H)?(\d+M)?(\d+S)?)?$/, 'a duration is expected, such as PT1H or P1D');
const map = <Value extends z.ZodType>(value: Value) => z.record(z.string().min(1).max(255), value);
const flags = map(z.boolean());

const participant = z.looseObject({
  name: line.optional(),
  email: line.optional(),
  sendTo: map(line).optional(),
  roles: flags.optional(),
  kind: line.optional(),
  participationStatus: z.enum(['needs-action', 'accepted', 'declined', 'tentative', 'delegated']).optional(),
});
const alert = z.looseObject({
  trigger: z.looseObject({ '@type': line.optional(), offset: line.optional(), when: utc.optional() }),
});
const both = {
  uid: line.optional(),
  title: line.optional(),
  description: z.string().max(4_000_000).optional(),
  descriptionContentType: line.optional(),
  priority: z.int().min(0).max(9).optional(),
  privacy: z.enum(['public', 'private', 'secret']).optional(),
  keywords: flags.optional(),
  alerts: map(alert).optional(),
  recurrenceRules: z.array(z.looseObject({ frequency: line, until: local.optional() })).optional(),
  [REGARDING]: z.looseObject({ type: word, id: word, name: line.optional() }).optional(),
};

export const eventSchema = z.looseObject({
  '@type': z.literal('Event'),
  ...both,
  start: local,
  duration: duration.optional(),
  timeZone: line.nullish(),
  showWithoutTime: z.boolean().optional(),
  status: z.enum(['confirmed', 'cancelled', 'tentative']).optional(),
  freeBusyStatus: z.enum(['free', 'busy']).optional(),
  locations: map(z.looseObject({ name: line.optional() })).optional(),
  participants: map(participant).optional(),
  recurrenceOverrides: z.record(local, z.looseObject({ start: local.optional(), duration: duration.optional() })).optional(),
});

export const taskSchema = z.looseObject({
  '@type': z.literal('Task'),
  ...both,
  start: local.optional(),
  due: local.optional(),
  progress: z.enum(['needs-action', 'in-process', 'completed', 'failed', 'cancelled']).optional(),
  percentComplete: z.int().min(0).max(100).optional(),
  progressUpdated: utc.optional(),
  [`${VENDOR}taskStatus`]: z.enum(['waiting', 'deferred']).optional(),
  [`${VENDOR}activityType`]: z.enum(['task', 'phonecall', 'letter', 'fax']).optional(),
});

const component = z.looseObject({ kind: line, value: line });
const date = z.union([
  z.looseObject({ '@type': z.literal('Timestamp'), utc }),
  z.looseObject({
    year: z.int().min(1).max(9999).optional(),
    month: z.int().min(1).max(12).optional(),
    day: z.int().min(1).max(31).optional(),
  }),
]);
const named = map(z.looseObject({ name: line.optional() }));

export const cardSchema = z.looseObject({
  '@type': z.literal('Card'),
  uid: line.optional(),
  name: z.looseObject({ full: line.optional(), components: z.array(component).optional() }).optional(),
  nicknames: named.optional(),
  organizations: map(
    z.looseObject({ name: line.optional(), units: z.array(z.looseObject({ name: line })).optional() }),
  ).optional(),
  titles: named.optional(),
  emails: map(z.looseObject({ address: line })).optional(),
  phones: map(z.looseObject({ number: line, features: flags.optional(), contexts: flags.optional() })).optional(),
  addresses: map(
    z.looseObject({ full: line.optional(), components: z.array(component).optional(), contexts: flags.optional() }),
  ).optional(),
  anniversaries: map(z.looseObject({ kind: line, date })).optional(),
  notes: map(z.looseObject({ note: text })).optional(),
  links: map(z.looseObject({ uri: line })).optional(),
  media: map(z.looseObject({ kind: line, uri: z.string().max(14_000_000) })).optional(),
  keywords: flags.optional(),
});
