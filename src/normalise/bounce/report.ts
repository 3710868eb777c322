/**
 * The fields of an RFC 3464 delivery status: one group for the message, one for each recipient. Read from a message/delivery-status
 * part, and from plain text where a system writes the same fields there.
 */
import type { BounceRecipient } from '../../model/email.ts';
import { cleanLine } from '../clean.ts';
import { conclude } from './recipient.ts';
import { saidAbout } from './text-report.ts';

type Group = Map<string, string>;

const MAX_LINES = 20_000;
const MAX_RECIPIENTS = 1000;
const FIELD = /^([A-Za-z][A-Za-z0-9-]{1,40})\s*:\s*(.*)$/;
const KNOWN =
  /^(original-envelope-id|reporting-mta|dsn-gateway|received-from-mta|arrival-date|final-recipient|original-recipient|action|status|diagnostic-code|remote-mta|last-attempt-date|final-log-id|will-retry-until|x-.*)$/;

export interface Report {
  readonly recipients: readonly BounceRecipient[];
  readonly envelopeId: string | null;
}

class GroupReader {
  readonly groups: Group[] = [];
  #current: Group = new Map();
  #last: string | null = null;

  line(raw: string): void {
    if (raw.trim() === '') {
      this.close();
      return;
    }
    const match = /^\s/.test(raw) && this.#last !== null ? null : FIELD.exec(raw.trim());
    const name = match?.[1]?.toLowerCase();
    if (name !== undefined && KNOWN.test(name)) this.#field(name, match?.[2] ?? '');
    else if (this.#last !== null) this.#current.set(this.#last, `${this.#current.get(this.#last) ?? ''} ${raw.trim()}`);
  }

  /** A second recipient in one group begins a group of its own: the empty line was lost. */
  #field(name: string, value: string): void {
    if (name === 'final-recipient' && this.#current.has(name)) this.close();
    if (!this.#current.has(name)) this.#current.set(name, value);
    this.#last = name;
  }

  close(): void {
    if (this.#current.size > 0) this.groups.push(this.#current);
    this.#current = new Map();
    this.#last = null;
  }
}

function isRecipient(group: Group): boolean {
  return group.has('final-recipient') || group.has('original-recipient');
}

/** Systems that put an empty line inside a recipient's group: what has no recipient belongs to the one before. */
function joined(groups: readonly Group[]): Group[] {
  const out: Group[] = [];
  for (const group of groups) {
    const before = out.at(-1);
    if (isRecipient(group) || before === undefined || !isRecipient(before)) out.push(new Map(group));
    else for (const [name, value] of group) if (!before.has(name)) before.set(name, value);
  }
  return out;
}

/** "rfc822; <a@b>", also without the type. */
function addressOf(value: string | undefined): string | null {
  if (value === undefined) return null;
  const text = cleanLine(value.replace(/^\s*[A-Za-z0-9/-]+\s*;/, ''));
  const bracketed = /<([^<>]*)>/.exec(text)?.[1] ?? text;
  return (
    bracketed
      .replace(/^mailto:/i, '')
      .replace(/^@[^:]*:/, '')
      .replace(/\s.*$/, '') || null
  ); // no obsolete route
}

function actionOf(value: string | undefined, status: string | null): BounceRecipient['action'] {
  const word = /[a-z]+/.exec((value ?? '').toLowerCase())?.[0] ?? '';
  if (word.startsWith('delay') || word === 'deferred') return 'delayed';
  if (word.startsWith('deliver') || word === 'success') return 'delivered';
  if (word === 'relayed' || word === 'expanded') return word;
  return word === '' && status !== null && status.startsWith('2') ? 'delivered' : 'failed';
}

function statusOf(value: string | undefined): string | null {
  const match = /([245])\.(\d{1,3})\.(\d{1,3})/.exec(value ?? '');
  return match === null ? null : `${match[1]}.${Number(match[2])}.${Number(match[3])}`;
}

function diagnosticOf(group: Group): string | null {
  const value = group.get('diagnostic-code') ?? group.get('x-display-diagnostic') ?? group.get('x-supplementary-info');
  return value === undefined ? null : cleanLine(value.replace(/^\s*[A-Za-z0-9-]+\s*;\s*/, ''));
}

function recipientOf(group: Group, text: string): BounceRecipient {
  const final = addressOf(group.get('final-recipient'));
  const original = addressOf(group.get('original-recipient'));
  const status = statusOf(group.get('status'));
  const diagnostic = diagnosticOf(group);
  return conclude({
    recipient: final ?? original,
    originalRecipient: original,
    action: actionOf(group.get('action'), status),
    status,
    diagnostic: diagnostic ?? saidAbout(text, final ?? original),
    context: text,
  });
}

/** Some systems repeat a group word for word. */
function distinct(recipients: readonly BounceRecipient[]): BounceRecipient[] {
  return [...new Map(recipients.map((each) => [JSON.stringify(each), each])).values()];
}

/** `text` is what the report says to people: it helps where the fields say nothing. */
export function readReport(fields: string, text: string): Report | null {
  const reader = new GroupReader();
  for (const line of fields.split('\n', MAX_LINES)) reader.line(line.replace(/\r$/, ''));
  reader.close();
  const groups = joined(reader.groups);
  const recipients = groups.filter(
    (group) => isRecipient(group) && (group.has('action') || group.has('status') || group.has('diagnostic-code')),
  );
  if (recipients.length === 0) return null;
  const envelopeId = groups.map((group) => group.get('original-envelope-id')).find((value) => value !== undefined);
  return {
    recipients: distinct(recipients.slice(0, MAX_RECIPIENTS).map((group) => recipientOf(group, text))),
    envelopeId: envelopeId === undefined ? null : cleanLine(envelopeId) || null,
  };
}
