// safe
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table outbox_reports (
      only_row boolean primary key default true check (only_row),
      position bigint not null
    );
    insert into outbox_reports (position) values (0);
    comment on table outbox_reports is 'How far the outbox has read the change feed for bounces.';
  `);
}
