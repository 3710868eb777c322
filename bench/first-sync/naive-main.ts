/**
 * What one writes first: fetch everything by imapflow, parse it by mailparser, insert each message as it comes.
 *
 *   naive-main.ts <port> <user> <database url>
 */
import { ImapFlow } from 'imapflow';
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import pg from 'pg';

const [port, user, url] = process.argv.slice(2);

const TABLE = `create table mail (
  id bigint generated always as identity primary key, uid bigint not null unique, message_id text, subject text, sent_at timestamptz,
  sender jsonb, recipients jsonb, body_text text, body_html text, attachments jsonb, source bytea not null
)`;
const INSERT = `insert into mail (uid, message_id, subject, sent_at, sender, recipients, body_text, body_html, attachments, source)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

const addresses = (field: AddressObject | AddressObject[] | undefined) =>
  JSON.stringify([field ?? []].flat().flatMap(({ value }) => value));

function row(uid: number, mail: ParsedMail, source: Buffer): unknown[] {
  const attachments = mail.attachments.map(({ filename, contentType, size }) => ({ filename, contentType, size }));
  return [
    ...[uid, mail.messageId, mail.subject, mail.date, addresses(mail.from), addresses(mail.to)],
    ...[mail.text, mail.html || null, JSON.stringify(attachments), source],
  ];
}

const database = new pg.Client({ connectionString: url });
await database.connect();
await database.query(TABLE);
const client = new ImapFlow({
  ...{ host: '127.0.0.1', port: Number(port), secure: false, doSTARTTLS: false, logger: false },
  auth: { user: user!, pass: 'secret' },
});
await client.connect();
const lock = await client.getMailboxLock('INBOX', { readOnly: true });
let count = 0;
for await (const { uid, source } of client.fetch('1:*', { uid: true, source: true })) {
  await database.query(INSERT, row(uid, await simpleParser(source!), source!));
  count += 1;
}
lock.release();
await client.logout();
await database.end();
console.log(JSON.stringify({ count }));
