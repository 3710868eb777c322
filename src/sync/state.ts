/**
 * What each side did since the last agreement, and what is therefore to be done: the words of the decision table.
 */

/** How a link stands between two passes. */
export type LinkState =
  | 'linked'
  /** Apart for good: kept so that neither side is made anew from the other. */
  | 'unlinked'
  /** Failed with a reason and is tried again at its time. */
  | 'parked'
  /** Ours has changed what guests were told of, and nobody said that they may be mailed. */
  | 'needs-intent'
  /** A field, or a deletion, waits for somebody to choose. */
  | 'asking'
  /** Guests may have been mailed: an operator decides. */
  | 'in-doubt'
  /** The mailbox is being moved or has gone. */
  | 'moved';

/** The application's side of a link. */
export type OurState =
  /** No activity. */
  | 'absent'
  /** There is one, never agreed with this mailbox, and a filter wants it there. */
  | 'new'
  /** There is one, never agreed with this mailbox, and no filter wants it there. */
  | 'outside'
  | 'same'
  | 'changed'
  /** Agreed once, and no filter wants it there any more. */
  | 'left'
  | 'deleted';

/** The server's side of a link. */
export type TheirState =
  /** Never seen. */
  | 'absent'
  /** Seen, never agreed, and to be brought in. */
  | 'new'
  /** Seen, never agreed, and nothing asks for it. */
  | 'untracked'
  | 'same'
  | 'changed'
  /** The server told that it left its folder; the watched folders and Deleted Items have not all been read since. */
  | 'suspected'
  /** In a folder that is not watched. */
  | 'away'
  | 'deleted';

export type Decision =
  | 'nothing'
  /** Until the suspicion is settled. */
  | 'wait'
  | 'create-there'
  | 'create-here'
  /** Both exist, never agreed: linked, and differences are asked or decided by policy, never by clocks. */
  | 'join'
  /** Field by field against the two baselines. */
  | 'merge'
  | 'delete-there'
  | 'delete-here'
  /** Deleted on one side, changed on the other. */
  | 'deletion-conflict'
  | 'unlink'
  /** Gone on both sides. */
  | 'forget';
