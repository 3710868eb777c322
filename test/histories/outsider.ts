/**
 * Somebody outside the company who invites people of it, moves the meeting and calls it off. Her mail does not reach all of them each
 * time: the application says what the latest of the copies says.
 */
import { deliver } from '../servers/exchange/mime/transport.ts';
import type { Item } from '../servers/exchange/store/model.ts';
import type { Named } from './action.ts';
import type { Company } from './company.ts';
import { addressOf, MAILBOXES, type MailboxId } from './mailbox-id.ts';
import type { Post } from './post.ts';
import { birthThere, here, hereOf, pick, there } from './view.ts';
import type { Witness } from './witness.ts';

const JANE = 'jane@elsewhere.example';
type Method = 'REQUEST' | 'CANCEL';
interface Around {
  readonly company: Company;
  readonly witness: Witness;
  readonly post: Post;
}

interface Meeting {
  readonly birth: string;
  sequence: number;
  isOff: boolean;
}

export class Outsider {
  readonly meetings: Meeting[] = [];

  async invite(around: Around, { to }: Named<'outsider invites'>): Promise<void> {
    const meeting = { birth: around.witness.bornOutside(), sequence: 0, isOff: false };
    this.meetings.push(meeting);
    await tell(around, meeting, 'REQUEST', to);
  }

  async change(around: Around, { meeting: index, to, off }: Named<'outsider changes'>): Promise<void> {
    const open = this.meetings.filter(({ isOff }) => !isOff);
    const meeting = pick(open, index);
    if (!meeting) return;
    meeting.sequence += 1;
    meeting.isOff = off;
    await tell(around, meeting, off ? 'CANCEL' : 'REQUEST', to);
  }

  /** Each is there once, as the latest copy has it. */
  async wrong({ company }: Pick<Around, 'company'>): Promise<readonly string[]> {
    const items = await here(company);
    return this.meetings.flatMap(({ birth }) => {
      const copies = MAILBOXES.flatMap((at) => there(company, at)).filter((item) => birthThere(item) === birth);
      const latest = copies.toSorted((a, b) => sequenceOf(b) - sequenceOf(a))[0];
      const said = hereOf(items, birth).map(({ content }) => (content.start as string).slice(0, 16));
      const says = latest?.fields.Start?.text.slice(0, 16);
      return latest && said[0] !== undefined && said[0] !== says
        ? [`${birth} is at ${said[0]}, and its latest copy says ${says}`]
        : [];
    });
  }
}

const sequenceOf = (item: Item) => Number(item.fields.AppointmentSequenceNumber?.text ?? 0);

async function tell({ company, post }: Around, meeting: Meeting, method: Method, to: readonly MailboxId[]): Promise<void> {
  const mime = letter(meeting, method);
  await post.byHand(async () => {
    for (const at of to) await deliver(company.exchange, company.mailbox(at), mime);
  });
}

function letter({ birth, sequence }: Meeting, method: Method): Buffer {
  const at = (hour: number) => `202707${String(1 + sequence).padStart(2, '0')}T${hour}0000Z`;
  const calendar = [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//y', `METHOD:${method}`, 'BEGIN:VEVENT', `UID:${birth}@elsewhere.example`],
    ...['DTSTAMP:20260301T100000Z', `DTSTART:${at(10)}`, `DTEND:${at(11)}`, `SEQUENCE:${sequence}`],
    ...[`SUMMARY:${birth}`, `ORGANIZER;CN=Jane:mailto:${JANE}`],
    ...MAILBOXES.map((id) => `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${addressOf(id)}`),
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ];
  const head = [
    `From: ${JANE}`,
    'To: all@example.com',
    `Subject: ${birth}`,
    `Message-ID: <${birth}.${sequence}@elsewhere.example>`,
  ];
  return Buffer.from([...head, `Content-Type: text/calendar; charset=utf-8; method=${method}`, '', ...calendar].join('\r\n'));
}
