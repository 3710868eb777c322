/** Notices ids that change by themselves: none of the old ones is left, and the messages are the same. */
import { createHash } from 'node:crypto';
import type { ArrivedEmail } from '../connector.ts';
import type { Memory } from './cursor.ts';

const SAMPLE = 8;
/** After this many passes in a row ids are not believed any more; once is what a server's upgrade does. */
const MAX_CHURN = 2;

export class ChurnWatch {
  readonly #memory: Memory;
  readonly #allNew: boolean;
  readonly #sample: string[] = [];
  #metAgain = false;

  /** `allNew`: ids were known and none of them is listed any more. */
  constructor(memory: Memory, allNew: boolean) {
    this.#memory = memory;
    this.#allNew = allNew;
  }

  see(email: ArrivedEmail): void {
    if (this.#sample.length >= SAMPLE && (!this.#allNew || this.#metAgain)) return;
    const print = createHash('sha256').update(email.source).digest('hex').slice(0, 16);
    if (this.#allNew && this.#memory.sample.includes(print)) this.#metAgain = true;
    if (this.#sample.length < SAMPLE) this.#sample.push(print);
  }

  conclude(): Pick<Memory, 'churn' | 'sample' | 'mode'> {
    const churn = this.#metAgain ? this.#memory.churn + 1 : this.#allNew ? this.#memory.churn : 0;
    const sample = this.#sample.length > 0 ? this.#sample : this.#memory.sample;
    return { churn, sample, mode: churn >= MAX_CHURN ? 'content' : 'uidl' };
  }
}
