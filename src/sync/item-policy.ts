/** What an operator decides about one kind of item in one mailbox. Every default is in `defaultPolicy`. */
import type { ConflictPolicy, Direction } from '../model/field.ts';
import type { ItemKind, Json } from '../model/item.ts';

export interface ItemPolicy {
  /** By field name; a field not named has its own default. */
  readonly directions: { readonly [field: string]: Direction };
  readonly conflicts: { readonly [field: string]: ConflictPolicy };
  /** For fields not named in `conflicts`, where given. */
  readonly conflict: ConflictPolicy | null;
  readonly deletions: DeletionMatrix;
  /** Deleted on one side, changed on the other. */
  readonly deletionConflict: ConflictPolicy;
  /** Which of the application's items go to this mailbox: those that match any of these. None: none. */
  readonly filters: readonly ItemFilter[];
  readonly track: Tracking;
  /** Items that are personal, private or confidential are brought in too. */
  readonly importPrivate: boolean;
  /** What becomes there of an appointment that the application completed or cancelled. */
  readonly closed: ClosedPolicy;
  /** A larger file of an appointment stays where it is. */
  readonly attachmentBytes: number;
  readonly brake: BrakeLimits;
}

/** All that is given must hold. `$user`: the mailbox's own address. */
export interface ItemFilter {
  readonly owner?: string;
  /** Somebody with this address stands in the item in one of these roles (any where none is given). */
  readonly party?: { readonly address: string; readonly roles?: readonly PartyRole[] };
  readonly status?: readonly string[];
  /** Top-level properties of the content, compared whole. */
  readonly attributes?: { readonly [property: string]: Json };
}

export type PartyRole = 'organizer' | 'required' | 'optional' | 'resource';

/** What starts a link from Exchange; any of them does. */
export interface Tracking {
  readonly everything: boolean;
  /** Compared without case; null: no category does. */
  readonly category: string | null;
  /** Ids of folders whose items all are tracked. */
  readonly folders: readonly string[];
}

/** `free`: shown as free and without a reminder. `cancel`: deleted there, guests told when the intent says so. `keep`: as it is. */
export type ClosedPolicy = 'free' | 'cancel' | 'keep';

/** Rows of the matrix: a recurring appointment and a service appointment have rules of their own. */
export type DeletionRow = 'appointment' | 'series' | 'service' | 'contact' | 'task';

export interface DeletionMatrix {
  /** Deleted in Exchange: what becomes of ours. */
  readonly there: { readonly [row in DeletionRow]: DeletionRule };
  /** Deleted in the application: what becomes of theirs. */
  readonly here: { readonly [row in DeletionRow]: DeletionRule };
  /** No filter wants it there any more: what becomes of theirs. */
  readonly left: { readonly [row in DeletionRow]: DeletionRule };
}

/** Deleted when all of `when` hold; unlinked, with the reason reported, otherwise. */
export type DeletionRule = 'unlink' | { readonly delete: true; readonly when: readonly DeletionCondition[] };

export type DeletionCondition =
  /** Neither completed nor cancelled in the application. */
  | 'open'
  /** Not over yet. */
  | 'not-past'
  /** The mailbox's user is the organizer, or there are no guests. */
  | 'organizer'
  /** The mailbox's user does not own it in the application. */
  | 'not-owner'
  /** Not completed in Exchange. */
  | 'open-there';

/** A run that would delete more than both of these stops and asks. */
export interface BrakeLimits {
  readonly items: number;
  readonly percent: number;
}

const when = (...conditions: readonly DeletionCondition[]): DeletionRule => ({ delete: true, when: conditions });

export const DEFAULT_DELETIONS: DeletionMatrix = {
  there: {
    appointment: when('open', 'not-past', 'organizer'),
    series: when('open', 'organizer'),
    service: 'unlink',
    contact: 'unlink',
    task: when(),
  },
  here: {
    appointment: when('not-past', 'organizer'),
    series: when('not-past', 'organizer'),
    service: when(),
    contact: when('not-owner'),
    task: when('open-there'),
  },
  left: { appointment: 'unlink', series: 'unlink', service: 'unlink', contact: 'unlink', task: 'unlink' },
};

const OWN: { readonly [kind in ItemKind]: readonly ItemFilter[] } = {
  appointment: [{ party: { address: '$user', roles: ['organizer', 'required'] } }],
  contact: [{ owner: '$user' }],
  task: [{ owner: '$user' }],
};

export function defaultPolicy(kind: ItemKind): ItemPolicy {
  return {
    directions: {},
    conflicts: {},
    conflict: null,
    deletions: DEFAULT_DELETIONS,
    deletionConflict: 'ask',
    filters: OWN[kind],
    track: { everything: false, category: null, folders: [] },
    importPrivate: false,
    closed: 'free',
    attachmentBytes: 5 * 1024 * 1024,
    brake: { items: 10, percent: 20 },
  };
}
