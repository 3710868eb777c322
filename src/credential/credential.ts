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
import { type Rotation, rotateKey } from './rotate-key.ts';
import { createSignIn, type SignIn } from './sign-in.ts';
import { createTokenEndpoint, type OAuthClient } from './token-endpoint.ts';
import { createTokenKeys } from './token-keys.ts';
import { createTokenVault, type TokenVault } from './token-vault.ts';

export interface Credentials {
  /** What `SessionContext.credential` is made of, one for each session. */
  for(mailbox: MailboxName, auth: AuthConfig): (options?: { readonly rejected?: boolean }) => Promise<Credential>;
  readonly signIn: SignIn;
  readonly vault: TokenVault;
  readonly secrets: SecretReader;
  /** The file that holds the key of the tokens, and can be given another one; null where it comes from elsewhere. */
  readonly keyFile: string | null;
  /** Gives every token a new key: a fresh one in the file of the present one, or the one given. */
  rotateKey(next: Secret | null): Promise<Rotation>;
}

export interface MailboxName {
  /** Under which its tokens are kept; an address may change under the same id. */
  readonly id: string;
  readonly address: string;
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

  async function token(
    mailbox: MailboxName,
    auth: AuthConfig,
    rejected: string | null,
  ): Promise<Credential & { method: 'oauth2' }> {
    const provider = options.providers().get(auth.provider ?? '');
    if (provider === undefined) throw unknownProvider(mailbox.address, auth.provider);
    const accessToken = await accessTokens.get(mailbox.id, provider, rejected);
    return { method: 'oauth2', username: auth.username ?? mailbox.address, accessToken };
  }

  async function password({ address }: MailboxName, auth: AuthConfig, fresh: boolean): Promise<Credential> {
    const username = auth.username ?? address;
    if (auth.password === null) {
      throw new Failure('auth-rejected', `no password is configured for ${address}`, { remedy: 'add auth.password' });
    }
    const subject = `the password of mailbox ${address}${username === address ? '' : ` (user ${username})`}`;
    const method = auth.method === 'ntlm' ? 'ntlm' : 'password';
    return { method, username, password: await secrets.read(auth.password, subject, { fresh }) };
  }

  return {
    ...{ vault, secrets, keyFile: keys.path, rotateKey: (next) => rotateKey(database, keys, secrets, next) },
    signIn: createSignIn({ vault, endpoint, clock, clientOf }),
    for(mailbox, auth) {
      let handedOut: string | null = null;
      return async ({ rejected = false } = {}) => {
        switch (auth.method) {
          case 'none':
            return { method: 'none' };
          case 'password':
          case 'ntlm':
            return password(mailbox, auth, rejected);
          case 'oauth2': {
            const credential = await token(mailbox, auth, rejected ? handedOut : null);
            handedOut = credential.accessToken;
            return credential;
          }
          default:
            throw new Failure('refused', `${auth.method} is not a way to log in to this kind of server (${mailbox.address})`, {
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

function unknownProvider(address: string, provider: string | null): Failure {
  return new Failure(
    'auth-rejected',
    `mailbox ${address} logs in by OAuth2, but its provider ${provider ?? '(none)'} is not configured`,
    {
      remedy: `name it in auth.provider and give its clientId under oauth.${provider ?? '<provider>'}`,
    },
  );
}
