/** Why, and what to do; the failure around it says whose and where. */
export class Unreadable extends Error {
  readonly remedy: string;
  readonly passing: boolean;

  constructor(message: string, remedy: string, passing = false) {
    super(message);
    this.remedy = remedy;
    this.passing = passing;
  }
}

/** Editors and `echo` end a file with a line break that is not part of the secret; exactly one is cut. */
export function asSecretText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    throw new Unreadable('it is not UTF-8 text', 'store the secret as UTF-8');
  }
}
