/** What waits to be sent, and what became of it. */
export const OUTBOX_STATES = ['draft', 'pending', 'sending', 'sent', 'partial', 'failed', 'in-doubt', 'cancelled'] as const;
/**
 * partial: some recipients have it, the others never will. in-doubt: the final dot may have gone and no answer came; resolved by
 * looking, never by sending again.
 */
export type OutboxState = (typeof OUTBOX_STATES)[number];

export const RECIPIENT_STATES = ['waiting', 'accepted', 'in-doubt', 'refused', 'expired', 'bounced', 'cancelled'] as const;
/** waiting: not tried yet, or deferred by the server. refused: at once. bounced: accepted first, reported back later. */
export type RecipientState = (typeof RECIPIENT_STATES)[number];

export interface OutboxRecipient {
  readonly position: number;
  readonly role: 'to' | 'cc' | 'bcc';
  readonly address: string;
  readonly state: RecipientState;
  /** RFC 3463 status of the last answer. */
  readonly status: string | null;
  /** The server's own words. */
  readonly response: string | null;
  readonly tries: number;
}

/** wanted: to be put into the Sent folder; begun: perhaps there already; none: not asked for, or no such folder. */
export type FilingState = 'wanted' | 'begun' | 'done' | 'none';

export interface OutboxItem {
  readonly activityId: string;
  readonly mailboxId: string;
  readonly state: OutboxState;
  readonly messageId: string;
  /** RFC 3461 ENVID. */
  readonly envelopeId: string;
  readonly envelopeFrom: string;
  readonly subject: string | null;
  readonly automatic: boolean;
  /** Not before this. */
  readonly sendAt: Date | null;
  readonly nextTryAt: Date;
  /** Given up after this. */
  readonly expiresAt: Date;
  /** The fence: each claim takes the next number. */
  readonly attempt: number;
  /** When "the dot may go" was committed, in the present attempt. */
  readonly dotAt: Date | null;
  readonly sourceSha256: string;
  readonly sourceBytes: number;
  readonly filing: FilingState;
  readonly note: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly recipients: readonly OutboxRecipient[];
}
