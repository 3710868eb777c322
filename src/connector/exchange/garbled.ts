import { Failure } from '../../model/failure.ts';

/** An answer that is none. */
export function garbled(what: string): Failure {
  return new Failure('garbled', `the answer of the server cannot be read: ${what.slice(0, 200)}`);
}
