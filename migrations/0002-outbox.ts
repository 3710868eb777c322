// safe
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table outbox (
      activity_id uuid primary key references activities on delete cascade,
      mailbox_id text not null references mailboxes on delete cascade,
      state text not null check (state in ('draft', 'pending', 'sending', 'sent', 'partial', 'failed', 'in-doubt', 'cancelled')),
      message_id text not null,
      envelope_id text not null unique,
      envelope_from text not null,
      automatic boolean not null default false,
      send_at timestamptz,
      next_try_at timestamptz not null,
      expires_at timestamptz not null,
      attempt integer not null default 0,
      dot_at timestamptz,
      source_sha256 bytea not null references sources,
      source_bytes bigint not null,
      filing text not null check (filing in ('wanted', 'begun', 'done', 'none')),
      note text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create index outbox_due on outbox (mailbox_id, next_try_at) where state in ('pending', 'sending', 'in-doubt') or filing in ('wanted', 'begun');
    create index outbox_message_id on outbox (message_id);
    comment on table outbox is 'One row for each email that goes out; the composed bytes are its source and never change.';
    comment on column outbox.attempt is 'Fence: each claim takes the next number, and only its holder may let the final dot go.';
    comment on column outbox.dot_at is 'Committed before the final dot of the present attempt. Sending with it and without a result is in-doubt.';
    comment on column outbox.filing is 'Our copy in the Sent folder; begun is committed before it is appended, so that it is looked for first.';

    create table outbox_recipients (
      activity_id uuid not null references outbox on delete cascade,
      position integer not null,
      role text not null check (role in ('to', 'cc', 'bcc')),
      address text not null,
      state text not null default 'waiting'
        check (state in ('waiting', 'accepted', 'in-doubt', 'refused', 'expired', 'bounced', 'cancelled')),
      status text,
      response text,
      tries integer not null default 0,
      accepted_at timestamptz,
      primary key (activity_id, position)
    );
    create index outbox_recipients_rate on outbox_recipients (lower(address), accepted_at) where accepted_at is not null;
  `);
}
