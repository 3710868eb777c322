/**
 * Knows every secret value this process has touched, and cuts each of them out of text that leaves it: log lines, errors,
 * answers. It also knows the forms in which servers and libraries echo them: base64 at any of the three alignments (SASL
 * PLAIN and XOAUTH2 responses), percent-encoded, JSON-escaped.
 *
 * Cost is by the length of the text, not by the number of secrets: 5,000 mailboxes have 10,000 tokens.
 */
export interface Redactor {
  /** `owner` says whose value it is; of each owner the newest few are kept, so that hourly tokens do not pile up. */
  remember(owner: string, value: string): void;
  redact(text: string): string;
}

export const REDACTED = '[redacted]';

const KEPT_PER_OWNER = 4;
const INDEXED_CHARS = 4;

export function createRedactor(): Redactor {
  const byOwner = new Map<string, string[]>();
  const index = createIndex();
  return {
    remember(owner, value) {
      if (value === '') return;
      const values = byOwner.get(owner) ?? [];
      byOwner.set(owner, values);
      if (values.includes(value)) return;
      values.push(value);
      for (const form of formsOf(value)) index.add(form);
      const oldest = values.length > KEPT_PER_OWNER ? values.shift() : undefined;
      if (oldest !== undefined) for (const form of formsOf(oldest)) index.drop(form);
    },
    redact: (text) => index.redact(text),
  };
}

/** The value as it stands in text, longest forms first. */
function formsOf(value: string): readonly string[] {
  const forms = new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())]);
  for (const encoding of ['base64', 'base64url'] as const) for (const form of base64Forms(value, encoding)) forms.add(form);
  return [...forms].filter((form) => form === value || form.length >= INDEXED_CHARS).sort((a, b) => b.length - a.length);
}

/** Inside a longer base64 text a value shows at one of three alignments; only the characters it fully decides are kept. */
function base64Forms(value: string, encoding: 'base64' | 'base64url'): readonly string[] {
  const bytes = Buffer.from(value, 'utf8');
  // Shorter values would share too much with innocent text.
  if (bytes.length < 6) return [];
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString(encoding)
      .replace(/=+$/, '');
    const whole = Math.floor(((offset + bytes.length) * 8) / 6);
    return text.slice(Math.ceil((offset * 8) / 6), whole);
  });
}

interface Index {
  add(form: string): void;
  drop(form: string): void;
  redact(text: string): string;
}

/** Forms by their first characters, counted, because two owners may share one value. */
function createIndex(): Index {
  const long = new Map<string, Map<string, number>>();
  const short = new Map<string, number>();
  const shelf = (form: string) => {
    if (form.length < INDEXED_CHARS) return short;
    const key = form.slice(0, INDEXED_CHARS);
    const found = long.get(key) ?? new Map<string, number>();
    long.set(key, found);
    return found;
  };
  return {
    add(form) {
      const forms = shelf(form);
      forms.set(form, (forms.get(form) ?? 0) + 1);
    },
    drop(form) {
      const forms = shelf(form);
      const count = (forms.get(form) ?? 0) - 1;
      if (count > 0) forms.set(form, count);
      else forms.delete(form);
      if (forms !== short && forms.size === 0) long.delete(form.slice(0, INDEXED_CHARS));
    },
    redact: (text) => cutShort(cutLong(text, long), short),
  };
}

function cutLong(text: string, long: ReadonlyMap<string, ReadonlyMap<string, number>>): string {
  let out = '';
  let from = 0;
  for (let at = 0; at + INDEXED_CHARS <= text.length; ) {
    const length = longestAt(text, at, long.get(text.slice(at, at + INDEXED_CHARS)));
    if (length === 0) {
      at += 1;
      continue;
    }
    out += text.slice(from, at) + REDACTED;
    at += length;
    from = at;
  }
  return from === 0 ? text : out + text.slice(from);
}

function longestAt(text: string, at: number, forms: ReadonlyMap<string, number> | undefined): number {
  let longest = 0;
  for (const form of forms?.keys() ?? []) if (form.length > longest && text.startsWith(form, at)) longest = form.length;
  return longest;
}

/** A secret of one to three characters is cut only where it stands alone, or every text would be eaten up. */
function cutShort(text: string, short: ReadonlyMap<string, number>): string {
  if (short.size === 0) return text;
  return text.replace(/[^\s"'=,;:<>()[\]{}]+/g, (word) => (short.has(word) ? REDACTED : word));
}
