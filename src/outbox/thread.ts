/** Threading headers (RFC 5322 3.6.4) for replies and forwards. */
export interface Original {
  readonly messageId: string | null;
  readonly references: readonly string[];
  readonly inReplyTo: readonly string[];
  readonly subject: string | null;
}

export interface Threading {
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
}

/** The root and the nearest ancestors; more would make a header that some servers refuse. */
const MAX_REFERENCES = 30;

export function threadOf(original: Original, relation: 'reply' | 'forward'): Threading {
  const parents =
    original.references.length > 0 ? original.references : original.inReplyTo.slice(0, original.inReplyTo.length === 1 ? 1 : 0);
  const all = [...parents, ...(original.messageId === null ? [] : [original.messageId])].filter(isMessageId);
  const chain = [...new Set(all.toReversed())].toReversed();
  const references = chain.length <= MAX_REFERENCES ? chain : [chain[0]!, ...chain.slice(1 - MAX_REFERENCES)];
  const own = original.messageId !== null && isMessageId(original.messageId) ? original.messageId : null;
  // A forward belongs to the conversation but answers nobody.
  return { inReplyTo: relation === 'reply' ? own : null, references };
}

/** What came from outside is quoted in our header only when it cannot do harm there. */
const isMessageId = (id: string): boolean => /^[!-;=?-~]{3,250}$/.test(id);

export function subjectFor(original: Original, relation: 'reply' | 'forward'): string {
  const bare = (original.subject ?? '').trim();
  if (relation === 'reply') return /^re(\[\d+\])?:/i.test(bare) ? bare : `Re: ${bare}`.trim();
  return /^(fwd?|wg):/i.test(bare) ? bare : `Fwd: ${bare}`.trim();
}
