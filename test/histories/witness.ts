/** Remembers what everybody did and what they had before their eyes when they did it. */
export class Witness {
  /** Every token ever written, with who wrote it. */
  readonly tokens = new Map<string, string>();
  /** Tokens that somebody saw and replaced, cleared or deleted. */
  readonly superseded = new Set<string>();
  readonly births = new Set<string>();
  readonly copies = new Map<string, number>();
  readonly gone = new Set<string>();
  #next = 1;

  born(by: string): string {
    const birth = `Birth${this.#next++}`;
    this.births.add(birth);
    this.tokens.set(birth, `${by} birth`);
    return birth;
  }

  edit(seen: unknown, by: string): string {
    const token = `Token${this.#next++}`;
    this.tokens.set(token, by);
    if (typeof seen === 'string') this.superseded.add(seen);
    return token;
  }

  cleared(seen: string): void {
    this.superseded.add(seen);
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

export function tokensIn(content: unknown): readonly string[] {
  return JSON.stringify(content).match(/\b(Token|Birth)\d+\b/g) ?? [];
}
