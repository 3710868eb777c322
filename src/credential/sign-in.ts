/** Signing a mailbox in and out, for the command line. */
import type { OAuthProvider } from '../model/auth.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';
import { accountOf, merge } from './access-token.ts';
import { type BrowserPrompt, loginByBrowser } from './browser-login.ts';
import { type DevicePrompt, loginByDevice } from './device-login.ts';
import type { OAuthClient, TokenAnswer, TokenEndpoint } from './token-endpoint.ts';
import type { TokenVault } from './token-vault.ts';

export interface SignInRequest {
  readonly mailboxId: string;
  readonly provider: OAuthProvider;
  readonly signal?: AbortSignal;
}

export interface BrowserSignInRequest extends SignInRequest {
  readonly loginHint: string | null;
  readonly pasted: AsyncIterable<string> | null;
  readonly timeoutMs?: number;
  tell(prompt: BrowserPrompt): void;
  complain(sentence: string): void;
}

export interface SignedIn {
  /** As the provider names it, where it does. */
  readonly account: string | null;
  readonly scope: string | null;
  /** Scopes that were asked for and not granted: a person can leave them out. */
  readonly missingScopes: readonly string[];
}

export interface SignIn {
  byDevice(request: SignInRequest & { tell(prompt: DevicePrompt): void }): Promise<SignedIn>;
  byBrowser(request: BrowserSignInRequest): Promise<SignedIn>;
  /** Forgets the token and gives it back where the provider takes it. False: it could not be given back, only forgotten. */
  out(mailboxId: string, provider: OAuthProvider): Promise<boolean>;
}

export interface SignInOptions {
  readonly vault: TokenVault;
  readonly endpoint: TokenEndpoint;
  readonly clock: Clock;
  clientOf(provider: OAuthProvider): Promise<OAuthClient>;
}

export function createSignIn({ vault, endpoint, clock, clientOf }: SignInOptions): SignIn {
  async function keep({ mailboxId, provider }: SignInRequest, answer: TokenAnswer): Promise<SignedIn> {
    if (answer.refreshToken === null) throw noRefreshToken(provider);
    await vault.put(accountOf(mailboxId, provider), merge(null, answer, clock.now()));
    return { account: answer.account, scope: answer.scope, missingScopes: missing(provider.scopes, answer.scope) };
  }

  /** RFC 7009. It is forgotten here already, so trouble at the provider is no reason to fail. */
  async function giveBack(provider: OAuthProvider, url: string, token: string): Promise<boolean> {
    try {
      return (await endpoint.post(await clientOf(provider), url, { token })).ok;
    } catch (error) {
      if (asFailure(error) === undefined) throw error;
      return false;
    }
  }

  return {
    async byDevice(request) {
      refuseWithoutLogin(request.provider);
      return keep(request, await loginByDevice({ ...request, endpoint, clock, client: await clientOf(request.provider) }));
    },
    async byBrowser(request) {
      refuseWithoutLogin(request.provider);
      return keep(request, await loginByBrowser({ ...request, endpoint, client: await clientOf(request.provider) }));
    },
    async out(mailboxId, provider) {
      const account = accountOf(mailboxId, provider);
      const tokens = await vault.read(account).catch(unlessBug);
      const token = tokens?.refreshToken ?? tokens?.accessToken ?? null;
      await vault.remove(account);
      if (token === null || !provider.revocationUrl) return false;
      return giveBack(provider, provider.revocationUrl, token);
    },
  };
}

/** A token that cannot be decrypted any more can still be forgotten. */
function unlessBug(error: unknown): null {
  if (asFailure(error) === undefined) throw error;
  return null;
}

function refuseWithoutLogin(provider: OAuthProvider): void {
  if (provider.grant !== 'client-credentials') return;
  throw new Failure(
    'refused',
    `nobody signs in at ${provider.name}: its client logs in for all mailboxes (grant: client-credentials)`,
    {
      remedy: 'try it with "mailroom test"',
    },
  );
}

function noRefreshToken(provider: OAuthProvider): Failure {
  return new Failure('refused', `${provider.name} gave a token that ends within the hour and none to renew it with`, {
    remedy:
      `ask for offline access under oauth.${provider.name}: scope offline_access (Microsoft and OpenID providers), or ` +
      'authorizationParameters access_type=offline and prompt=consent (Google)',
  });
}

/** An absent scope in the answer means: as asked for (RFC 6749 5.1). Names of the protocol itself need not come back. */
function missing(asked: readonly string[], granted: string | null): readonly string[] {
  if (granted === null) return [];
  const given = new Set(granted.toLowerCase().split(/[\s,]+/));
  const protocol = new Set(['openid', 'offline_access', 'email', 'profile']);
  return asked.filter((scope) => !protocol.has(scope) && !given.has(scope.toLowerCase()));
}
