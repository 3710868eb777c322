/**
 * The mail of the demo: what a small company's mailboxes hold on an ordinary day, in the forms real mail programs produce.
 * Dates count back from now, so that the table of the demo looks fresh.
 */
import type { DemoMail } from './letter.ts';
import { headerDate } from './letter.ts';
import { automaticMail } from './mail-automatic.ts';
import { customerMail } from './mail-customers.ts';
import { threadMail } from './mail-thread.ts';

export async function sampleMail(now: Date): Promise<DemoMail[]> {
  const letters = [...threadMail, ...customerMail, ...automaticMail].sort((a, b) => b.minutesAgo - a.minutesAgo);
  return Promise.all(
    letters.map(async ({ name, boxes, folder, minutesAgo, write }) => {
      const date = new Date(now.getTime() - minutesAgo * 60_000);
      return { name, boxes, folder: folder ?? 'INBOX', date, raw: await write(headerDate(date)) };
    }),
  );
}
