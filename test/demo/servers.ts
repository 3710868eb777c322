/**
 * The mail world of the demo, all of it on 127.0.0.1: three mailboxes full of varied mail, and a submission server that
 * delivers into them. Says of each server what it really is.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDovecot } from '../servers/dovecot.ts';
import { ensure } from '../servers/packages.ts';
import { startSubmission } from '../servers/postfix.ts';
import { temporaryFolder } from '../servers/processes.ts';
import { startSmtpSink } from '../servers/smtp-sink.ts';
import { type StandIn, startStandIn } from '../servers/stand-in.ts';
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

/** What the demo needs of the server that keeps the mailboxes. */
interface MailboxServer extends StandIn {
  readonly label: string;
  /** For Postfix: where logins are checked. */
  readonly authPort?: number;
}

export interface DemoOptions {
  readonly now?: Date;
  /** Takes the stand-ins although the real servers could be had. */
  readonly standIns?: boolean;
}

export async function startDemoServers({ now = new Date(), standIns = false }: DemoOptions = {}): Promise<DemoServers> {
  const users = Object.fromEntries(boxes.map((box) => [ADDRESSES[box], PASSWORDS[box]]));
  const server = await startMailboxes(users, standIns);
  const submission = await startSender(users, server, standIns);
  const mail = await fill(server, now);
  deliverInto(server, submission);
  const { path: folder, remove } = temporaryFolder('demo');
  writeFileSync(join(folder, 'ca.pem'), server.caPem);
  let next = 0;
  const deliverNext = () => server.deliver(ADDRESSES.live, 'INBOX', liveMail(next++, new Date()));
  return {
    ...{ host: server.host, imapsPort: server.imapsPort, pop3sPort: server.pop3sPort, smtpsPort: submission.tlsPort },
    ...{ caFile: join(folder, 'ca.pem'), caPem: server.caPem, mail, deliverNext },
    labels: { mailboxes: server.label, submission: submission.label },
    mailboxes: Object.fromEntries(
      boxes.map((box) => [box, { address: ADDRESSES[box], password: PASSWORDS[box] }]),
    ) as DemoServers['mailboxes'],
    keepDelivering: (everyMs) => keepDelivering(deliverNext, everyMs),
    untilArrived: submission.ledger.until,
    async stop() {
      await submission.stop();
      await server.stop();
      remove();
    },
  };
}

async function startMailboxes(users: Readonly<Record<string, string>>, standIns: boolean): Promise<MailboxServer> {
  const here = standIns ? { reason: 'asked for' } : (await ensure(['dovecot'])).get('dovecot');
  if (here?.reason === undefined) return { ...(await startDovecot({ users })), label: 'Dovecot' };
  return { ...(await startStandIn({ users })), label: `scriptable IMAP and POP3 server (stands in for Dovecot: ${here.reason})` };
}

async function startSender(
  users: Readonly<Record<string, string>>,
  server: MailboxServer,
  standIns: boolean,
): Promise<SubmissionServer> {
  const { authPort } = server;
  if (authPort !== undefined) return startSubmission({ users, dovecot: { authPort } });
  return standIns ? startSmtpSink({ users }) : startSubmission({ users });
}

async function fill(server: MailboxServer, now: Date): Promise<DemoMail[]> {
  const mail = await sampleMail(now);
  for (const { boxes: into, folder, raw, date } of mail) {
    for (const box of into)
      await server.deliver(ADDRESSES[box], folder, raw, { date, flags: folder === 'Sent' ? ['\\Seen'] : [] });
  }
  return mail;
}

/** Mail to one of the three mailboxes comes in there; mail to the rest of the world has left the house. */
function deliverInto(server: MailboxServer, submission: SubmissionServer): void {
  const ours = new Set<string>(Object.values(ADDRESSES));
  submission.ledger.onArrival((arrival) => {
    for (const { address } of arrival.recipients) {
      if (ours.has(address.toLowerCase())) void server.deliver(address, 'INBOX', arrival.raw);
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
