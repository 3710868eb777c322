// safe
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table activities add column deleted_at timestamptz,
      add column deleted_by text check (deleted_by in ('application', 'exchange')),
      add column starts_at timestamptz, add column ends_at timestamptz;
    create index activities_items on activities (kind, id) where kind <> 'email';
    comment on column activities.deleted_at is 'Items only: deleted on one side; kept, so that the other side is told and a return is recognised.';

    alter table mailboxes drop constraint mailboxes_state_check;
    alter table mailboxes add constraint mailboxes_state_check check (state in ('active', 'paused', 'stopped', 'moved'));
    comment on table mailboxes is 'What the gateway knows of a mailbox; its settings live in the config. paused: no longer in the config, data and cursors are kept. stopped: waits for a person. moved: the server says that it is being moved or is not there any more; links are kept and nothing is deleted.';

    alter table sync_requests add column result jsonb, add column options jsonb not null default '{}';
    alter table runs add column items jsonb;

    create table remote_items (
      id bigint generated always as identity primary key,
      mailbox_id text not null references mailboxes on delete cascade,
      kind text not null check (kind in ('appointment', 'contact', 'task')),
      stream_id bigint references streams on delete set null,
      ref text not null,
      etag text not null,
      folder text not null,
      content jsonb not null,
      key jsonb,
      meeting_id text,
      meeting jsonb,
      read_only boolean not null default false,
      changed_at timestamptz,
      notes jsonb not null default '[]',
      failure jsonb,
      missing text check (missing in ('told', 'absent')),
      unverified boolean not null default false,
      passed_over text,
      passed_over_as text,
      wanted boolean not null default false,
      unique (mailbox_id, kind, ref)
    );
    create index remote_items_meeting on remote_items (meeting_id) where meeting_id is not null;
    create index remote_items_missing on remote_items (mailbox_id, kind) where missing is not null;
    comment on table remote_items is 'The other side as it was last read: one row for each item in a watched folder. Reading decides nothing.';
    comment on column remote_items.missing is 'A suspicion, not a verdict: the server told that it left its folder, or did not tell it when everything was told anew.';
    comment on column remote_items.unverified is 'The pass began anew; until it is complete nobody knows whether the item is still there.';
    comment on column remote_items.wanted is 'Somebody asked for this very item.';
    comment on column remote_items.passed_over is 'Why it is not linked; looked at again when passed_over_as (its state and the policy) is another.';

    create table links (
      id bigint generated always as identity primary key,
      activity_id uuid not null references activities on delete cascade,
      mailbox_id text not null references mailboxes on delete cascade,
      kind text not null,
      state text not null default 'linked'
        check (state in ('linked', 'unlinked', 'parked', 'needs-intent', 'asking', 'in-doubt', 'moved')),
      reason text,
      apart text check (apart in ('left', 'away', 'deleted-there', 'deleted-here', 'deleted')),
      filtered boolean not null default false,
      deletion_choice text check (deletion_choice in ('application', 'exchange')),
      asking jsonb not null default '{}',
      ref text,
      is_primary boolean not null default false,
      explicit boolean not null default false,
      attempt integer not null default 0,
      ours_base jsonb,
      theirs_base jsonb,
      copy_values jsonb,
      ours_seen integer,
      theirs_seen text,
      mail text not null default 'none' check (mail in ('none', 'invite', 'update', 'cancel')),
      response jsonb,
      intent jsonb,
      tries integer not null default 0,
      retry_at timestamptz,
      agreed_at timestamptz,
      updated_at timestamptz not null default now(),
      unique (activity_id, mailbox_id)
    );
    create unique index links_ref on links (mailbox_id, kind, ref) where ref is not null;
    create index links_mailbox on links (mailbox_id, kind);
    comment on table links is 'An activity and an item of a mailbox that are kept in step, with what was last agreed.';
    comment on column links.ours_base is 'Canonical values of our side when both last agreed; theirs_base those of their side as read back. What a server rewrote is in theirs_base only.';
    comment on column links.copy_values is 'What belongs to this mailbox''s copy alone: response, reminder, show-as, categories, sensitivity.';
    comment on column links.intent is 'What is being done to the server and how far it is; committed before the first call.';
    comment on column links.ours_seen is 'The version of the activity and (theirs_seen) the state of the item that were last decided upon.';

    comment on column links.apart is 'Why it is unlinked. left: no filter wants it there; away: in a folder that is not watched; deleted-there, deleted-here: on that side, and the rules keep it on the other; deleted: on both.';

    create table guest_mails (
      mailbox_id text not null references mailboxes on delete cascade,
      activity_id uuid not null references activities on delete cascade,
      at timestamptz not null
    );
    create index guest_mails_mailbox on guest_mails (mailbox_id, at);
    comment on table guest_mails is 'Each write that mails guests, committed before it is begun; the budget of a mailbox counts them.';

    create table conflicts (
      id uuid primary key,
      activity_id uuid not null references activities on delete cascade,
      mailbox_id text not null references mailboxes on delete cascade,
      field text not null,
      state text not null check (state in ('open', 'settled', 'undone')),
      base jsonb,
      ours jsonb,
      theirs jsonb,
      kept text check (kept in ('application', 'exchange')),
      found_at timestamptz not null default now(),
      settled_at timestamptz
    );
    create unique index conflicts_open on conflicts (activity_id, mailbox_id, field) where state = 'open';
    create index conflicts_found on conflicts (found_at);
    comment on table conflicts is 'Fields (or "deletion") that both sides changed: open ones wait for a choice, settled ones keep the value that lost.';
  `);
}
