/**
 * The one failure type that exists above connectors, and what to do about each of its codes.
 *
 * A connector translates whatever its server or library says into a Failure at its edge (`failures.ts` there); everything
 * above decides by `code` alone. A message says what was attempted and where, never a secret.
 */
export type FailureCode =
  | 'auth-rejected' // the server refused the credential
  | 'unreachable' // no connection, or it broke
  | 'throttled' // the server asks for less
  | 'cursor-lost' // what we remember of the stream is void; start over and re-identify
  | 'conflict' // the other side changed it first
  | 'missing' // the thing is not there (any more)
  | 'refused' // the server understood and will not do it
  | 'garbled'; // the answer could not be understood

export interface FailureDetails {
  readonly cause?: unknown;
  /** How long the server asked us to wait. */
  readonly retryAfterMs?: number;
  /** What a person can do about it, one sentence. */
  readonly remedy?: string;
  /** The mailbox itself is on its way to another server, or its server has none such. */
  readonly mailbox?: 'moving' | 'gone';
}

export class Failure extends Error {
  readonly code: FailureCode;
  readonly retryAfterMs: number | undefined;
  readonly remedy: string | undefined;
  readonly mailbox: 'moving' | 'gone' | undefined;

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Failure';
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
    this.remedy = details.remedy;
    this.mailbox = details.mailbox;
  }
}

export interface Reaction {
  /** What stops: only this item, this stream's present run, or the mailbox until somebody mends it. */
  readonly scope: 'item' | 'run' | 'mailbox';
  /** Try again by itself, with backoff. */
  readonly retry: boolean;
  /** Must a person act? */
  readonly needsPerson: boolean;
}

export const REACTION: Record<FailureCode, Reaction> = {
  'auth-rejected': { scope: 'mailbox', retry: false, needsPerson: true },
  unreachable: { scope: 'run', retry: true, needsPerson: false },
  throttled: { scope: 'run', retry: true, needsPerson: false },
  'cursor-lost': { scope: 'run', retry: true, needsPerson: false },
  conflict: { scope: 'item', retry: true, needsPerson: false },
  missing: { scope: 'item', retry: false, needsPerson: false },
  refused: { scope: 'item', retry: false, needsPerson: true },
  garbled: { scope: 'run', retry: true, needsPerson: false },
};

/** The failure in whatever was thrown, or undefined: then it is a bug and must not be swallowed. */
export function asFailure(error: unknown): Failure | undefined {
  return error instanceof Failure ? error : undefined;
}

/** The failure of one item, which the others need not wait for; anything else is thrown on. */
export function itemFailure(error: unknown): Failure {
  const failure = asFailure(error);
  if (failure && REACTION[failure.code].scope === 'item') return failure;
  throw error;
}

/** The failure of a run, which may have been stopped by its own signal; a bug is thrown on. */
export function runFailure(error: unknown, signal: AbortSignal): Failure {
  const failure = asFailure(error);
  if (failure) return failure;
  if (signal.aborted) return new Failure('unreachable', 'stopped before the pass was complete');
  throw error;
}
