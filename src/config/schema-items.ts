/** How it is written what of appointments, contacts and tasks is kept in step, and who decides. */
import { z } from 'zod';
import { size, word } from './value.ts';

const DIRECTIONS = ['both', 'to-exchange', 'from-exchange', 'none'] as const;
const POLICIES = ['exchange', 'application', 'ask'] as const;
export const CONDITIONS = ['open', 'not-past', 'organizer', 'not-owner', 'open-there'] as const;
/** An appointment is kept, planned and written as a whole, with all that is attached to it. */
const LARGEST_FILE = 32 * 1024 * 1024;
const ROLES = ['organizer', 'required', 'optional', 'resource'] as const;

const track = (folder: z.ZodType) =>
  z
    .union([
      z.enum(['everything', 'explicit']),
      z.strictObject({
        category: word().optional().describe('Items with this category; letter case does not count.'),
        folders: z.array(folder).min(1).optional().describe('Items in these folders; they are watched, too.'),
      }),
    ])
    .meta({
      title: 'everything, explicit or { category: NAME, folders: [NAME] }',
      examples: ['everything', { category: 'Tracked' }],
    });

const filter = z.strictObject({
  owner: word().optional().describe('Address of who owns the item; me: this mailbox.'),
  party: z
    .strictObject({
      address: word().describe('Address of somebody who takes part; me: this mailbox.'),
      roles: z.array(z.enum(ROLES)).min(1).optional().describe('In one of these roles. Default: in any.'),
    })
    .optional()
    .describe('Somebody takes part in it.'),
  status: z.array(word()).min(1).optional().describe('One of these, as the content says it: confirmed, needs-action …'),
  attributes: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe('Properties of the content by name, your own included; each must be as given.'),
});

const rule = z
  .union([
    z.enum(['unlink', 'delete']),
    z.strictObject({
      deleteWhen: z
        .array(z.enum(CONDITIONS))
        .min(1)
        .describe(
          'All must hold: open (not completed or cancelled), not-past, organizer (this mailbox organizes it), not-owner (somebody else owns it), open-there (not completed in Exchange).',
        ),
    }),
  ])
  .meta({ title: 'unlink, delete or { deleteWhen: [CONDITION] }', examples: ['unlink', { deleteWhen: ['open', 'organizer'] }] });

const deletion = {
  inExchange: rule.optional().describe('Deleted in Exchange: what becomes of the application’s item.'),
  inApplication: rule.optional().describe('Deleted in the application: what becomes of the item in Exchange.'),
  outsideFilters: rule.optional().describe('No filter wants it in the mailbox any more. Default: unlink.'),
};

const common = (folder: z.ZodType) => ({
  folders: z.array(folder).min(1).optional().describe('Folders to watch. Default: the mailbox’s own one of this kind.'),
  track: track(folder)
    .optional()
    .describe('Which items of the mailbox come into the application. Default: explicit, only those somebody asks for.'),
  filters: z
    .array(filter)
    .optional()
    .describe('Which items of the application go into the mailbox: those that match any of these. An empty list: none.'),
  fields: z
    .record(z.string(), z.enum(DIRECTIONS))
    .optional()
    .describe('Which way a field travels, by its name; what is not named has its own default..'),
  conflicts: z
    .record(z.string(), z.enum(POLICIES))
    .optional()
    .describe(
      'Who wins a field that both sides changed, by its name; default: all that are not named; deletion: deleted on one side, changed on the other. The value that lost is kept.',
    ),
  privateItems: z.boolean().optional().describe('Bring in what is marked personal, private or confidential. Default: false.'),
  brake: z
    .strictObject({
      items: z.int().min(0).max(1_000_000).optional().describe('Default: 10.'),
      percent: z.int().min(0).max(100).optional().describe('Of the linked items. Default: 20.'),
    })
    .optional()
    .describe('A pass that would delete more than both of these stops and asks.'),
});

/** `true`: with every default. */
const kind = <T extends z.ZodRawShape>(shape: T) => z.union([z.boolean(), z.strictObject(shape)]);

export const itemKinds = (folder: z.ZodType) => ({
  appointments: kind({
    ...common(folder),
    deletion: z
      .strictObject({
        ...deletion,
        series: z.strictObject(deletion).optional().describe('The same for a recurring appointment.'),
        service: z
          .strictObject(deletion)
          .optional()
          .describe('The same for one that the application gives to resources, one way.'),
      })
      .optional()
      .describe('What becomes of the other side’s item. What is not deleted is unlinked, and the reason is told.'),
    attachmentBytes: size()
      .refine((bytes) => bytes > 0 && bytes <= LARGEST_FILE, {
        error:
          'a file takes 1 B to 32 MiB\nwrite for example "5 MiB"; where none is to travel, write fields: { attachments: none }',
      })
      .optional()
      .describe('Where fields has attachments travel: a larger file stays where it is, and the reason is told. Default: 5 MiB.'),
    closed: z
      .enum(['free', 'cancel', 'keep'])
      .optional()
      .describe(
        'What becomes in Exchange of one that was completed or cancelled in the application: shown as free (default), cancelled, or kept.',
      ),
    invitationsPerDay: z
      .int()
      .min(0)
      .max(100_000)
      .optional()
      .describe('At most so many writes that mail guests, from this mailbox in 24 hours; further ones wait. Default: 100.'),
  })
    .optional()
    .describe('Keep appointments in step. Default: false.'),
  contacts: kind({
    ...common(folder),
    deletion: z.strictObject(deletion).optional().describe('What becomes of the other side’s item.'),
    addressMode: z
      .enum(['mailing', 'all'])
      .optional()
      .describe('mailing (default): the mailing address only; all: business, home and other.'),
  })
    .optional()
    .describe('Keep contacts in step. Default: false.'),
  tasks: kind({
    ...common(folder),
    deletion: z.strictObject(deletion).optional().describe('What becomes of the other side’s item.'),
  })
    .optional()
    .describe('Keep tasks in step. Default: false.'),
});

const written = z.strictObject(itemKinds(z.unknown()));
type Written = z.output<typeof written>;
type Sections = Extract<NonNullable<Written['appointments']>, object> &
  Extract<NonNullable<Written['contacts']>, object> &
  Extract<NonNullable<Written['tasks']>, object>;
/** All that any kind may say. */
export type WrittenItemKind = Partial<Sections>;
