// breaking
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sync_requests (
      id bigint generated always as identity primary key,
      mailbox_id text not null references mailboxes on delete cascade,
      requested_at timestamptz not null default now(),
      taken_at timestamptz,
      finished_at timestamptz,
      run_id bigint
    );
    create index sync_requests_open on sync_requests (mailbox_id) where finished_at is null;
    comment on table sync_requests is 'What a command beside a running server asks of it.';
  `);
}
