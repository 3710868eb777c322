/**
 * done: nothing is under way any more. again: decide anew, the item or the answer is another than was thought; further: and a part of
 * it is done. later: wait.
 */
export type Outcome = 'done' | 'again' | 'further' | 'later';
