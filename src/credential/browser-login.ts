/**
 * Authorization code with PKCE (RFC 7636, S256) and state, by the browser of whoever signs in (RFC 8252).
 *
 * The redirect comes to a loopback listener, or, where the browser runs on another machine or the registered address is not a
 * loopback one, the operator pastes what the browser was sent to.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Failure } from '../model/failure.ts';
import { declined } from './device-login.ts';
import { isServable, listenForRedirect, type RedirectAnswer, type RedirectListener, readRedirect } from './redirect-listener.ts';
import { type OAuthClient, oneLine, safeUrl, type TokenAnswer, type TokenEndpoint } from './token-endpoint.ts';

export interface BrowserPrompt {
  readonly url: string;
  readonly redirectUri: string;
  /** False: nothing listens, the operator has to paste. */
  readonly listening: boolean;
}

export interface BrowserLogin {
  readonly endpoint: TokenEndpoint;
  readonly client: OAuthClient;
  /** Whose mailbox it is, so that the provider offers the right account. */
  readonly loginHint: string | null;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Lines the operator pastes; null where there is nobody to paste. */
  readonly pasted: AsyncIterable<string> | null;
  tell(prompt: BrowserPrompt): void;
  complain(sentence: string): void;
}

const DEFAULT_REDIRECT = 'http://127.0.0.1';
const DEFAULT_TIMEOUT_MS = 600_000;

export async function loginByBrowser(login: BrowserLogin): Promise<TokenAnswer> {
  const { provider } = login.client;
  const registered = provider.redirectUri ?? DEFAULT_REDIRECT;
  const [state, verifier] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  await using listener = isServable(registered) ? await listenForRedirect(registered, state) : null;
  if (listener === null && login.pasted === null) throw nobodyToPaste(registered);
  const redirectUri = listener?.redirectUri ?? registered;
  login.tell({ url: authorizationUrl(login, redirectUri, state, verifier), redirectUri, listening: listener !== null });
  const answer = await firstAnswer(login, listener, state);
  if (!answer.ok) throw declined(login.client, { error: answer.error, words: oneLine(answer.words) });
  return exchange(login, answer.code, redirectUri, verifier);
}

function authorizationUrl(
  { client: { provider }, loginHint }: BrowserLogin,
  redirectUri: string,
  state: string,
  verifier: string,
): string {
  const url = new URL(safeUrl(provider.authorizationUrl, provider.name));
  const parameters = {
    ...(loginHint === null ? {} : { login_hint: loginHint }),
    ...provider.authorizationParameters,
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: redirectUri,
    scope: provider.scopes.join(' '),
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** By the listener or by hand, whichever comes first. */
async function firstAnswer(login: BrowserLogin, listener: RedirectListener | null, state: string): Promise<RedirectAnswer> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const limitMs = login.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timer = setTimeout(() => reject(tooLate(limitMs)), limitMs);
  const aborted = () => reject(login.signal?.reason);
  login.signal?.addEventListener('abort', aborted, { once: true });
  if (login.signal?.aborted) aborted();
  const ways = [ended, listener?.answer, readPasted(login, state)].filter((way) => way !== undefined);
  try {
    return await Promise.race(ways);
  } finally {
    clearTimeout(timer);
    login.signal?.removeEventListener('abort', aborted);
  }
}

/** Never resolves when the lines end without an answer: then only the listener is left. */
async function readPasted({ pasted, complain }: BrowserLogin, state: string): Promise<RedirectAnswer> {
  for await (const line of pasted ?? []) {
    const text = line.trim();
    if (text === '') continue;
    const answer = asPasted(text, state);
    if (answer !== null) return answer;
    complain('That is not the address of this sign-in. Paste the whole address the browser shows after it, or the code.');
  }
  return new Promise(() => {});
}

/** A whole address must carry our state; a bare code (`oob`) was carried by the operator and is bound by PKCE. */
export function asPasted(text: string, state: string): RedirectAnswer | null {
  if (URL.canParse(text)) return readRedirect(new URL(text).searchParams, state);
  if (/[?&]?(code|error)=/.test(text)) return readRedirect(new URLSearchParams(text.replace(/^.*\?/, '')), state);
  return /^[\x21-\x7e]{4,2048}$/.test(text) ? { ok: true, code: text } : null;
}

async function exchange(login: BrowserLogin, code: string, redirectUri: string, verifier: string): Promise<TokenAnswer> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
  const answer = await login.endpoint.token(login.client, form, login.signal);
  if (!answer.ok) throw declined(login.client, answer.refusal);
  return answer.value;
}

function tooLate(limitMs: number): Failure {
  return new Failure('refused', `nobody signed in within ${Math.round(limitMs / 60_000)} minutes`, {
    remedy: 'run the command again',
  });
}

function nobodyToPaste(registered: string): Failure {
  return new Failure(
    'refused',
    `the redirect address ${registered} is not on this machine, and there is no terminal to paste into`,
    {
      remedy: 'run the command on a terminal, or register http://127.0.0.1 (or http://localhost) as redirect address',
    },
  );
}
