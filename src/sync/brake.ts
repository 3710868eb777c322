/** Suspicious mass deletes stop and ask: a lost filter or an emptied folder is more often a mistake than a wish. */
import type { BrakeLimits } from './item-policy.ts';

/** Null: go on. Both limits must be passed. `total`: linked items of the stream before the run. */
export function whyBraked(deletions: number, total: number, { items, percent }: BrakeLimits): string | null {
  if (deletions <= items || deletions * 100 <= total * percent) return null;
  return `This run would delete ${deletions} of ${total} items, more than ${items} and more than ${percent} %: nothing is deleted until somebody confirms it.`;
}
