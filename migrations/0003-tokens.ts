// safe
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table token_keys (
      only_row boolean primary key default true check (only_row),
      key_id text not null,
      since timestamptz not null default now()
    );
    comment on table token_keys is 'Which key the tokens are encrypted with: a fingerprint, never the key. Locked for share by who writes a token, for update by a rotation.';

    create table tokens (
      mailbox_id text not null,
      provider text not null,
      account text,
      key_id text not null,
      refresh_token bytea,
      access_token bytea,
      access_expires_at timestamptz,
      scope text,
      refreshed_at timestamptz,
      refused_at timestamptz,
      refused_reason text,
      version bigint not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (mailbox_id, provider)
    );
    comment on table tokens is 'OAuth2 tokens, AES-256-GCM, bound to mailbox, provider, use and key. No reference to mailboxes: a login may come before the first run. Mailbox * holds the token of a client that logs in for all its mailboxes.';
    comment on column tokens.account is 'Who signed in, as the provider says; for people.';
    comment on column tokens.refused_at is 'When the provider last refused to renew; it is not asked again for a while.';
  `);
}
