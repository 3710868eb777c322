// Properties of calendar items and of the meeting messages that speak of them (MS-OXWSMTGS).
import type { Reader } from '../property/context.ts';

export const CALENDAR: Record<string, Reader> = {};
