/** Histories that once failed, with what was mended. */
import type { Action } from './action.ts';

export const KEPT: readonly { readonly why: string; readonly actions: readonly Action[] }[] = [
  {
    why: 'an item that we made and the user moved away before its folder was read again was never missed',
    actions: [
      { do: 'move away', at: 'anna', item: 0 },
      { do: 'edit here', item: 0, field: 'jobTitle' },
    ],
  },
];
