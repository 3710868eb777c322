/**
 * The provider's token endpoint (RFC 6749) and what its refusals mean.
 *
 * Secrets go to the configured https address only, redirects are not followed, answers are bounded. Clear http is taken for a
 * loopback address alone. Of an error answer the provider's own words are kept, cleaned, because they say what is wrong.
 */
import { z } from 'zod';
import type { OAuthProvider } from '../model/auth.ts';
import { Failure, type FailureDetails } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';
import { retryAfterMs } from './retry-after.ts';

export interface OAuthClient {
  readonly provider: OAuthProvider;
  readonly clientSecret: string | null;
}

export interface TokenAnswer {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresAt: Date | null;
  readonly scope: string | null;
  /** Who signed in, where an id token says so. */
  readonly account: string | null;
}

/** An error answer by the book; whoever asked decides what it means. */
export interface OAuthRefusal {
  readonly error: string;
  /** For people: the code with the provider's own words. */
  readonly words: string;
  readonly retryAfterMs: number | undefined;
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: OAuthRefusal };

export interface TokenEndpoint {
  /** Throws Failure for trouble on the way and for answers that cannot be understood. */
  token(client: OAuthClient, form: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Answer<TokenAnswer>>;
  post(client: OAuthClient, url: string, form: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Answer<unknown>>;
}

export interface TokenEndpointOptions {
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  readonly timeoutMs?: number;
  /** Cuts secrets out of a provider's words, which may echo what it was sent and are stored and shown. */
  readonly redact: (text: string) => string;
}

const MAX_ANSWER_BYTES = 256 * 1024;

// RFC 6749 A.12: visible characters; anything else could end the SASL response it will stand in.
const tokenText = z.string().regex(/^[\x20-\x7e]+$/);
const tokenAnswer = z.object({
  access_token: tokenText,
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  // Some providers write it as text.
  expires_in: z.coerce.number().positive().max(1e9).nullish().catch(null),
  refresh_token: tokenText.nullish(),
  scope: z.string().nullish().catch(null),
  id_token: z.string().nullish().catch(null),
});

export function createTokenEndpoint({
  clock,
  fetch = globalThis.fetch,
  timeoutMs = 30_000,
  redact,
}: TokenEndpointOptions): TokenEndpoint {
  async function post(client: OAuthClient, url: string, form: Readonly<Record<string, string>>, signal?: AbortSignal) {
    const { headers, body } = authenticated(client, form);
    const limit = AbortSignal.timeout(timeoutMs);
    const init: RequestInit = {
      ...{ method: 'POST', headers, body, redirect: 'error' },
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    };
    try {
      const response = await fetch(safeUrl(url, client.provider.name), init);
      return understand(response, await readBounded(response), client.provider, clock.now(), redact);
    } catch (error) {
      if (error instanceof Failure) throw error;
      signal?.throwIfAborted();
      throw unreachable(client.provider, url, error, limit.aborted ? timeoutMs : null);
    }
  }

  return {
    post,
    async token(client, form, signal) {
      const asked = clock.now();
      const answer = await post(client, client.provider.tokenUrl, form, signal);
      return answer.ok ? { ok: true, value: asTokenAnswer(answer.value, client.provider, asked) } : answer;
    },
  };
}

/** RFC 6749 2.3.1; a client without a secret is a public one and only names itself. */
function authenticated({ provider, clientSecret }: OAuthClient, form: Readonly<Record<string, string>>) {
  const body = new URLSearchParams(form);
  const headers: Record<string, string> = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  if (clientSecret !== null && provider.clientAuthentication === 'basic') {
    const pair = [provider.clientId, clientSecret].map(formEncoded).join(':');
    headers.authorization = `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  } else {
    body.set('client_id', provider.clientId);
    if (clientSecret !== null) body.set('client_secret', clientSecret);
  }
  return { headers, body: body.toString() };
}

const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);

/** The address, or a refusal: a credential never goes out in clear text, but to this very machine. */
export function safeUrl(url: string, provider: string): string {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return url;
  throw new Failure('refused', `the OAuth2 address ${url} is not https`, { remedy: `correct it under oauth.${provider}` });
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Failure('garbled', `the answer of ${new URL(response.url).host} is too long`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function understand(
  response: Response,
  text: string,
  provider: OAuthProvider,
  now: Date,
  redact: (text: string) => string,
): Answer<unknown> {
  const value = parseJson(text);
  const wait = retryAfterMs(response.headers.get('retry-after'), now);
  if (response.ok) return { ok: true, value };
  const refusal = asRefusal(value, wait, redact);
  if (response.status === 429 || response.status >= 500 || refusal?.error === 'temporarily_unavailable') {
    throw new Failure(
      'throttled',
      `${whereOf(provider)} asks to come back later: ${refusal?.words ?? `status ${response.status}`}`,
      {
        retryAfterMs: wait,
      },
    );
  }
  if (refusal !== null) return { ok: false, refusal };
  const remedy = `check the addresses under oauth.${provider.name}, and whether a proxy stands in between`;
  throw new Failure('garbled', `${whereOf(provider)} answered with status ${response.status} and no OAuth2 error`, { remedy });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asRefusal(value: unknown, wait: number | undefined, redact: (text: string) => string): OAuthRefusal | null {
  const { error, error_description: description } = (value ?? {}) as Record<string, unknown>;
  if (typeof error !== 'string' || error === '') return null;
  const words = typeof description === 'string' && description !== '' ? `${error}: ${description}` : error;
  return { error, words: oneLine(redact(words)), retryAfterMs: wait };
}

/** A stranger's text for a terminal and a log: one short line. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length <= 300 ? line : `${line.slice(0, 299)}…`;
}

function asTokenAnswer(value: unknown, provider: OAuthProvider, asked: Date): TokenAnswer {
  const { data } = tokenAnswer.safeParse(value);
  // Never the parser's message: it could quote the answer.
  if (data === undefined) throw new Failure('garbled', `${whereOf(provider)} answered without a usable bearer token`);
  return {
    accessToken: data.access_token,
    refreshToken: data.refresh_token || null,
    expiresAt: data.expires_in ? new Date(asked.getTime() + data.expires_in * 1000) : null,
    scope: data.scope ?? null,
    account: accountOf(data.id_token ?? ''),
  };
}

/** Unverified, which suffices for showing it: it came over TLS from the provider itself (OpenID Connect Core 3.1.3.7). */
function accountOf(idToken: string): string | null {
  const claims = parseJson(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const { email, preferred_username: name } = (claims ?? {}) as Record<string, unknown>;
  const account = [email, name].find((claim) => typeof claim === 'string' && claim !== '');
  return typeof account === 'string' ? oneLine(account) : null;
}

export function whereOf(provider: OAuthProvider): string {
  return `${provider.name} (${new URL(provider.tokenUrl).host})`;
}

function unreachable(provider: OAuthProvider, url: string, error: unknown, timeoutMs: number | null): Failure {
  const cause = (error as Error).cause ?? error;
  const reason = timeoutMs === null ? reasonOf(cause) : `no answer within ${timeoutMs / 1000} s`;
  const details: FailureDetails = { cause, remedy: `check that this machine reaches ${new URL(url).origin}` };
  return new Failure('unreachable', `${provider.name} cannot be reached at ${new URL(url).host}: ${reason}`, details);
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return oneLine(message || code || 'the connection failed');
}
