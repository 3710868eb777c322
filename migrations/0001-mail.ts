// breaking
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table mailboxes (
      id text primary key,
      address text not null,
      state text not null default 'active' check (state in ('active', 'paused', 'stopped')),
      stopped_code text,
      stopped_message text,
      stopped_remedy text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    comment on table mailboxes is 'What the gateway knows of a mailbox; its settings live in the config. paused: no longer in the config, data and cursors are kept. stopped: waits for a person.';

    create table leases (
      mailbox_id text primary key references mailboxes on delete cascade,
      holder text not null,
      token bigint not null,
      expires_at timestamptz not null
    );
    comment on table leases is 'Who serves a mailbox; token is the fence that grows with each new holder.';

    create table streams (
      id bigint generated always as identity primary key,
      mailbox_id text not null references mailboxes on delete cascade,
      kind text not null,
      host text not null,
      username text not null,
      folder text not null,
      role text,
      cursor text,
      version bigint not null default 0,
      pass bigint not null default 0,
      attempts integer not null default 0,
      completed_at timestamptz,
      changed_at timestamptz,
      unique (mailbox_id, kind, host, username, folder)
    );
    comment on table streams is 'One cursor each. A changed host or user name is another stream, so that it cannot skip mail.';
    comment on column streams.version is 'Fence: taken anew by each run; a commit with an older one fails.';
    comment on column streams.pass is 'Counts complete passes; what goes in an unfinished pass may be matched with what arrives in it.';
    comment on column streams.attempts is 'Starts since the last progress; after two deaths a page shrinks to one message.';

    create table sources (
      sha256 bytea primary key,
      bytes bytea not null,
      size_bytes bigint not null,
      stored_at timestamptz not null default now()
    );
    alter table sources alter column bytes set storage external;
    comment on table sources is 'RFC 5322 sources exactly as received, by content. Never merged, never changed.';

    create table activities (
      id uuid primary key,
      kind text not null,
      identity text unique,
      message_id text,
      subject text,
      status text,
      sent_at timestamptz,
      owner text,
      conversation_id uuid,
      version integer not null default 1,
      parse text,
      parser_version integer,
      bounce jsonb,
      auto_reply boolean not null default false,
      content jsonb not null,
      source_sha256 bytea references sources,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    alter table activities alter column content set storage external;
    create index activities_message_id on activities (message_id) where message_id is not null;
    create index activities_conversation on activities (conversation_id) where conversation_id is not null;
    create index activities_sent_at on activities (sent_at);
    comment on column activities.identity is 'Version and hash of what the sender wrote; two different mails with one Message-ID are two activities.';
    comment on column activities.source_sha256 is 'The source that content was read from; other copies may differ in bytes.';

    create table copies (
      id uuid primary key,
      activity_id uuid not null references activities on delete cascade,
      mailbox_id text not null references mailboxes on delete cascade,
      stream_id bigint references streams on delete set null,
      folder text not null,
      ref text,
      direction text not null check (direction in ('in', 'out')),
      flags text[] not null default '{}',
      received_at timestamptz,
      source_sha256 bytea not null references sources,
      source_bytes bigint not null,
      headers_only boolean not null default false,
      stored_at timestamptz not null default clock_timestamp(),
      sequence bigint generated always as identity,
      unverified boolean not null default false,
      gone_at timestamptz,
      gone_reason text check (gone_reason in ('vanished', 'removed-by-us')),
      gone_pass bigint
    );
    create index copies_activity on copies (activity_id);
    create index copies_stream on copies (stream_id, activity_id);
    create index copies_mailbox on copies (mailbox_id, sequence);
    create index copies_source on copies (source_sha256);
    comment on table copies is 'Where an activity is: one row for each place in a mailbox.';
    comment on column copies.headers_only is 'The message was over the size limit; the source holds its header block (excluded).';
    comment on column copies.unverified is 'The server renumbered; until the pass completes nobody knows whether the copy is still there.';

    create table known_refs (
      stream_id bigint not null references streams on delete cascade,
      ref text not null,
      copy_id uuid references copies on delete set null,
      primary key (stream_id, ref)
    );
    create index known_refs_copy on known_refs (copy_id);
    comment on table known_refs is 'The references on the server that are dealt with; without a copy where a rule excluded the message.';

    create table parties (
      activity_id uuid not null references activities on delete cascade,
      position integer not null,
      role text not null,
      address text not null,
      name text,
      record_type text,
      record_id text,
      primary key (activity_id, position)
    );
    create index parties_address on parties (lower(address));

    create table attachments (
      activity_id uuid not null references activities on delete cascade,
      part_id text not null,
      name text,
      media_type text not null,
      disposition text,
      content_id text,
      size_bytes bigint not null,
      primary key (activity_id, part_id)
    );
    comment on table attachments is 'Parts of the source, decoded when somebody asks for them.';

    create table conversation_ids (
      message_id text primary key,
      conversation_id uuid not null
    );
    create index conversation_ids_conversation on conversation_ids (conversation_id);
    comment on table conversation_ids is 'Every Message-ID that was written or referred to, and the conversation it belongs to; joins messages in any order of arrival.';

    create table quarantine (
      copy_id uuid primary key references copies on delete cascade,
      reason text not null,
      since timestamptz not null default now()
    );
    comment on table quarantine is 'Messages kept raw because they could not be read.';

    create table runs (
      id bigint generated always as identity primary key,
      mailbox_id text not null references mailboxes on delete cascade,
      workload text not null,
      started_at timestamptz not null,
      finished_at timestamptz,
      outcome text check (outcome in ('done', 'failed')),
      failure_code text,
      failure_message text,
      stored integer not null default 0,
      relinked integer not null default 0,
      excluded integer not null default 0,
      quarantined integer not null default 0,
      gone integer not null default 0
    );
    create index runs_mailbox on runs (mailbox_id, workload, id);

    create table feed_counter (only_row boolean primary key default true check (only_row), position bigint not null);
    insert into feed_counter (position) values (0);
    create table changes (
      position bigint primary key,
      activity_id uuid not null,
      copy_id uuid,
      mailbox_id text,
      kind text not null,
      at timestamptz not null default now()
    );
    create index changes_activity on changes (activity_id);
    comment on table changes is 'The change feed. Positions come from feed_counter in the last statement of each transaction, so that there is no gap and no late arrival below a position already read.';
  `);
}
