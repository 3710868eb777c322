// mailparser as a peer: over the corpora each difference belongs to a class with its reason, everything else agrees.
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import type { Email } from '../../src/model/email.ts';
import { readEmail } from '../../src/normalise/read-email.ts';
import { haveCorpora, samples } from './corpora.ts';

interface Peer {
  readonly subject: string;
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly date: string;
  readonly attachments: string;
  readonly text: string;
  readonly html: string;
}
type Field = keyof Peer;

/** Blanks, line ends and controls are judged by other tests. */
const bare = (value: unknown): string =>
  String(value ?? '').replace(/[\u0000-\u0020\u007f-\u00a0\u00ad\u2028\u2029\u3000\ufeff]+/g, '');

interface PeerAddress {
  readonly address?: string;
  readonly group?: readonly PeerAddress[];
}

function addresses(list: readonly PeerAddress[] | undefined): string[] {
  return (list ?? []).flatMap((each) =>
    each.group ? addresses(each.group) : each.address ? [bare(each.address.toLowerCase())] : [],
  );
}

async function peerOf(source: Buffer): Promise<Peer> {
  const mail = await simpleParser(source, {
    skipImageLinks: true,
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
  });
  const list = (value: unknown): string =>
    (Array.isArray(value) ? value : value ? [value] : [])
      .flatMap((each) => addresses((each as { value: PeerAddress[] }).value))
      .join();
  const date = mail.date as Date | undefined;
  return {
    subject: bare(mail.subject),
    messageId: bare(mail.messageId).replace(/[<>]/g, ''),
    from: list(mail.from),
    to: list(mail.to),
    date: date && !Number.isNaN(date.getTime()) ? date.toISOString() : '',
    attachments: String((mail.attachments as unknown[]).length),
    text: bare(mail.text),
    html: bare(mail.html || ''),
  };
}

function ownOf(email: Email): Peer {
  const list = (all: Email['from']): string =>
    all
      .map((each) => bare(each.email.toLowerCase()))
      .filter((each) => each !== '')
      .join();
  return {
    subject: bare(email.subject),
    messageId: bare(email.messageId),
    from: list(email.from),
    to: list(email.to),
    date: email.sentAt ?? '',
    attachments: String(email.attachments.filter((each) => !each.partId.includes('tnef')).length),
    text: bare(email.text),
    html: bare(email.html),
  };
}

interface Difference {
  readonly field: Field;
  readonly own: string;
  readonly peer: string;
  readonly email: Email;
  /** The source as latin1, and its header block. */
  readonly raw: string;
  readonly head: string;
}

const HEADER_OF: Readonly<Record<string, string>> = {
  subject: 'Subject',
  messageId: 'Message-ID',
  from: 'From',
  to: 'To',
  date: 'Date',
};
const isBody = (field: Field): boolean => field === 'text' || field === 'html' || field === 'attachments';
const withoutBreaks = (html: string): string => html.replace(/<br\/?>/g, '');
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Every way in which the two may differ, and why ours is wanted; the first that fits counts. */
const CLASSES: readonly (readonly [name: string, why: string, fits: (of: Difference) => boolean])[] = [
  [
    'CR-only mail',
    'mailparser knows no lone CR as line end and finds no header',
    ({ raw }) => !raw.slice(0, 2000).includes('\n'),
  ],
  [
    'duplicate header',
    'we take the first, mailparser the last: an appended header must not change what a mail says it is',
    ({ field, head }) => HEADER_OF[field] !== undefined && count(head, new RegExp(`^${HEADER_OF[field]}[ \\t]*:`, 'gim')) > 1,
  ],
  [
    'duplicate Content- field',
    'the first counts here, too',
    ({ field, raw }) => isBody(field) && /^(content-[a-z-]+):.*\r?\n\1:/im.test(raw),
  ],
  [
    'unreadable disposition',
    'what is no word is no disposition: the part stays where its type puts it',
    ({ field, raw }) => isBody(field) && /^content-disposition:[ \t]*[^a-z\s]/im.test(raw),
  ],
  [
    'broken multipart',
    'a boundary that is missing or never comes: we look for what stands in the body, or give it as text; mailparser gives nothing',
    ({ field, own, peer }) => isBody(field) && field !== 'attachments' && peer === '' && own !== '',
  ],
  [
    'blank at the end of a boundary',
    'RFC 2046 5.1.1 forbids it and gateways cut it: not compared',
    ({ field, raw }) => isBody(field) && /boundary="[^"]* "/.test(raw),
  ],
  [
    'date made up',
    'mailparser gives the moment of parsing for a date it cannot read; we read it or say null',
    ({ field, peer }) => field === 'date' && Math.abs(Date.parse(peer) - Date.now()) < 3_600_000,
  ],
  [
    'date before 1900',
    'a year such as 0102 is no year of a mail: null',
    ({ field, own, peer }) => field === 'date' && own === '' && peer < '1900',
  ],
  [
    'date we read',
    'misformats (obsolete zones, separators) that mailparser leaves out or takes for local time',
    ({ field, own }) => field === 'date' && own !== '',
  ],
  [
    'Message-ID and comment',
    'the id stands in the brackets, what stands behind them is no part of it',
    ({ field, own, peer }) => field === 'messageId' && own !== '' && peer.startsWith(own),
  ],
  [
    'obsolete or broken addresses',
    'routes, blanks and quotes in a local part, unclosed brackets: mailparser takes another piece of them',
    ({ field, own, peer }) => (field === 'from' || field === 'to') && own !== peer,
  ],
  [
    'parts that are attachments',
    'RFC 8621 4.1.4: attached messages, reports, named or later text parts are attachments, mailparser folds them into the text',
    ({ field, own, peer }) =>
      field === 'attachments' ? Number(own) > Number(peer) : isBody(field) && withoutBreaks(peer).includes(withoutBreaks(own)),
  ],
  [
    'text of several parts',
    'mailparser joins only parts of the one form, we also those that are offered in no other',
    ({ field, own, peer }) =>
      isBody(field) && field !== 'attachments' && peer !== '' && withoutBreaks(own).includes(withoutBreaks(peer)),
  ],
  [
    'charset',
    '8-bit bytes without or with another charset than declared, inside encoded words, or shifted: mailparser gives U+FFFD or mojibake',
    ({ own, peer, raw }) => /[\ufffd\u00c0-\uffff]/.test(own + peer) || /[\u0080-\u00ff]/.test(raw),
  ],
  [
    'missing blank line',
    'a line that is no field begins the body for us; mailparser drops it',
    ({ field, head }) =>
      isBody(field) && head.split(/\r?\n/).some((line) => line !== '' && !/^[\s!-9;-~]+\s*:|^[ \t]|^>?From /.test(line)),
  ],
  [
    'single attachment',
    'a message that is one file is listed as a file',
    ({ field, email }) => isBody(field) && email.attachments.length > 0,
  ],
  [
    'flowed and quoted text',
    'format=flowed is unfolded by quote depth',
    ({ field, head }) => field === 'text' && /format\s*=\s*"?flowed/i.test(head),
  ],
];

if (!haveCorpora) console.log('mailparser as peer: left out, no corpora (set MAILROOM_CORPORA)');

test.skipIf(!haveCorpora)(
  'every difference from mailparser belongs to a class with a reason',
  async () => {
    const counts = new Map<string, number>();
    const unexplained: string[] = [];
    let compared = 0;
    let fields = 0;
    for (const { name, source } of samples()) {
      if (source.length > 2_000_000) continue;
      const peer = await peerOf(source).catch(() => null);
      if (peer === null) {
        counts.set('mailparser throws', (counts.get('mailparser throws') ?? 0) + 1);
        continue;
      }
      compared += 1;
      const { email } = readEmail(source);
      const own = ownOf(email);
      const raw = source.toString('latin1');
      const head = raw.slice(0, raw.search(/\r?\n\r?\n/) >>> 0);
      for (const field of Object.keys(own) as Field[]) {
        if (field === 'text' && email.html !== null) continue; // mailparser was told to make no text of HTML
        fields += 1;
        if (own[field] === peer[field]) continue;
        const found = CLASSES.find(([, , fits]) => fits({ field, own: own[field], peer: peer[field], email, raw, head }));
        const key = found === undefined ? '' : `${found[0]}: ${found[1]}`;
        if (found === undefined) unexplained.push(`${name} ${field}: ${own[field].slice(0, 80)} <> ${peer[field].slice(0, 80)}`);
        else counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    console.log(`mailparser as peer: ${compared} messages, ${fields} values compared`);
    for (const [key, number] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`  ${String(number).padStart(4)}  ${key}`);
    expect(unexplained).toEqual([]);
    const differing = [...counts.values()].reduce((sum, each) => sum + each, 0);
    expect(differing / fields).toBeLessThan(0.05);
  },
  600_000,
);
