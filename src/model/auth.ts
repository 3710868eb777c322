/** How Mailroom proves who it is: what the operator wrote (`AuthConfig`) and what a connector is handed (`Credential`). */

/** Where a secret is to be found; read by the credential room at the moment of use. */
export type Secret =
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'exec'; readonly command: readonly string[] };

export type AuthMethod = 'password' | 'oauth2' | 'ntlm' | 'kerberos' | 'none';

export interface AuthConfig {
  readonly method: AuthMethod;
  readonly username: string | null;
  readonly password: Secret | null;
  /** The provider whose token this mailbox uses (method oauth2). */
  readonly provider: string | null;
  /** True when every mailbox of the server logs in with this one (a refusal opens the server's circuit). */
  readonly shared: boolean;
}

export interface OAuthProvider {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: Secret | null;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  /** RFC 8628; null where the provider has no device flow, or none for mail scopes (Google). */
  readonly deviceUrl: string | null;
  readonly scopes: readonly string[];
  /** RFC 7009: where `auth logout` gives the token back; without it the token is only forgotten here. */
  readonly revocationUrl?: string | null;
  /**
   * As registered with the provider. A loopback address (default `http://127.0.0.1`) gets a listener: on its port, or on any
   * free one where it names none (RFC 8252 7.3). Anything else (https, `oob`): the operator pastes what the browser shows.
   */
  readonly redirectUri?: string | null;
  /** Further parameters of the authorization request (Google: `access_type=offline`, `prompt=consent`). */
  readonly authorizationParameters?: Readonly<Record<string, string>>;
  /** How the client secret goes to the provider (RFC 6749 2.3.1): in the form (default) or as HTTP Basic. */
  readonly clientAuthentication?: 'post' | 'basic';
  /**
   * `login` (default): a person signs in once per mailbox. `client-credentials` (RFC 6749 4.4): the client itself has been
   * granted the mailboxes by their administrator (Exchange Online); nobody signs in.
   */
  readonly grant?: 'login' | 'client-credentials';
}

export type Credential =
  | { readonly method: 'password'; readonly username: string; readonly password: string }
  /** `username` is `DOMAIN\user`, `user@domain.example` or a bare name. */
  | { readonly method: 'ntlm'; readonly username: string; readonly password: string }
  | { readonly method: 'oauth2'; readonly username: string; readonly accessToken: string }
  | { readonly method: 'none' };
