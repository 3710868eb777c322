/**
 * A usable access token for a mailbox, renewed when it has to be.
 *
 * - One renewal at a time per account: in this process by sharing the one under way, over all processes by the row's lock.
 *   Whoever waited looks again and finds the new token.
 * - A new refresh token is committed before the access token that came with it is handed out (RFC 9700 4.14.2: the old one
 *   may be void already). If the commit fails, the answer is kept here and saved first at the next chance.
 * - A token the mail server refused is renewed once; a fresh one is not renewed again for a while, so that a server that
 *   refuses everything does not become a storm at the provider.
 */
import type { OAuthProvider } from '../model/auth.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { TokenAccount } from '../store/tokens.ts';
import { createGate } from './gate.ts';
import { type OAuthClient, type OAuthRefusal, type TokenAnswer, type TokenEndpoint, whereOf } from './token-endpoint.ts';
import type { KeptTokens, LockedTokens, Tokens, TokenVault } from './token-vault.ts';

export interface AccessTokens {
  /** `rejected`: this very token was refused by the mail server. */
  get(mailboxId: string, provider: OAuthProvider, rejected: string | null): Promise<string>;
}

export interface AccessTokensOptions {
  readonly vault: TokenVault;
  readonly endpoint: TokenEndpoint;
  readonly clock: Clock;
  readonly log: Log;
  clientOf(provider: OAuthProvider): Promise<OAuthClient>;
}

/** Of a client that logs in for all its mailboxes. */
export const ALL_MAILBOXES = '*';
/** Renew this long before the end, or at a tenth of the lifetime where that is shorter. */
const SKEW_MS = 120_000;
const RENEWED_JUST_NOW_MS = 30_000;
/** A refusal is believed for this long; then it is worth asking again (a lifted block, a mended client). */
const REFUSAL_STANDS_MS = 600_000;
/** Each renewal holds a database connection while the provider is asked. */
const RENEWALS_AT_ONCE = 4;
const SAVE_TRIES = 3;

/** What one go under the lock came to; a failure is thrown only after the commit. */
type Outcome = { readonly token: string } | { readonly failure: Failure };

interface Unsaved {
  readonly version: string;
  readonly tokens: Tokens;
}

export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { vault, endpoint, clock, log } = options;
  const underWay = new Map<string, Promise<string>>();
  const unsaved = new Map<string, Unsaved>();
  const gate = createGate(RENEWALS_AT_ONCE);

  async function renew(account: TokenAccount, provider: OAuthProvider, rejected: string | null): Promise<string> {
    const client = await options.clientOf(provider);
    const reserve = provider.grant === 'client-credentials';
    for (let tries = 1; ; tries += 1) {
      try {
        const outcome = await vault.locked(account, { reserve }, (locked) => underLock(account, client, locked, rejected));
        unsaved.delete(keyOf(account));
        if ('failure' in outcome) throw outcome.failure;
        return outcome.token;
      } catch (error) {
        if (tries >= SAVE_TRIES || !unsaved.has(keyOf(account))) throw error;
        log.warn('renewed token could not be saved, trying again', { mailbox: account.mailboxId, code: asFailure(error)?.code });
        await clock.sleep(tries * 500);
      }
    }
  }

  async function underLock(
    account: TokenAccount,
    client: OAuthClient,
    locked: LockedTokens,
    rejected: string | null,
  ): Promise<Outcome> {
    const kept = await recall(account, locked);
    const now = clock.now();
    if (kept !== null && isUsable(kept, rejected, now)) return { token: kept.accessToken };
    const stays = standing(account, kept, client.provider, now);
    if (stays !== null) return { failure: stays };
    const answer = await endpoint.token(client, formOf(client.provider, kept));
    if (!answer.ok) return refused(account, client.provider, locked, answer.refusal);
    const tokens = merge(kept, answer.value, clock.now());
    if (kept !== null) unsaved.set(keyOf(account), { version: kept.version, tokens });
    await locked.save(tokens);
    log.debug('access token renewed', {
      mailbox: account.mailboxId,
      provider: account.provider,
      expiresAt: tokens.accessExpiresAt,
    });
    return { token: answer.value.accessToken };
  }

  /** What was answered earlier and could not be saved comes first, unless someone else has written since. */
  async function recall(account: TokenAccount, locked: LockedTokens): Promise<KeptTokens | null> {
    const left = unsaved.get(keyOf(account));
    if (locked.tokens === null || left === undefined) return locked.tokens;
    if (left.version !== locked.tokens.version) {
      unsaved.delete(keyOf(account));
      return locked.tokens;
    }
    await locked.save(left.tokens);
    return { ...locked.tokens, ...left.tokens, refusedAt: null, refusedReason: null };
  }

  async function refused(
    account: TokenAccount,
    provider: OAuthProvider,
    locked: LockedTokens,
    refusal: OAuthRefusal,
  ): Promise<Outcome> {
    const failure = refusalFailure(account, provider, refusal);
    if (failure.code === 'auth-rejected') await locked.refuse(clock.now(), refusal.words);
    return { failure };
  }

  return {
    async get(mailboxId, provider, rejected) {
      const account = accountOf(mailboxId, provider);
      const kept = unsaved.has(keyOf(account)) ? null : await vault.read(account);
      if (kept !== null && isUsable(kept, rejected, clock.now())) return kept.accessToken;
      const key = keyOf(account);
      const shared = underWay.get(key) ?? gate(() => renew(account, provider, rejected)).finally(() => underWay.delete(key));
      underWay.set(key, shared);
      return shared;
    },
  };
}

export function accountOf(mailboxId: string, provider: OAuthProvider): TokenAccount {
  return { mailboxId: provider.grant === 'client-credentials' ? ALL_MAILBOXES : mailboxId, provider: provider.name };
}

const keyOf = ({ mailboxId, provider }: TokenAccount) => JSON.stringify([mailboxId, provider]);

function isUsable(kept: KeptTokens, rejected: string | null, now: Date): kept is KeptTokens & { accessToken: string } {
  if (kept.accessToken === null) return false;
  if (kept.accessToken === rejected) return ageMs(kept.refreshedAt, now) < RENEWED_JUST_NOW_MS;
  if (kept.accessExpiresAt === null) return true; // until the mail server refuses it
  const left = kept.accessExpiresAt.getTime() - now.getTime();
  const lifetime = kept.accessExpiresAt.getTime() - (kept.refreshedAt?.getTime() ?? 0);
  return left > Math.min(SKEW_MS, lifetime / 10);
}

/** A clock that was set back must not make a token look new for ever. */
function ageMs(at: Date | null, now: Date): number {
  return at === null ? Number.POSITIVE_INFINITY : Math.abs(now.getTime() - at.getTime());
}

/** Why the provider is not even asked, or null. */
function standing(account: TokenAccount, kept: KeptTokens | null, provider: OAuthProvider, now: Date): Failure | null {
  const needsLogin = provider.grant !== 'client-credentials';
  if (needsLogin && (kept === null || kept.refreshToken === null)) {
    return new Failure(
      'auth-rejected',
      `nobody has signed in for ${account.mailboxId} at ${provider.name} yet`,
      loginRemedy(account),
    );
  }
  if (kept === null || ageMs(kept.refusedAt, now) > REFUSAL_STANDS_MS) return null;
  return refusalFailure(account, provider, refusalOnRecord(kept.refusedReason ?? ''));
}

function refusalOnRecord(words: string): OAuthRefusal {
  return { error: words.split(':')[0] ?? words, words, retryAfterMs: undefined };
}

function formOf(provider: OAuthProvider, kept: KeptTokens | null): Record<string, string> {
  if (provider.grant === 'client-credentials') return { grant_type: 'client_credentials', scope: provider.scopes.join(' ') };
  // No scope: it may not be wider than what was granted, and without one it stays the same (RFC 6749 6).
  return { grant_type: 'refresh_token', refresh_token: kept?.refreshToken ?? '' };
}

/** A provider that does not rotate sends no new refresh token; the old one stays (RFC 6749 6). */
export function merge(kept: Tokens | null, answer: TokenAnswer, now: Date): Tokens {
  return {
    account: answer.account ?? kept?.account ?? null,
    refreshToken: answer.refreshToken ?? kept?.refreshToken ?? null,
    accessToken: answer.accessToken,
    accessExpiresAt: answer.expiresAt,
    scope: answer.scope ?? kept?.scope ?? null,
    refreshedAt: now,
  };
}

const CLIENT_ERRORS = new Set([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_request',
]);

function refusalFailure(account: TokenAccount, provider: OAuthProvider, refusal: OAuthRefusal): Failure {
  const whose = account.mailboxId === ALL_MAILBOXES ? 'an access token' : `a new access token for ${account.mailboxId}`;
  const message = `${whereOf(provider)} refused ${whose}: ${refusal.words}`;
  if (refusal.error === 'slow_down') return new Failure('throttled', message, { retryAfterMs: refusal.retryAfterMs });
  const ours = CLIENT_ERRORS.has(refusal.error) || provider.grant === 'client-credentials';
  const clientRemedy = { remedy: `check clientId, clientSecret and scopes under oauth.${provider.name} (docs/oauth2.md)` };
  return new Failure('auth-rejected', message, ours ? clientRemedy : loginRemedy(account));
}

const loginRemedy = (account: TokenAccount) => ({ remedy: `mailroom auth login ${account.mailboxId}` });
