// The bad moments (reference 10 and 11), switched on by rules. A rule matches requests and acts a number of times.
//
// In a file: a JSON array of rules, e.g. `[{"operation": "CreateItem", "fault": "lost-answer", "times": 1}]`.

export const FAULTS = {
  unavailable: 'HTTP 503 with a body that is not SOAP (10a)',
  'server-busy': 'HTTP 500, fault ErrorServerBusy with BackOffMilliseconds (10b)',
  'item-busy': 'HTTP 200, every response message is ErrorServerBusy (10c)',
  unauthorized: 'HTTP 401 in mid-session',
  'login-page': 'HTTP 302 to a login page',
  'empty-500': 'HTTP 500 without a body',
  'truncated-500': 'HTTP 500 with half an envelope',
  html: 'HTTP 200 with a page instead of SOAP',
  'reset-before': 'the connection is reset before the request is carried out',
  'lost-answer': 'the request is carried out, then the connection is reset',
  'slow-body': 'the answer comes in small pieces with pauses',
  'slow-work': 'carrying out the request takes 20 ms, so that requests overlap as on a busy server',
  'item-error': 'every response message is an Error with the code of the rule',
  moving:
    'the mailbox moves for `milliseconds`: ErrorMailboxMoveInProgress, then HTTP 302 to `location` or ErrorNonExistentMailbox',
  failover: 'the mailbox fails over for `milliseconds`: ErrorMailboxFailover, then the other back end without its subscriptions',
  'fault-code': 'HTTP 500, a fault with the code of the rule',
} as const;

export type FaultName = keyof typeof FAULTS;

export interface FaultRule {
  fault: FaultName;
  /** Operation as named in the request; absent: any. */
  operation?: string;
  /** SMTP address of the acting mailbox; absent: any. */
  mailbox?: string;
  /** Requests to let pass first. */
  after?: number;
  /** How often to act; absent: always. */
  times?: number;
  code?: string;
  backOffMilliseconds?: number;
  /** How long a move or a failover takes, by the server's clock. */
  milliseconds?: number;
  /** Where a moved mailbox is. */
  location?: string;
}

/** What a client is told to wait when no rule says so [wire]. */
const USUAL_BACK_OFF = 297_749;

export class FaultTable {
  readonly #backOffs = new Map<string, number>();
  #rules: (FaultRule & { seen: number; acted: number })[] = [];

  add(...rules: FaultRule[]) {
    for (const rule of rules) this.#rules.push({ ...rule, seen: 0, acted: 0 });
  }

  /** How often a request of the mailbox has met a rule since the last `clear`. */
  actedOn(mailbox: string): number {
    const rules = this.#rules.filter((rule) => rule.mailbox?.toLowerCase() === mailbox.toLowerCase());
    return rules.reduce((sum, { acted }) => sum + acted, 0);
  }

  clear() {
    this.#rules = [];
    this.#backOffs.clear();
  }

  /** A client was told to wait; before that is over it is refused again (reference 10 [doc]). Returns what it is told. */
  backOff(mailbox: string, now: number, milliseconds = USUAL_BACK_OFF): number {
    this.#backOffs.set(mailbox.toLowerCase(), now + milliseconds);
    return milliseconds;
  }

  /** What is left of a back-off, in milliseconds. */
  backOffLeft(mailbox: string, now: number): number {
    return Math.max(0, (this.#backOffs.get(mailbox.toLowerCase()) ?? 0) - now);
  }

  /** The rule that acts on this request, if any. */
  take(operation: string, mailbox: string): FaultRule | undefined {
    for (const rule of this.#rules) {
      if (rule.operation !== undefined && rule.operation !== operation) continue;
      if (rule.mailbox !== undefined && rule.mailbox.toLowerCase() !== mailbox.toLowerCase()) continue;
      if (rule.seen++ < (rule.after ?? 0)) continue;
      if (rule.acted >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      rule.acted++;
      return rule;
    }
    return undefined;
  }
}

/** Reads rules as an operator wrote them; says what is wrong in words. */
export function readFaultRules(text: string): FaultRule[] {
  const rules: unknown = JSON.parse(text);
  if (!Array.isArray(rules)) throw new Error('a file of faults holds a JSON array of rules');
  return rules.map((rule: Record<string, unknown>, index) => {
    if (typeof rule.fault !== 'string' || !(rule.fault in FAULTS)) {
      throw new Error(`rule ${index + 1}: "fault" is one of ${Object.keys(FAULTS).join(', ')}`);
    }
    return rule as unknown as FaultRule;
  });
}
