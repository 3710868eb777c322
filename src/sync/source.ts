/** Which mailbox's copy of an activity its shared and its copy-scoped fields come from. */
import type { MeetingFacts } from '../model/item.ts';

export interface CopyOfMeeting {
  readonly mailbox: string;
  readonly meeting: MeetingFacts | null;
  readonly linkedAt: Date;
}

/**
 * The organizer's; without one here, of a meeting the copy that heard most updates (MS-OXOCAL 2.2.1.1), and of what is no meeting
 * the one linked first. Null where there is no copy.
 */
export function chooseSource(copies: readonly CopyOfMeeting[]): string | null {
  return [...copies].sort(byRank)[0]?.mailbox ?? null;
}

function byRank(a: CopyOfMeeting, b: CopyOfMeeting): number {
  const rank = (copy: CopyOfMeeting) => (copy.meeting?.role === 'organizer' ? 1 : 0);
  const sequence = (copy: CopyOfMeeting) => copy.meeting?.sequence ?? 0;
  const [first, second] = [a, b].map(({ linkedAt }) => linkedAt.getTime()) as [number, number];
  return rank(b) - rank(a) || sequence(b) - sequence(a) || first - second || (a.mailbox < b.mailbox ? -1 : 1);
}
