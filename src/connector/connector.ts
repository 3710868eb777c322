/**
 * The contract every connector keeps.
 *
 * - What a session can do is what it has: a facet is there or it is not. Nothing throws "not supported".
 * - Reading never changes the server. What changes it stands in facets of its own (`disposal`, `filing`).
 * - Push carries no data, it only says "look".
 * - A session takes one call at a time. Whatever goes wrong leaves as a Failure.
 * - Cursor and RemoteRef are opaque above the connector and only compared for equality.
 */
import type { Credential } from '../model/auth.ts';
import type { Failure } from '../model/failure.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';

declare const brand: unique symbol;
export type Cursor = string & { readonly [brand]: 'cursor' };
export type RemoteRef = string & { readonly [brand]: 'remote-ref' };

export type Capability = 'email' | 'sender' | 'push' | 'disposal' | 'filing';

export type { Credential } from '../model/auth.ts';

export interface SessionContext {
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /**
   * Asked for at each login, so that a fresh token is used. `rejected: true` after a refusal: get a new one if there can be one.
   * The same one again means there is none: do not try it a second time, that only counts towards a lock-out.
   */
  credential(options?: { readonly rejected?: boolean }): Promise<Credential>;
}

export interface Connector<Settings = unknown> {
  readonly kind: string;
  readonly offers: readonly Capability[];
  /** Settings as the config room checked them; throws Failure('refused') with a sentence on what to change. */
  parseSettings(raw: unknown): Settings;
  /** Connects and logs in. */
  open(settings: Settings, context: SessionContext): Promise<Session>;
  /** The same steps as `open`, one at a time, each told with its outcome, cause and remedy; never throws. */
  diagnose(settings: Settings, context: SessionContext): AsyncIterable<DiagnosticStep>;
}

export interface DiagnosticStep {
  /** name, connect, tls, certificate, capabilities, login, folders … */
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly failure?: Failure;
}

/** What it can do is what it has; one call at a time. */
export interface Session extends AsyncDisposable {
  readonly email?: EmailSource;
  readonly sender?: EmailSender;
  readonly push?: PushSource;
  readonly disposal?: EmailDisposal;
  readonly filing?: EmailFiling;
}

export type FolderRole = 'inbox' | 'sent' | 'drafts' | 'trash' | 'junk' | 'archive' | 'all' | 'flagged' | 'important';
export type FolderSelector = string | { readonly role: FolderRole } | { readonly name: string };

export interface Folder {
  /** The name as the server's own path, decoded to Unicode; the key of a stream. */
  readonly path: string;
  readonly role: FolderRole | null;
  /** False only when the server says nothing can have changed since the cursor. */
  readonly mayHaveChanged: boolean;
  readonly messages: number | null;
}

export interface FolderPreview {
  readonly messages: number;
  readonly bytes: number;
  readonly oversized: number;
}

export interface EmailSource {
  /** The selected folders in as few round trips as the server allows. A selector that matches nothing is a Failure('missing'). */
  probe(selectors: readonly FolderSelector[], cursors: ReadonlyMap<string, Cursor>): Promise<readonly Folder[]>;
  /** Counts and sizes of what a first run would fetch; reads no message. `oversized` counts those above `messageBytes`. */
  preview(folder: string, bounds: Pick<PageBounds, 'since' | 'messageBytes'>): Promise<FolderPreview>;
  /**
   * What changed since the cursor, in pages bounded by count and bytes. The caller commits pages in order, each
   * with its cursor, and reads at most one page ahead. Breaking off between pages and starting again from the committed cursor loses and repeats nothing.
   */
  changes(folder: string, after: Cursor | null, known: KnownRefs, bounds: PageBounds): AsyncIterable<EmailPage>;
}

export interface PageBounds {
  readonly messages: number;
  readonly bytes: number;
  /** A bigger message comes with its header block only (`headersOnly`). */
  readonly messageBytes: number;
  /** First run: nothing older than this (by the server's date of receipt where it has one). */
  readonly since: Date | null;
}

/** The references of a stream that the store holds as present on the server. */
export interface KnownRefs {
  has(refs: readonly RemoteRef[]): Promise<ReadonlySet<RemoteRef>>;
  all(): Promise<ReadonlySet<RemoteRef>>;
}

export interface EmailPage {
  /** True on the first page after the server renumbered (UIDVALIDITY): every earlier reference of the stream is void. */
  readonly reset: boolean;
  readonly arrived: readonly ArrivedEmail[];
  readonly flagged: readonly { readonly ref: RemoteRef; readonly flags: readonly string[] }[];
  readonly gone: readonly RemoteRef[];
  /** Left out by a rule (older than `since`) and remembered, so that it is not asked about again. */
  readonly excluded?: readonly { readonly ref: RemoteRef; readonly sizeBytes: number }[];
  readonly cursor: Cursor;
  /** The pass is complete with this page; at least one page, perhaps empty, says so. */
  readonly complete: boolean;
  /** For progress: how many messages this pass will have brought, when known. */
  readonly expected?: number;
}

export interface ArrivedEmail {
  readonly ref: RemoteRef;
  /** Exactly the bytes the server gave; the header block alone when `headersOnly`. */
  readonly source: Uint8Array;
  readonly headersOnly: boolean;
  /** Whole size as the server states it. */
  readonly sizeBytes: number;
  /** When the mailbox received it (INTERNALDATE), null where the protocol does not tell. */
  readonly receivedAt: Date | null;
  readonly flags: readonly string[];
}

/** Taking processed mail off the server. Only references that were seen in this very session can be removed. */
export interface EmailDisposal {
  remove(refs: readonly RemoteRef[]): Promise<void>;
  /** Ends the session's transaction (POP3: QUIT) and tells which removals the server confirmed. */
  settle(): Promise<readonly RemoteRef[]>;
}

/** Putting our copy of sent mail where the user looks for it. */
export interface EmailFiling {
  /** Is a message with this Message-ID in the folder of that role? Its reference, or null. */
  find(role: FolderRole, messageId: string): Promise<RemoteRef | null>;
  /** Null where the mailbox has no such folder. */
  append(
    role: FolderRole,
    source: Uint8Array,
    flags: readonly string[],
    receivedAt: Date,
  ): Promise<{ readonly folder: string; readonly ref: RemoteRef | null } | null>;
}

export interface PushSource {
  /** Runs until the signal aborts or the connection breaks (Failure). */
  hints(folders: readonly string[], signal: AbortSignal): AsyncIterable<Hint>;
}
export interface Hint {
  readonly folder: string | null;
}

export interface OutgoingEmail {
  readonly from: string;
  readonly recipients: readonly string[];
  /** RFC 3461 ENVID; handed on where the server offers DSN. */
  readonly envelopeId: string;
  readonly source: Uint8Array;
  /**
   * Called when everything but the final dot is with the server. Resolves once "dot may go" is committed; a rejection breaks
   * the connection, so that the dot never goes.
   */
  readonly beforeDot: () => Promise<void>;
}

export interface RecipientResult {
  readonly address: string;
  /** in-doubt: only in a receipt that is; the others of such a receipt were answered before the dot. */
  readonly outcome: 'accepted' | 'deferred' | 'refused' | 'in-doubt';
  /** The server's own words, for people. */
  readonly response: string;
  /** Enhanced status code (RFC 3463) where given. */
  readonly status: string | null;
}

/**
 * `accepted`: the server took it for those recipients. `not-sent`: it certainly did not (and why: `failure`, `retry`).
 * `in-doubt`: the dot may have gone and no answer came.
 */
export interface SendReceipt {
  readonly outcome: 'accepted' | 'not-sent' | 'in-doubt';
  readonly recipients: readonly RecipientResult[];
  readonly response: string;
  readonly failure?: Failure;
}

export interface EmailSender {
  /** The largest message the server takes, when it says so. */
  readonly maxBytes: number | null;
  send(email: OutgoingEmail): Promise<SendReceipt>;
}
