/**
 * The credential room: hands a connector what it logs in with, at the moment it logs in, and signs mailboxes in.
 *
 * - A secret goes only to the server it is for; everything read here is known to the redactor.
 * - Tokens are renewed under a lock and lie encrypted in the database (token-vault.ts, access-token.ts).
 * - Asked with `rejected`, it answers with something newer if there is any; the same again means there is not.
 */
import type { AuthConfig, Credential, OAuthProvider, Secret } from '../model/auth.ts';
import { Failure } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Database } from '../store/database.ts';
import { createAccessTokens } from './access-token.ts';
import { createSecretReader, type SecretReader } from './read-secret.ts';
import type { Redactor } from './redactor.ts';
import { createSignIn, type SignIn } from './sign-in.ts';
import { createTokenEndpoint, type OAuthClient } from './token-endpoint.ts';
import { createTokenKeys, type TokenKeys } from './token-keys.ts';
import { createTokenVault, type TokenVault } from './token-vault.ts';

export interface Credentials {
  /** What `SessionContext.credential` is made of. `use` tells workloads of a mailbox apart in messages: `receive`, `send`. */
  for(mailboxId: string, auth: AuthConfig, use?: string): (options?: { readonly rejected?: boolean }) => Promise<Credential>;
  readonly signIn: SignIn;
  readonly vault: TokenVault;
  readonly keys: TokenKeys;
  readonly secrets: SecretReader;
}

export interface CredentialsOptions {
  readonly database: Database;
  /** Present providers; asked each time, because the configuration is reloaded. */
  providers(): ReadonlyMap<string, OAuthProvider>;
  readonly tokenKey: Secret | null;
  /** For the key of our own making, when `tokenKey` is null: `<data>/token.key`. */
  readonly ownKeyFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly redactor: Redactor;
  readonly log: Log;
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
}

export function createCredentials(options: CredentialsOptions): Credentials {
  const { database, environment, redactor, log, clock } = options;
  const secrets = createSecretReader({ environment, log, clock, redactor });
  const keys = createTokenKeys({ secret: options.tokenKey, ownFile: options.ownKeyFile, reader: secrets });
  const vault = createTokenVault({ database, keys, redactor });
  const endpoint = createTokenEndpoint({ clock, fetch: options.fetch, redact: redactor.redact });
  const clientOf = (provider: OAuthProvider) => readClient(provider, secrets);
  const accessTokens = createAccessTokens({ vault, endpoint, clock, log, clientOf });

  async function token(mailboxId: string, auth: AuthConfig, rejected: string | null): Promise<Credential & { method: 'oauth2' }> {
    const provider = options.providers().get(auth.provider ?? '');
    if (provider === undefined) throw unknownProvider(mailboxId, auth.provider);
    const accessToken = await accessTokens.get(mailboxId, provider, rejected);
    return { method: 'oauth2', username: nameOf(mailboxId, auth), accessToken };
  }

  async function password(mailboxId: string, auth: AuthConfig, use: string | undefined, fresh: boolean): Promise<Credential> {
    if (auth.password === null) {
      throw new Failure('auth-rejected', `no password is configured for ${mailboxId}`, { remedy: 'add auth.password' });
    }
    const subject = `the password of mailbox ${mailboxId}${use === undefined ? '' : ` (${use})`}`;
    return {
      method: 'password',
      username: nameOf(mailboxId, auth),
      password: await secrets.read(auth.password, subject, { fresh }),
    };
  }

  return {
    ...{ vault, keys, secrets },
    signIn: createSignIn({ vault, endpoint, clock, clientOf }),
    for(mailboxId, auth, use) {
      let handedOut: string | null = null;
      return async ({ rejected = false } = {}) => {
        switch (auth.method) {
          case 'none':
            return { method: 'none' };
          case 'password':
            return password(mailboxId, auth, use, rejected);
          case 'oauth2': {
            const credential = await token(mailboxId, auth, rejected ? handedOut : null);
            handedOut = credential.accessToken;
            return credential;
          }
          default:
            throw new Failure('refused', `${auth.method} is not a way to log in to this kind of server (${mailboxId})`, {
              remedy: 'set auth.method to password or oauth2',
            });
        }
      };
    },
  };
}

async function readClient(provider: OAuthProvider, secrets: SecretReader): Promise<OAuthClient> {
  const subject = `the client secret of OAuth2 provider ${provider.name}`;
  return { provider, clientSecret: provider.clientSecret === null ? null : await secrets.read(provider.clientSecret, subject) };
}

function nameOf(mailboxId: string, auth: AuthConfig): string {
  if (auth.username !== null) return auth.username;
  throw new Failure('auth-rejected', `no user name is configured for ${mailboxId}`, { remedy: 'add auth.username' });
}

function unknownProvider(mailboxId: string, provider: string | null): Failure {
  return new Failure(
    'auth-rejected',
    `mailbox ${mailboxId} logs in by OAuth2, but its provider ${provider ?? '(none)'} is not configured`,
    {
      remedy: `name it in auth.provider and give its clientId under oauth.${provider ?? '<provider>'}`,
    },
  );
}
