/** Histories that once failed, with what was mended. */
import type { History } from './action.ts';

export const KEPT: readonly (History & { readonly why: string })[] = [
  {
    why: 'an item that we made and the user moved away before its folder was read again was never missed',
    kinds: ['contact'],
    actions: [
      { do: 'move away', at: 'anna', item: 0 },
      { do: 'edit here', item: 0, field: 0 },
    ],
  },
];
