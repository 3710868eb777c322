// safe
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table outbox add column request_key text;
    create unique index outbox_request_key on outbox (mailbox_id, request_key) where request_key is not null;
    comment on column outbox.request_key is 'Given by who submits: the same key a second time means the mail that is here already.';
  `);
}
