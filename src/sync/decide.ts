/**
 * Two-way policy. Everything here is a function of plain data: what both sides are now, what was last agreed, what the operator
 * wants. `decide` is the complete table of what each side did since; `plan` fills in the content; `agree` closes the round.
 *
 * - Clocks decide nothing. A field changed on one side travels, changed on both it goes by policy, and what loses is listed.
 * - A server's rewriting is never an edit: each side is compared with its own baseline.
 * - Leaving a filter and moving away unlink. Nothing is created or deleted by a suspicion.
 */
import type { Decision, OurState, TheirState } from './state.ts';

const TABLE: Record<OurState, Record<TheirState, Decision>> = {
  absent: {
    absent: 'nothing',
    new: 'create-here',
    untracked: 'nothing',
    same: 'forget',
    changed: 'forget',
    suspected: 'nothing',
    away: 'forget',
    deleted: 'forget',
  },
  new: {
    absent: 'create-there',
    new: 'join',
    // It carries our key: made by us in a life the link does not remember. A second one must not be.
    untracked: 'join',
    same: 'join',
    changed: 'join',
    suspected: 'wait',
    away: 'unlink',
    deleted: 'unlink',
  },
  outside: {
    absent: 'nothing',
    new: 'join',
    untracked: 'nothing',
    same: 'nothing',
    changed: 'nothing',
    suspected: 'nothing',
    away: 'nothing',
    deleted: 'nothing',
  },
  same: {
    absent: 'unlink',
    new: 'merge',
    untracked: 'merge',
    same: 'nothing',
    changed: 'merge',
    suspected: 'wait',
    away: 'unlink',
    deleted: 'delete-here',
  },
  changed: {
    absent: 'unlink',
    new: 'merge',
    untracked: 'merge',
    same: 'merge',
    changed: 'merge',
    suspected: 'wait',
    away: 'unlink',
    deleted: 'deletion-conflict',
  },
  left: {
    absent: 'unlink',
    new: 'delete-there',
    untracked: 'delete-there',
    same: 'delete-there',
    changed: 'deletion-conflict',
    suspected: 'wait',
    away: 'unlink',
    deleted: 'unlink',
  },
  deleted: {
    absent: 'forget',
    // A create whose answer was lost, and the application deleted meanwhile: it is ours by its key.
    new: 'delete-there',
    untracked: 'delete-there',
    same: 'delete-there',
    changed: 'deletion-conflict',
    suspected: 'wait',
    away: 'unlink',
    deleted: 'forget',
  },
};

export function decide(ours: OurState, theirs: TheirState): Decision {
  return TABLE[ours][theirs];
}
