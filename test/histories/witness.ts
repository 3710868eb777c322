/** Remembers what everybody did and what they had before their eyes when they did it. */
import type { MailboxId } from './mailbox-id.ts';
import { textOf, tokensIn } from './token.ts';

export class Witness {
  /** Every token ever written, with who wrote it. */
  readonly tokens = new Map<string, string>();
  /** Tokens that somebody saw and replaced, cleared or deleted. */
  readonly superseded = new Set<string>();
  /** With who organizes it, where it is a meeting. */
  readonly births = new Map<string, MailboxId | null>();
  /** Of somebody outside the company. */
  readonly outside = new Set<string>();
  readonly copies = new Map<string, number>();
  readonly gone = new Set<string>();
  /** Moved out of sight before the application had it. */
  readonly unseen = new Set<string>();
  /** Deleted without a trace while nobody knew whether it had our key. */
  readonly traceless = new Set<string>();
  #next = 1;

  born(by: string, organizer: MailboxId | null): string {
    const birth = `Birth${this.#next++}`;
    this.births.set(birth, organizer);
    this.tokens.set(birth, `${by} birth`);
    return birth;
  }

  /** Her meetings are there as long as anybody's copy is. */
  bornOutside(): string {
    const birth = `Birth${this.#next++}`;
    this.outside.add(birth);
    return birth;
  }

  edit(seen: unknown, by: string): number {
    const token = this.draw();
    this.wrote(token, by);
    this.replaced(seen);
    return token;
  }

  draw(): number {
    return this.#next++;
  }

  wrote(token: number, by: string): void {
    this.tokens.set(textOf(token), by);
  }

  replaced(seen: unknown): void {
    for (const token of tokensIn(seen)) if (!this.births.has(token)) this.superseded.add(token);
  }

  /** All that stands in it was seen. */
  deleted(content: unknown): void {
    for (const token of tokensIn(content)) {
      this.superseded.add(token);
      if (this.births.has(token)) this.gone.add(token);
    }
  }

  copied(birth: string): void {
    this.copies.set(birth, (this.copies.get(birth) ?? 0) + 1);
  }
}
