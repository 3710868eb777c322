// All mutations (mutation-main.ts runs them).
import { CALENDAR } from './calendar.ts';
import { CONTACT } from './contact.ts';
import { ITEM } from './item.ts';
import type { Mutation } from './mutation.ts';
import { SYNCHRONISATION } from './sync.ts';
import { TASK } from './task.ts';

export const MUTATIONS: readonly Mutation[] = [...SYNCHRONISATION, ...ITEM, ...CALENDAR, ...TASK, ...CONTACT];
