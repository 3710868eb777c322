/** The three of the company. */
export const MAILBOXES = ['anna', 'ben', 'cleo'] as const;
export type MailboxId = (typeof MAILBOXES)[number];
export const addressOf = (id: MailboxId) => `${id}@example.com`;
