/** Whether a message reports that mail was not delivered, and what it says about it. */
import type { Bounce } from '../model/email.ts';
import type { MimePart } from './mime-tree.ts';

export interface BounceCandidate {
  readonly bytes: Buffer;
  readonly root: MimePart;
  readonly text: string | null;
  readonly subject: string | null;
}

export function readBounce(_candidate: BounceCandidate): Bounce | null {
  return null;
}
