/**
 * The mail world of the demo, all of it on 127.0.0.1: three mailboxes full of varied mail, and a submission server that
 * delivers into them. Says of each server what it really is.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authority } from '../servers/certificates.ts';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { startSubmission } from '../servers/postfix.ts';
import { temporaryFolder } from '../servers/processes.ts';
import type { Arrival, SubmissionServer } from '../servers/submission.ts';
import { ADDRESSES, type Box, type DemoMail } from './letter.ts';
import { sampleMail } from './mail.ts';
import { liveMail } from './mail-live.ts';

export interface DemoServers {
  readonly host: string;
  /** Ports of implicit TLS; the certificate is for `localhost` and 127.0.0.1. */
  readonly imapsPort: number;
  readonly pop3sPort: number;
  readonly smtpsPort: number;
  /** What a client has to trust (NODE_EXTRA_CA_CERTS takes the file). */
  readonly caFile: string;
  readonly caPem: string;
  /** For people: which programs these are. */
  readonly labels: { readonly mailboxes: string; readonly submission: string };
  readonly mailboxes: Readonly<Record<Box, { readonly address: string; readonly password: string }>>;
  /** What was put in before. */
  readonly mail: readonly DemoMail[];
  /** Puts a new mail into the mailbox that is watched. */
  deliverNext(): Promise<void>;
  /** Does so every few seconds until `stop`. */
  keepDelivering(everyMs: number): { delivered(): number; stop(): void };
  /** Resolves when the submission server has accepted a mail that fits. */
  untilArrived(fits: (arrival: Arrival) => boolean): Promise<Arrival>;
  stop(): Promise<void>;
}

const PASSWORDS: Readonly<Record<Box, string>> = { imap: 'demo-anna', pop3: 'demo-info', live: 'demo-sales' };
const boxes = Object.keys(ADDRESSES) as Box[];

export async function startDemoServers(now = new Date()): Promise<DemoServers> {
  const users = Object.fromEntries(boxes.map((box) => [ADDRESSES[box], PASSWORDS[box]]));
  const ca = await authority();
  const dovecot = await startDovecot({ users });
  const submission = await startSubmission({ users, dovecot });
  const mail = await fill(dovecot, now);
  deliverInto(dovecot, submission);
  const { path: folder, remove } = temporaryFolder('demo');
  writeFileSync(join(folder, 'ca.pem'), ca.caPem);
  let next = 0;
  const deliverNext = () => dovecot.deliver(ADDRESSES.live, 'INBOX', liveMail(next++, new Date()));
  return {
    ...{ host: '127.0.0.1', imapsPort: dovecot.imapsPort, pop3sPort: dovecot.pop3sPort, smtpsPort: submission.tlsPort },
    ...{ caFile: join(folder, 'ca.pem'), caPem: ca.caPem, mail, deliverNext },
    labels: { mailboxes: 'Dovecot', submission: submission.label },
    mailboxes: Object.fromEntries(
      boxes.map((box) => [box, { address: ADDRESSES[box], password: PASSWORDS[box] }]),
    ) as DemoServers['mailboxes'],
    keepDelivering: (everyMs) => keepDelivering(deliverNext, everyMs),
    untilArrived: submission.ledger.until,
    async stop() {
      await submission.stop();
      await dovecot.stop();
      remove();
    },
  };
}

async function fill(dovecot: Dovecot, now: Date): Promise<DemoMail[]> {
  const mail = await sampleMail(now);
  for (const { boxes: into, folder, raw, date } of mail) {
    for (const box of into)
      await dovecot.deliver(ADDRESSES[box], folder, raw, { date, flags: folder === 'Sent' ? ['\\Seen'] : [] });
  }
  return mail;
}

/** Mail to one of the three mailboxes comes in there; mail to the rest of the world has left the house. */
function deliverInto(dovecot: Dovecot, submission: SubmissionServer): void {
  const ours = new Set<string>(Object.values(ADDRESSES));
  submission.ledger.onArrival((arrival) => {
    for (const { address } of arrival.recipients) {
      if (ours.has(address.toLowerCase())) void dovecot.deliver(address, 'INBOX', arrival.raw);
    }
  });
}

function keepDelivering(deliverNext: () => Promise<void>, everyMs: number) {
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    void deliverNext();
  }, everyMs);
  return { delivered: () => count, stop: () => clearInterval(timer) };
}
