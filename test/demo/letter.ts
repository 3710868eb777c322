/** What a mail of the demo is, before and after it got its place in time. */
export const DOMAIN = 'harbour-pumps.example';

/** The three mailboxes: an employee's (IMAP), the info address (POP3), and one that gets mail while you watch (IMAP). */
export const ADDRESSES = { imap: `anna@${DOMAIN}`, pop3: `info@${DOMAIN}`, live: `sales@${DOMAIN}` } as const;

export type Box = keyof typeof ADDRESSES;

export interface DemoMail {
  /** One mail may lie in several mailboxes, as mail with several recipients does. */
  readonly boxes: readonly Box[];
  /** In IMAP mailboxes; POP3 has only INBOX. */
  readonly folder: 'INBOX' | 'Sent';
  /** What is special about it, for people. */
  readonly name: string;
  readonly date: Date;
  readonly raw: Buffer;
}

/** A mail before its place in time is known: `at` writes its Date header. */
export interface Letter {
  readonly name: string;
  readonly boxes: readonly Box[];
  readonly folder?: 'Sent';
  readonly minutesAgo: number;
  write(date: string): Buffer | Promise<Buffer>;
}

/** RFC 5322, 3.3. */
export function headerDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}
