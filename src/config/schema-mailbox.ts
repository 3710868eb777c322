/** How mailboxes, and the groups and defaults they take values from, are written. */
import { z } from 'zod';
import { itemKinds } from './schema-items.ts';
import { authOrSame, authSchema } from './schema-server.ts';
import { address, addressPattern, atLeast, since, size, word } from './value.ts';

const ROLES = ['inbox', 'sent', 'drafts', 'trash', 'junk', 'archive', 'all', 'flagged', 'important'] as const;

const folder = z
  .union([
    word(),
    z.strictObject({ role: z.enum(ROLES).describe('What the folder is for, whatever its name (RFC 6154).') }),
    z.strictObject({ name: word().describe('Exactly this name.') }),
  ])
  .meta({ title: 'a folder name, { role: … } or { name: … }', examples: ['INBOX', { role: 'sent' }] });

const afterReceive = z
  .union([
    z.enum(['keep', 'delete']),
    z.strictObject({ deleteAfterDays: z.int().min(1).max(3650).describe('Days that a message stays on the server.') }),
  ])
  .meta({ title: 'keep, delete or { deleteAfterDays: N }', examples: ['keep', 'delete', { deleteAfterDays: 30 }] });

/** `false` leaves out what a group or the defaults would bring. */
const section = <T extends z.ZodType>(schema: T) => z.union([z.literal(false), schema]);

const receive = z.strictObject({
  server: word().optional().describe('Name of a server of type imap, pop3 or exchange.'),
  folders: z
    .array(folder)
    .min(1)
    .optional()
    .describe('Folders to receive, by name or role. Default: [INBOX], the only one POP3 has.'),
  since: since().optional().describe('First run: nothing older than this day or age; all for everything. Default: all.'),
  afterReceive: afterReceive
    .optional()
    .describe(
      'POP3, and queues on Exchange: keep (default), delete, or { deleteAfterDays: N }; only after the mail is safely stored.',
    ),
  auth: authSchema.optional().describe('Login of this mailbox.'),
});

const send = z.strictObject({
  server: word().optional().describe('Name of a server of type smtp or exchange.'),
  auth: authOrSame
    .optional()
    .describe('Login for sending. same: the login for receiving, which goes nowhere else unless this says so.'),
  sendAs: z.array(addressPattern()).optional().describe('Further addresses this mailbox may send as. Its aliases it always may.'),
  saveToSent: z.boolean().optional().describe('Put our copy into the Sent folder where mail is received by IMAP. Default: true.'),
  perCorrespondentPerHour: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Loop guard: messages to one address per hour; further ones wait. Default: 20.'),
});

const items = z.strictObject({
  server: word().optional().describe('Name of a server of type exchange.'),
  auth: authOrSame.optional().describe('Login for items, where it is not the server’s.'),
  ...itemKinds(folder),
});

export const messageLimits = {
  messageBytes: size()
    .optional()
    .describe('A bigger message is stored by its headers only and counted as excluded. Default: 64 MB.'),
  parseBytes: size()
    .optional()
    .describe('Of a bigger message only the headers are parsed; its source is kept whole. Default: 24 MB.'),
  parseTime: atLeast(100, '100 ms')
    .optional()
    .describe('A message that takes longer to read is kept unread and marked. Default: 10 s.'),
  pageMessages: z.int().min(1).max(5000).optional().describe('Messages that are committed together. Default: 200.'),
  pageBytes: size().optional().describe('Bytes that are committed together; bounds memory. Default: 16 MB.'),
};

const keep = z
  .enum(['all', 'tracked'])
  .optional()
  .describe('tracked: source and content of mail that belongs to no record are purged after a while. Default: all.');

const shared = {
  receive: section(receive).optional().describe('Where mail comes from. false: not at all, whatever the group says.'),
  send: section(send).optional().describe('Where mail goes out. false: not at all, whatever the group says.'),
  items: section(items).optional().describe('Exchange items to keep in step. false: not at all, whatever the group says.'),
  limits: z.strictObject(messageLimits).optional().describe('Bounds for reading mail.'),
  keep,
};

const owner = z
  .union([
    z.strictObject({ user: word().describe('A person.') }),
    z.strictObject({ queue: word().describe('A queue, as support or info.') }),
  ])
  .meta({ title: '{ user: NAME } or { queue: NAME }', examples: [{ user: 'anna' }, { queue: 'info' }] });

export const groupSchema = z.strictObject(shared);
export const defaultsSchema = z.strictObject(shared);

export const mailboxSchema = z.strictObject({
  address: address().describe('The first address; new mail is sent from it.'),
  id: word()
    .max(200)
    .optional()
    .describe('Stays when the address changes: another address under the same id is a rename. Default: the address.'),
  aliases: z.array(address()).optional().describe('Further addresses of the same mailbox.'),
  owner: owner.optional().describe('Whose mailbox it is.'),
  group: word().optional().describe('Name of the group it takes values from.'),
  ...shared,
});

export type WrittenMailbox = z.output<typeof mailboxSchema>;
export type WrittenReceive = z.output<typeof receive>;
export type WrittenSend = z.output<typeof send>;
export type WrittenItems = z.output<typeof items>;
