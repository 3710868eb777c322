/** The whole file. These schemas are the one source: for checking, for the editors' JSON Schema and for suggestions. */
import { z } from 'zod';
import { defaultsSchema, groupSchema, mailboxSchema, messageLimits } from './schema-mailbox.ts';
import { oauthSchema, serverSchema } from './schema-server.ts';
import { atLeast, commandLine, host, oneOrMore, port, secret, word } from './value.ts';

const name = () =>
  z.string().regex(/^[A-Za-z0-9][\w.-]*$/, {
    error: 'a name consists of letters, digits, dots, dashes and underscores\nrename it',
  });

const columns = z
  .record(z.string(), word())
  .describe(
    'Which column fills which key: { address: mail, receive.auth.username: uid }. Default: the columns are named as the keys.',
  );

const mailboxSource = z.strictObject({
  csv: word().optional().describe('CSV file with a header line; lists inside a field are separated by ";".'),
  ndjson: word().optional().describe('File with one JSON object per line.'),
  exec: commandLine().optional().describe('Command and arguments, started without a shell; its output is read as format says.'),
  format: z.enum(['csv', 'ndjson']).optional().describe('What the command prints. Default: ndjson.'),
  timeout: atLeast(1000, '1 s').optional().describe('How long the command may take. Default: 60 s.'),
  every: atLeast(60_000, '1 min').optional().describe('How often a running server asks the command again. Default: 15 min.'),
  delimiter: z
    .string()
    .length(1)
    .optional()
    .describe('Between CSV fields. Default: whichever of , ; or tab the header has most of.'),
  group: word().optional().describe('Group of mailboxes that name none.'),
  include: oneOrMore(word()).optional().describe('Only addresses that match one of these patterns (* and ?). Default: all.'),
  exclude: oneOrMore(word()).optional().describe('No address that matches one of these patterns.'),
  columns: columns.optional(),
});

/** What an included file may hold, too. */
const shareable = {
  include: oneOrMore(word())
    .optional()
    .describe('Further files with mailboxes, groups and servers; * and ** match. Relative to this file.'),
  servers: z.record(name(), serverSchema).optional().describe('The servers, by a name of your choice.'),
  groups: z.record(name(), groupSchema).optional().describe('Values that several mailboxes share. A mailbox’s own value wins.'),
  mailboxes: z.array(mailboxSchema).optional().describe('The mailboxes.'),
  mailboxesFrom: z
    .array(mailboxSource)
    .optional()
    .describe('Mailboxes out of other systems: exactly one of csv, ndjson, exec each.'),
};

export const includedSchema = z.strictObject(shareable);

export const fileSchema = z.strictObject({
  data: word().optional().describe('Folder for the embedded database and what Mailroom keeps. Default: ./data.'),
  database: z
    .strictObject({ url: secret().describe('postgresql://user:password@host:port/name') })
    .optional()
    .describe('A PostgreSQL of your own. Default: Mailroom starts a private one in data.'),
  tokens: z
    .strictObject({ key: secret().describe('32 bytes, base64 or hex.') })
    .optional()
    .describe('Key that encrypts OAuth2 tokens at rest. Default: made on first use, in data.'),
  log: z
    .strictObject({
      level: z.enum(['error', 'warn', 'info', 'debug']).optional().describe('Default: info.'),
      format: z.enum(['json', 'pretty']).optional().describe('Default: json, for machines.'),
    })
    .optional()
    .describe('What is written to standard error.'),
  http: z
    .union([
      z.literal(false),
      z.strictObject({
        host: host().optional().describe('Default: 127.0.0.1, reachable from this machine only.'),
        port: port().optional().describe('Default: 9464.'),
      }),
    ])
    .optional()
    .describe('Where /metrics and /health answer; false: nowhere.'),
  workers: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Threads that parse mail. Default: one less than the processor has, at most 4.'),
  limits: z
    .strictObject({
      concurrentMailboxes: z.int().min(1).max(10_000).optional().describe('Mailboxes worked on at a time. Default: 20.'),
      ...messageLimits,
    })
    .optional()
    .describe('Bounds for everything; messages also per defaults, group and mailbox.'),
  oauth: z
    .record(name(), oauthSchema)
    .optional()
    .describe('OAuth2 clients. gmail, microsoft and yahoo need clientId (and clientSecret); others all their addresses.'),
  defaults: defaultsSchema
    .optional()
    .describe('Values for every mailbox. Precedence: mailbox, group, defaults, server, built-in.'),
  ...shareable,
});

export type WrittenFile = z.output<typeof fileSchema>;
export type WrittenMailboxSource = z.output<typeof mailboxSource>;
