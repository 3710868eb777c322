/**
 * What every submission server of the tests offers, be it Postfix or the sink: a ledger of what was accepted, kept
 * outside of whatever is being tested, and addresses that answer as a test wants.
 */
export interface Arrival {
  /** The envelope's sender; empty for bounces. */
  readonly from: string;
  readonly recipients: readonly Recipient[];
  /** As received, dots unstuffed. */
  readonly raw: Buffer;
  /** Of the first Message-ID header; null where there is none. */
  readonly messageId: string | null;
  readonly envid: string | null;
  readonly user: string | null;
}

export interface Recipient {
  readonly address: string;
  readonly notify?: readonly string[];
  readonly orcpt?: string;
}

export interface Ledger {
  all(): readonly Arrival[];
  /** How often a message was accepted for a recipient. */
  count(messageId: string, address: string): number;
  /** Resolves with the first arrival that fits, past or future. */
  until(fits: (arrival: Arrival) => boolean): Promise<Arrival>;
  onArrival(listener: (arrival: Arrival) => void): void;
  clear(): void;
}

/** Where an address gives its answer: to RCPT TO, after the final dot, or (Postfix only) when it delivers after having accepted. */
export type Stage = 'rcpt' | 'data' | 'delivery';

export interface Answer {
  readonly stage: Stage;
  /** Such as `452 4.2.2 Mailbox full`. */
  readonly reply: string;
  /** Afterwards the address accepts; default: always. */
  readonly times?: number;
}

export interface SubmissionServer {
  /** Says what it is, for people: "Postfix 3.7.11", "scriptable SMTP server (stands in for Postfix)". */
  readonly label: string;
  readonly host: string;
  /** Clear text with STARTTLS. */
  readonly port: number;
  /** Implicit TLS. */
  readonly tlsPort: number;
  readonly caPem: string;
  readonly ledger: Ledger;
  /** Lets an address answer so from now on; replaces what it answered before. */
  answer(address: string, answer: Answer | null): void;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Answers {
  set(address: string, answer: Answer | null): void;
  /** Counts the question: null means that it accepts. */
  ask(address: string, stage: Stage): string | null;
}

export function createAnswers(): Answers {
  const kept = new Map<string, { readonly answer: Answer; left: number }>();
  return {
    set(address, answer) {
      if (answer === null) kept.delete(address.toLowerCase());
      else kept.set(address.toLowerCase(), { answer, left: answer.times ?? Number.POSITIVE_INFINITY });
    },
    ask(address, stage) {
      const found = kept.get(address.toLowerCase());
      if (found === undefined || found.answer.stage !== stage || found.left <= 0) return null;
      found.left -= 1;
      return found.answer.reply;
    },
  };
}

/** One reply stands for all recipients after the dot. */
export function firstAnswer(answers: Answers, recipients: readonly Recipient[], stage: Stage): string | null {
  return recipients.map(({ address }) => answers.ask(address, stage)).find((reply) => reply !== null) ?? null;
}

export function createLedger(): Ledger & { add(arrival: Omit<Arrival, 'messageId'>): Arrival } {
  const arrivals: Arrival[] = [];
  const listeners = new Set<(arrival: Arrival) => void>();
  return {
    all: () => arrivals,
    count: (messageId, address) =>
      arrivals.filter((one) => one.messageId === messageId).reduce((sum, one) => sum + copies(one, address), 0),
    onArrival: (listener) => void listeners.add(listener),
    clear: () => void arrivals.splice(0),
    until(fits) {
      const past = arrivals.find(fits);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve) => {
        const listener = (arrival: Arrival) => {
          if (!fits(arrival)) return;
          listeners.delete(listener);
          resolve(arrival);
        };
        listeners.add(listener);
      });
    },
    add(parts) {
      const arrival = { ...parts, messageId: messageIdOf(parts.raw) };
      arrivals.push(arrival);
      for (const listener of [...listeners]) listener(arrival);
      return arrival;
    },
  };
}

const copies = (arrival: Arrival, address: string) =>
  arrival.recipients.filter((recipient) => recipient.address.toLowerCase() === address.toLowerCase()).length;

function messageIdOf(raw: Buffer): string | null {
  const text = raw.subarray(0, 65_536).toString('latin1');
  const [head] = text.split(/\r?\n\r?\n/, 1);
  const unfolded = head!.replace(/\r?\n(?=[ \t])/g, '');
  return /^message-id:[ \t]*(\S+)[ \t]*$/im.exec(unfolded)?.[1] ?? null;
}
