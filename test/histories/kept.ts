/** Histories that once failed, with what was mended. */
import type { History } from './action.ts';

export const KEPT: readonly (History & { readonly why: string })[] = [
  {
    why: 'an item that we made and the user moved away before its folder was read again was never missed',
    kinds: ['contact'],
    actions: [
      { do: 'move away', at: 'anna', item: 0 },
      { do: 'edit here', item: 0, field: 0, tell: false },
    ],
  },
  {
    why: 'an invitation declined here took the appointment out of the calendar, and ended the pass as a bug',
    kinds: ['meeting'],
    actions: [
      { do: 'pass', at: 'anna', kill: null, between: null, lost: null },
      { do: 'answer here', at: 'cleo', item: 0, response: 'declined' },
    ],
  },
  {
    why: "a guest's copy of a meeting that the application had deleted brought it back, and into its organizer's calendar once more",
    kinds: ['meeting'],
    actions: [
      { do: 'create here', at: 'anna', kind: 0, tell: true },
      { do: 'pass', at: 'anna', kill: { step: ' after ', nth: 1 }, between: null, lost: null },
      { do: 'delete here', item: 2, tell: false },
      { do: 'edit here', item: 0, field: 0, tell: false },
      { do: 'create there', at: 'anna', kind: 0, tell: false },
    ],
  },
  {
    why: "a meeting that its organizer moved to a folder nobody watches was deleted, for a guest's copy had been read before",
    kinds: ['meeting'],
    actions: [{ do: 'move away', at: 'ben', item: 0 }],
  },
  {
    why: "a guest's copy that was read while its meeting was still being written made a second one of it",
    kinds: ['meeting'],
    actions: [
      { do: 'create here', at: 'cleo', kind: 0, tell: true },
      { do: 'pass', at: 'cleo', kill: { step: 'step committed', nth: 1 }, between: null, lost: null },
      { do: 'pass', at: 'anna', kill: null, between: null, lost: null },
    ],
  },
  {
    why: 'a meeting that its organizer deleted and that was made anew became an activity of each guest',
    kinds: ['meeting', 'contact'],
    actions: [
      { do: 'edit here', item: 4, field: 0, tell: true },
      { do: 'delete there', at: 'anna', item: 5, how: 'MoveToDeletedItems' },
      { do: 'pass', at: 'anna', kill: null, between: null, lost: null },
      { do: 'choose', conflict: 2, side: 'application' },
    ],
  },
  {
    why: 'a meeting that was deleted while we wrote our key into it was said to have been moved out of sight',
    kinds: ['meeting'],
    actions: [
      { do: 'create there', at: 'ben', kind: 0, tell: true },
      { do: 'pass', at: 'ben', kill: { step: ' after ', nth: 1 }, between: null, lost: null },
      { do: 'delete there', at: 'ben', item: 2, how: 'MoveToDeletedItems' },
    ],
  },
  {
    why: "a meeting whose first guest deleted his copy became another activity of the next one's",
    kinds: ['meeting'],
    actions: [
      { do: 'create there', at: 'cleo', kind: 0, tell: true },
      { do: 'pass', at: 'anna', kill: null, between: null, lost: null },
      { do: 'delete there', at: 'anna', item: 2, how: 'MoveToDeletedItems' },
    ],
  },
  {
    why: 'an item that was thrown away before we knew that we had made it was said to lie in a folder that nobody watches',
    kinds: ['series'],
    actions: [
      { do: 'create here', at: 'anna', kind: 1, tell: true },
      { do: 'pass', at: 'anna', kill: null, between: null, lost: 'CreateItem' },
      { do: 'delete there', at: 'anna', item: 3, how: 'MoveToDeletedItems' },
    ],
  },
  {
    why: 'a series that had kept an exception of a day that is none of its any more could not be read, and was taken for gone',
    kinds: ['series'],
    actions: [
      { do: 'edit here', item: 3, field: 11, tell: false },
      { do: 'pass', at: 'ben', kill: null, between: null, lost: null },
      { do: 'edit here', item: 5, field: 5, tell: false },
      { do: 'pass', at: 'ben', kill: null, between: null, lost: null },
      { do: 'edit here', item: 1, field: 11, tell: false },
    ],
  },
  {
    why: 'an edit whose item could not be read once, for the answer broke off, was not heard of before the next one',
    kinds: ['contact', 'meeting'],
    actions: [
      { do: 'edit there', at: 'anna', item: 0, field: 0, tell: false },
      { do: 'fault', fault: 'truncated-500', operation: 'GetItem', after: 0 },
      { do: 'pass', at: 'anna', kill: null, between: null, lost: null },
      { do: 'pass', at: 'anna', kill: null, between: null, lost: null },
    ],
  },
  {
    why: 'of what is called off before our key stands in it nobody can tell a deletion from a move out of sight: it is unlinked',
    kinds: ['meeting', 'series meeting'],
    actions: [
      { do: 'create there', at: 'cleo', kind: 1, tell: true },
      { do: 'pass', at: 'cleo', kill: { step: ' before ', nth: 1 }, between: null, lost: null },
      { do: 'cancel there', at: 'cleo', item: 4, tell: false },
    ],
  },
  {
    why: 'a change of an occurrence that was interrupted, while the series was moved to where it has none of that day, stayed parked',
    kinds: ['series meeting'],
    actions: [
      { do: 'edit here', item: 1, field: 10, tell: true },
      { do: 'pass', at: 'ben', kill: { step: ' after ', nth: 1 }, between: null, lost: null },
      { do: 'edit there', at: 'ben', item: 2, field: 5, tell: false },
    ],
  },
  {
    why: 'what is called off by hand, and made anew for an edit that was chosen, invites nobody a second time',
    kinds: ['meeting', 'series meeting'],
    actions: [
      { do: 'edit here', item: 4, field: 6, tell: false },
      { do: 'cancel there', at: 'anna', item: 4, tell: false },
      { do: 'pass', at: 'anna', kill: null, between: null, lost: null },
      { do: 'choose', conflict: 2, side: 'application' },
    ],
  },
  {
    why: 'an exception that was still to be written into a series was lost, and not listed, when its user threw it away half made',
    kinds: ['series'],
    actions: [
      { do: 'edit here', item: 5, field: 3, tell: true },
      { do: 'pass', at: 'anna', kill: { step: ' after ', nth: 1 }, between: null, lost: null },
      { do: 'delete there', at: 'anna', item: 1, how: 'MoveToDeletedItems' },
    ],
  },
  {
    why: 'an edit after somebody had chosen the deletion was lost by a choice that had not seen it',
    kinds: ['task', 'series meeting'],
    actions: [
      { do: 'cancel there', at: 'ben', item: 3, tell: true },
      { do: 'edit here', item: 0, field: 6, tell: false },
      { do: 'pass', at: 'ben', kill: null, between: null, lost: null },
      { do: 'choose', conflict: 0, side: 'exchange' },
      { do: 'edit here', item: 4, field: 9, tell: true },
    ],
  },
];
