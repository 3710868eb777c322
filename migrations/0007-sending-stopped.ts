// safe
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table mailboxes add column sending_stopped jsonb;
    comment on column mailboxes.sending_stopped is 'Why nothing is sent and what mends it (code, message, remedy): the server refuses the login. Receiving goes on.';
  `);
}
