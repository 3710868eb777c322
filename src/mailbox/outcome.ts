/** done: nothing is under way any more. again: decide anew, the item or the answer is another than was thought. later: wait. */
export type Outcome = 'done' | 'again' | 'later';
