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
import type { ItemContent, ItemKey, ItemKind, ItemState, Json, MailIntent, MeetingResponse } from '../model/item.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';

declare const brand: unique symbol;
export type Cursor = string & { readonly [brand]: 'cursor' };
export type RemoteRef = string & { readonly [brand]: 'remote-ref' };
/** Names a state of an item; another one says that it was saved since. */
export type Etag = string & { readonly [brand]: 'etag' };

export type Capability = 'email' | 'sender' | 'push' | 'disposal' | 'filing' | 'marking' | 'appointments' | 'contacts' | 'tasks';

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
  /** Whom the server counts a connection against, where that is not always the login. */
  chargedTo?(settings: Settings, username: string): string;
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
  readonly marking?: EmailMarking;
  readonly appointments?: ItemStore;
  readonly contacts?: ItemStore;
  readonly tasks?: ItemStore;
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

/** A mail that shall be marked, as its stream knows it. */
export interface MarkedEmail {
  readonly folder: string;
  readonly ref: RemoteRef;
  /** With which it is found again where it has been moved already. */
  readonly messageId: string | null;
}

/**
 * Showing the user what became of a mail. Each call may be repeated: what is done already is left as it is. Null: the mail is no
 * longer there, nor where it was to be moved.
 */
export interface EmailMarking {
  /** Sets and clears categories; the user's others stay. They compare without regard to case. */
  categorize(
    email: MarkedEmail,
    change: { readonly set: readonly string[]; readonly clear: readonly string[] },
  ): Promise<RemoteRef | null>;
  /** To a folder there is (else Failure('missing')); its reference there, which is another one. */
  move(email: MarkedEmail, to: FolderSelector): Promise<RemoteRef | null>;
  /**
   * To the folder for mail that belongs to nobody. `folder` is what an earlier call answered: it may have been renamed or moved
   * since. Where there is none, or the user has thrown it away, one of the name is used or made at the top of the mailbox.
   */
  moveAside(
    email: MarkedEmail,
    aside: { readonly folder: string | null; readonly name: string },
  ): Promise<{ readonly folder: string; readonly ref: RemoteRef | null }>;
}

export interface PushSource {
  /**
   * Folders by path, with the cursor of the caller's last look. Begins with a hint unless the server says that nothing can have
   * changed since; runs until the signal aborts or the connection breaks (Failure).
   */
  hints(folders: ReadonlyMap<string, Cursor | null>, signal: AbortSignal): AsyncIterable<Hint>;
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

export interface ItemFolder {
  /** Outlives a rename and a move; the key of a stream. */
  readonly id: string;
  /** For people. */
  readonly path: string;
  /** Where new items go unless told otherwise. */
  readonly isDefault: boolean;
}

/** One item as the server holds it now. */
export interface ItemVersion extends ItemState {
  readonly ref: RemoteRef;
  readonly etag: Etag;
}

export type ReadItem =
  | { readonly ref: RemoteRef; readonly version: ItemVersion; readonly failure?: undefined }
  | { readonly ref: RemoteRef; readonly version?: undefined; readonly failure: Failure };

/** What is known of an item, as it was last read: what has not changed in it need not be fetched again. Null: nothing. */
export type HeldContent = (ref: RemoteRef) => Promise<ItemContent | null>;

export interface ItemBounds {
  /** Of one page. */
  readonly items: number;
  readonly held?: HeldContent;
  /** Which of these are known to lie in this folder, and in which state; a write of our own is told like any other. */
  known?(refs: readonly RemoteRef[]): Promise<ReadonlyMap<string, string>>;
}

export interface ItemPage {
  /** The pass began anew: what is not told until it is complete is not there any more (reconcile, delete nothing by it alone). */
  readonly reset: boolean;
  /** Read whole; an item that could not be read comes with its Failure and is parked. May repeat what was told before. */
  readonly changed: readonly ReadItem[];
  /** Told, and in the very state that is known of them: not read again. */
  readonly unchanged: readonly RemoteRef[];
  /** Left this folder: deleted, moved, or no longer of this kind. A suspicion, not a verdict. */
  readonly gone: readonly RemoteRef[];
  readonly cursor: Cursor;
  readonly complete: boolean;
}

/** What shall be so. `content` is the whole target; only `fields` (names of `model/field.ts`) are written. */
export type ItemChange =
  | {
      readonly change: 'create';
      readonly key: ItemKey;
      readonly folder: string | null;
      readonly content: ItemContent;
      readonly mail: MailIntent;
    }
  | {
      readonly change: 'update';
      /** As the server holds it: what the target is compared with. */
      readonly theirs: ItemVersion;
      readonly content: ItemContent;
      readonly fields: readonly string[];
      /** Written along, so that the item is known again; null leaves the one it has. */
      readonly key: ItemKey | null;
      readonly mail: MailIntent;
    }
  | { readonly change: 'delete'; readonly theirs: ItemVersion; readonly mail: MailIntent }
  | {
      readonly change: 'respond';
      readonly theirs: ItemVersion;
      readonly response: MeetingResponse;
      readonly comment: string | null;
    };

/** One call to the server, as data that can be stored before it is made. */
export interface Step {
  /** For people and logs: `CreateItem`, `UpdateItem of 2 fields` … */
  readonly name: string;
  /** Guests are told by this very step: it is never repeated unless it certainly was not carried out. */
  readonly mails: boolean;
  /** Fields of which it writes a part: one of them stands there whole once no later step names it. The first step writes all others. */
  readonly partOf?: readonly string[];
  /** Carried out a second time should it come late, whatever the item is by then: repeated only when it can come no more. */
  readonly blind?: boolean;
  readonly data: { readonly [key: string]: Json };
}

/** What a step is applied to. Both null before the item exists. */
export interface Target {
  readonly ref: RemoteRef | null;
  readonly etag: Etag | null;
}

/** Where a step whose answer was lost ended. `unknown`: somebody else has changed the item since. */
export type StepOutcome =
  /** `trashed`: and what was made is thrown away by now. */
  | { readonly outcome: 'applied'; readonly target: Target; readonly trashed?: boolean }
  | { readonly outcome: 'not-applied' }
  | { readonly outcome: 'unknown' };

/** Items that are kept in step in both directions. Reading never changes the server; `apply` makes exactly one change. */
export interface ItemStore {
  readonly kind: ItemKind;
  /** The folders to watch; the default one of the kind where no selector is given. Failure('missing') for one that is not there. */
  folders(selectors: readonly FolderSelector[]): Promise<readonly ItemFolder[]>;
  /** Deltas of one folder, whole items; pages are committed in order as with mail. */
  changes(folder: string, after: Cursor | null, bounds: ItemBounds): AsyncIterable<ItemPage>;
  /** In order of the refs. Failure('missing') for one that is gone. */
  read(refs: readonly RemoteRef[], held?: HeldContent): Promise<readonly ReadItem[]>;
  /** Every item in the mailbox with a key of this record, Deleted Items and unwatched folders included (`trashed` tells). */
  find(record: string): Promise<readonly FoundItem[]>;
  /** Pure. A series with exceptions, attachments or a picture takes several. Failure('refused') for what the server cannot hold. */
  steps(change: ItemChange): readonly Step[];
  /** Failure('conflict') when the item was changed since `target.etag`; the new target otherwise (ref null: it is gone). */
  apply(step: Step, target: Target): Promise<Target>;
  /** Looks where a step ended whose answer never came. */
  outcome(step: Step, target: Target): Promise<StepOutcome>;
}

export interface FoundItem {
  readonly ref: RemoteRef;
  readonly key: ItemKey;
  readonly folder: string;
  readonly trashed: boolean;
}
