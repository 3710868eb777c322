/**
 * What the operator wrote, checked, resolved and frozen. The rest of the house reads only this.
 *
 * Values are already resolved by precedence (mailbox over group over defaults over built-in); where each came from is kept
 * apart, in the explanation. Secrets are references (`Secret`), read by the credential room at the moment of use.
 */
import type { AuthConfig, OAuthProvider, Secret } from '../model/auth.ts';
import type { ConflictPolicy, Direction } from '../model/field.ts';
import type { Json } from '../model/item.ts';

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

/** Exchange items that are kept in step in both directions; null: this kind is not. */
export interface ItemsConfig {
  readonly server: ServerConfig;
  readonly auth: AuthConfig;
  readonly appointments: ItemKindConfig | null;
  readonly contacts: ItemKindConfig | null;
  readonly tasks: ItemKindConfig | null;
}

export interface ItemKindConfig {
  /** Folders to watch; empty: the default one of the kind. */
  readonly folders: readonly FolderChoice[];
  /** What starts a link from Exchange; nothing of it: only what somebody asks for explicitly. */
  readonly track: {
    readonly everything: boolean;
    readonly category: string | null;
    readonly folders: readonly FolderChoice[];
  };
  /** Which of the application's items go to this mailbox: those that match any of these. */
  readonly filters: readonly ItemFilterConfig[];
  /** By field name; a field not named has its own default. */
  readonly directions: Readonly<Record<string, Direction>>;
  readonly conflicts: Readonly<Record<string, ConflictPolicy>>;
  /** For fields not named in `conflicts`. */
  readonly conflict: ConflictPolicy | null;
  /** Deleted on one side, changed on the other. */
  readonly deletionConflict: ConflictPolicy;
  readonly deletion: DeletionConfig;
  /** Of a recurring appointment. */
  readonly series: DeletionConfig;
  /** Of an appointment that the application gives to resources, one way. */
  readonly service: DeletionConfig;
  /** Bring in items that are personal, private or confidential. */
  readonly privateItems: boolean;
  readonly addressMode: 'mailing' | 'all';
  /** A larger file of an appointment stays where it is. */
  readonly attachmentBytes: number;
  /** What becomes in Exchange of an appointment that the application completed or cancelled. */
  readonly closed: 'free' | 'cancel' | 'keep';
  readonly invitationsPerDay: number;
  /** A pass that would delete more than both stops and asks. */
  readonly brake: { readonly items: number; readonly percent: number };
}

export interface ItemFilterConfig {
  /** An address; `me` is the mailbox itself. */
  readonly owner?: string;
  readonly party?: { readonly address: string; readonly roles?: readonly ('organizer' | 'required' | 'optional' | 'resource')[] };
  readonly status?: readonly string[];
  readonly attributes?: Readonly<Record<string, Json>>;
}

export interface DeletionConfig {
  /** Deleted in Exchange: what becomes of the application's. */
  readonly inExchange: DeletionRuleConfig;
  readonly inApplication: DeletionRuleConfig;
  /** No filter wants it in the mailbox any more. */
  readonly outsideFilters: DeletionRuleConfig;
}

/** Deleted when all of these hold; otherwise, or with null, only unlinked. */
export type DeletionRuleConfig = { readonly deleteWhen: readonly DeletionConditionConfig[] } | null;
export type DeletionConditionConfig = 'open' | 'not-past' | 'organizer' | 'not-owner' | 'open-there';

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
