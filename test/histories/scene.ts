import type { Company } from './company.ts';
import type { Outsider } from './outsider.ts';
import type { Post } from './post.ts';
import type { Witness } from './witness.ts';

/** The company, and who remembers what was done in it. */
export interface Scene {
  readonly company: Company;
  readonly witness: Witness;
  readonly post: Post;
  readonly outsider: Outsider;
}
