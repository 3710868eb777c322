// safe
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table test_messages (message_id text primary key, sent_at timestamptz not null default now());
    comment on table test_messages is 'Mails that "mailroom test --send" sent to a mailbox itself: known when they come in, and left out.';
  `);
}
