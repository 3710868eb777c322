/**
 * What a reader makes of one RFC 5322 message. Property names follow JMAP Email (RFC 8621) where it has them.
 *
 * The raw source stays the truth; all of this is an index over it and can be rebuilt (`mailroom reparse`).
 */
export interface EmailAddress {
  readonly name: string | null;
  readonly email: string;
}

/** RFC 8621 4.1.4. `partId` numbers as IMAP does (1, 1.2, 2.1 …), so that a part can be decoded again from the source. */
export interface EmailBodyPart {
  readonly partId: string;
  readonly type: string;
  readonly charset: string | null;
  readonly disposition: string | null;
  readonly cid: string | null;
  /** Made safe: no path, no control character, at most 255 bytes. */
  readonly name: string | null;
  /** Octets once decoded. */
  readonly size: number;
}

export interface BounceRecipient {
  /** Who could not be reached (RFC 3464 Final-Recipient). */
  readonly recipient: string | null;
  /** The address the sender gave (Original-Recipient), when the report tells; a forwarded address has another `recipient`. */
  readonly originalRecipient: string | null;
  /** RFC 3463 status such as 5.1.1, or null where none could be read. */
  readonly status: string | null;
  readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  readonly permanent: boolean | null;
  /** One word: user-unknown, mailbox-full, blocked …; `delivered` where the report tells of success. */
  readonly reason: string;
  readonly diagnostic: string | null;
}

export interface Bounce {
  /** `report`: an RFC 3464 part said so; `text`: recognised by the wording of a known mail system. */
  readonly source: 'report' | 'text';
  readonly recipients: readonly BounceRecipient[];
  /** Message-ID of the mail that bounced, when the bounce tells. */
  readonly originalMessageId: string | null;
  /** Original-Envelope-Id (RFC 3461 ENVID), when the bounce tells. */
  readonly originalEnvelopeId: string | null;
}

export type ParseOutcome = 'ok' | 'partial' | 'failed';

export interface Email {
  readonly parse: ParseOutcome;
  /** Why parsing was partial or failed. */
  readonly parseNote: string | null;
  readonly parserVersion: number;
  /** First Message-ID without angle brackets, or null. */
  readonly messageId: string | null;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  readonly subject: string | null;
  readonly from: readonly EmailAddress[];
  readonly sender: readonly EmailAddress[];
  readonly replyTo: readonly EmailAddress[];
  readonly to: readonly EmailAddress[];
  readonly cc: readonly EmailAddress[];
  readonly bcc: readonly EmailAddress[];
  /** The first Date header as an ISO 8601 instant; null where absent or unreadable, never the moment of parsing. */
  readonly sentAt: string | null;
  readonly preview: string;
  /** The text a person reads; from the HTML where there is no text part. */
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly EmailBodyPart[];
  readonly hasAttachment: boolean;
  readonly bounce: Bounce | null;
  readonly autoReply: boolean;
  readonly list: { readonly id: string | null; readonly unsubscribe: string | null } | null;
  /** METHOD of a text/calendar part (REQUEST, REPLY, CANCEL …), when there is one. */
  readonly calendarMethod: string | null;
  readonly encrypted: boolean;
  readonly signed: boolean;
  readonly importance: 'low' | 'normal' | 'high';
}

/** Email plus what the store identifies it by. */
export interface ReadEmail {
  readonly email: Email;
  /** Rule 4: Message-ID with a versioned hash of what the sender wrote; hex. */
  readonly identity: string;
  readonly identityVersion: number;
  readonly sourceSha256: string;
}
