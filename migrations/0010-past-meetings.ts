// safe
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table past_meetings (
      meeting_id text not null,
      recurrence_id text,
      activity_id uuid not null references activities on delete cascade
    );
    create unique index past_meetings_meeting on past_meetings (meeting_id, recurrence_id, activity_id) nulls not distinct;
    create index past_meetings_activity on past_meetings (activity_id);
    comment on table past_meetings is 'Which activity a meeting was, of copies that are not in their mailbox any more: the copies of others are still its own.';
  `);
}
