/**
 * What the operator wrote, checked, resolved and frozen. The rest of the house reads only this.
 *
 * Values are already resolved by precedence (mailbox over group over defaults over built-in); where each came from is kept
 * apart, in the explanation. Secrets are references (`Secret`), read by the credential room at the moment of use.
 */
import type { AuthConfig, OAuthProvider, Secret } from '../model/auth.ts';

export type { AuthConfig, AuthMethod, OAuthProvider, Secret } from '../model/auth.ts';

export type ServerType = 'imap' | 'pop3' | 'smtp' | 'exchange' | 'memory';
export type TlsMode = 'implicit' | 'starttls' | 'none';

export interface ServerConfig {
  readonly name: string;
  readonly type: ServerType;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  readonly allowClearText: boolean;
  /** PEM of a private certificate authority, and a name to expect in place of `host`. */
  readonly ca: string | null;
  readonly serverName: string | null;
  readonly limits: ServerLimits;
  readonly polling: PollingConfig;
  /** Kind-specific keys (exchange: url, access …), untouched. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ServerLimits {
  readonly connections: number;
  readonly connectionsPerAccount: number;
  /** How long to wait for an answer. */
  readonly timeoutMs: number;
}

export interface PollingConfig {
  readonly everyMs: number;
  /** Quiet mailboxes are asked less and less often, up to this. */
  readonly quietEveryMs: number;
  readonly push: boolean;
}

export type AfterReceive =
  | { readonly kind: 'keep' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'delete-after'; readonly days: number };

export type FolderChoice = string | { readonly role: string } | { readonly name: string };

export interface MessageLimits {
  /** Above this a message is stored by its header block only and counted as excluded. */
  readonly messageBytes: number;
  /** Above this only the header block is parsed. */
  readonly parseBytes: number;
  readonly parseMs: number;
  readonly pageMessages: number;
  readonly pageBytes: number;
}

export interface ReceiveConfig {
  readonly server: ServerConfig;
  readonly folders: readonly FolderChoice[];
  readonly since: Date | null;
  readonly afterReceive: AfterReceive;
  readonly auth: AuthConfig;
  readonly limits: MessageLimits;
}

export interface SendConfig {
  readonly server: ServerConfig;
  readonly auth: AuthConfig;
  /** Further addresses this mailbox may send as. */
  readonly sendAs: readonly string[];
  /** Append our copy to the mailbox's Sent folder where the receiving server is IMAP. */
  readonly saveToSent: boolean;
  readonly perCorrespondentPerHour: number;
}

/** Exchange items; read by a later issue, kept checked from the start. */
export interface ItemsConfig {
  readonly server: ServerConfig;
  readonly auth: AuthConfig;
  readonly appointments: boolean;
  readonly contacts: boolean;
  readonly tasks: boolean;
}

export interface MailboxConfig {
  readonly id: string;
  readonly address: string;
  readonly aliases: readonly string[];
  readonly owner: { readonly user: string } | { readonly queue: string } | null;
  readonly group: string | null;
  readonly keep: 'all' | 'tracked';
  readonly receive: ReceiveConfig | null;
  readonly send: SendConfig | null;
  readonly items: ItemsConfig | null;
}

export interface Config {
  readonly file: string;
  readonly dataDir: string;
  /** Null: the embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: Secret | null;
  readonly tokenKey: Secret | null;
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug'; readonly format: 'json' | 'pretty' };
  readonly http: { readonly host: string; readonly port: number } | null;
  readonly workers: number;
  /** At most this many mailboxes are worked on at the same time. */
  readonly concurrentMailboxes: number;
  readonly oauth: ReadonlyMap<string, OAuthProvider>;
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly mailboxes: readonly MailboxConfig[];
  readonly warnings: readonly Problem[];
}

/** One line an operator can act on. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Dotted path of the key. */
  readonly path: string;
  readonly message: string;
  readonly suggestion: string | null;
}
