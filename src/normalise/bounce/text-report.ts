/**
 * Bounces that only people were meant to read (qmail, Exim, sendmail's transcripts, Gmail, Yahoo, Exchange, Domino, Courier,
 * OpenSMTPD, DragonFly and their kin). Their words differ, their structure does not: before the returned message stand the refused
 * addresses, each on a line of its own form, each followed by what was said about it.
 */
import type { BounceRecipient } from '../../model/email.ts';
import { conclude } from './recipient.ts';
import { replyIn } from './smtp-reply.ts';

const MAX_TEXT = 64 * 1024;
const MAX_RECIPIENTS = 200;

const RETURNED_MESSAGE =
  /^[ \t>]*(?:[-=_*#]{2,}[ \t]*)?(?:this is a copy of (?:the|your)|below this line is|original message(?=[ \t]*(?:[-=:*]|follow|header|below|$))|original mail|below is (?:a copy of )?the original|(?:the )?headers? (?:and body )?of the original|the original message (?:headers? )?(?:follows|is|was included)|unsent message|returned message|returned mail|message headers? follow|message header:|included (?:is|below is) a copy|(?:here (?:is|are)|following is|the following is) (?:a copy|the (?:original|message|header))|a copy of (?:the|your)|copy of (?:the )?(?:original )?(?:message|mail)|undelivered message|start of (?:the )?returned|(?:the )?body of (?:the |your )?(?:original )?(?:message|mail) (?:follows|is)|your (?:original )?message (?:follows|is (?:attached|below|appended))|(?:the )?(?:text|first|beginning) of (?:your|the) message|message (?:text|body|contents?) follows|message details:|forwarded message|rejected message|received:[ \t]*(?:from|by|\()|return-path:[ \t]*<|delivered-to:|x-received:|dkim-signature:|x-originating-ip:)/im;

/** What a system says of the failure, and the headers of the message it gives back. */
export interface Divided {
  readonly said: string;
  readonly returned: string;
}

export function divide(text: string): Divided {
  const bounded = text.slice(0, MAX_TEXT);
  const at = RETURNED_MESSAGE.exec(bounded)?.index ?? -1;
  return at < 0 ? { said: bounded, returned: '' } : { said: bounded.slice(0, at), returned: bounded.slice(at) };
}

const ADDRESS = String.raw`[^\s<>"',;:()\[\]|@]{1,128}@[A-Za-z0-9\[][A-Za-z0-9.\-_\]]{0,253}`;
const line = (pattern: string): RegExp => new RegExp(pattern.replaceAll('ADDR', `(${ADDRESS})`), 'i');

/** The forms of the lines on which refused addresses stand, the surer first. */
const LINES: readonly RegExp[] = [
  line(
    String.raw`^[ \t]*(?:(?:final-|original-|failed |intended )?recipient(?: address| e-?mail)?|error-for|invalid final delivery userid)[ \t]*:[ \t]*(?:rfc822[ \t]*;[ \t]*)?<?ADDR`,
  ),
  line(String.raw`^[ \t]*(?:[*•-]{1,3}[ \t]+)?["<]?ADDR[">]?[ \t]*:?[ \t]*(?:<mailto:[^>]*>)?[ \t]*$`),
  line(String.raw`^[ \t]*(?:[*•-]{1,3}[ \t]+)?<ADDR>[ \t]*(?::|,|\.\.\.|\(|-|[ \t])`),
  line(
    String.raw`^[ \t]*(?:[*•-]{1,3}[ \t]+)?(?:>>>[ \t]+)?ADDR[ \t]*(?::|\.\.\.|\(|\[|,?[ \t]+(?:on \d|invalid|unknown|error|user|no |is |was |- |<))`,
  ),
  line(String.raw`^[ \t]*(?:in:|>>>|c:)?[ \t]*rcpt to[ \t]*:[ \t]*<?ADDR`),
  line(String.raw`^[ \t]*(?:<<<[ \t]*)?[45]\d\d[ \t-]+(?:[45]\.\d+\.\d+[ \t]+)?<ADDR>`),
  line(
    String.raw`^[ \t]*(?:to|user|address|mailbox|failed (?:address|recipient)s?|unknown user|rejected recipient|e-?mail address|(?:failed|undeliverable|failure) to)[ \t]*:?[ \t]+<?ADDR>?[ \t]*$`,
  ),
];

const SENTENCE = line(
  String.raw`(?:deliver(?:y|ing|ed|able)?|undeliverable|undelivered|sent|failed|reject(?:ed|s)?|recipients?|attempts?|message|mail|user|account|mailbox)\b[^\n@]{0,80}?(?:to|for|attempts|recipient|failed|user|address|account|:|\()[ \t]*:?[ \t]*[<("']?ADDR`,
);

interface Found {
  readonly address: string;
  readonly line: number;
}

const SENDER_LINE =
  /^[ \t>]*(?:(?:x-)?(?:from|sender|reply-to|return-path|message-id|references|in-reply-to)[ \t]*:|(?:in:[ \t]*)?mail from)/i;

/** "A message sent by" stands in front of the sender, not of a refused address. */
function namesSender(lines: readonly string[], index: number): boolean {
  const before = lines[index - 1]?.trim() || lines[index - 2]?.trim() || '';
  return /sent by:?$/i.test(before);
}

function onLines(lines: readonly string[], strangers: ReadonlySet<string>): Found[] {
  const out: Found[] = [];
  for (const [index, text] of lines.entries()) {
    if (text.length > 1000 || !text.includes('@') || SENDER_LINE.test(text) || namesSender(lines, index)) continue;
    const match = LINES.map((form) => form.exec(text)).find((each) => each !== null);
    const address = match?.[1]?.replace(/\.+$/, '');
    if (address !== undefined && !strangers.has(address.toLowerCase())) out.push({ address, line: index });
    if (out.length >= MAX_RECIPIENTS) break;
  }
  return out;
}

function inSentences(lines: readonly string[], strangers: ReadonlySet<string>): Found[] {
  const out: Found[] = [];
  for (const [index, text] of lines.entries()) {
    if (text.length > 2000 || !text.includes('@') || SENDER_LINE.test(text)) continue;
    const address = SENTENCE.exec(text)?.[1]?.replace(/\.+$/, '');
    if (address !== undefined && !strangers.has(address.toLowerCase())) out.push({ address, line: index });
  }
  return out.slice(0, 1);
}

/** The lines about each address: from where it stands to where the next one does; named twice, both. */
function segments(lines: readonly string[], found: readonly Found[]): Map<string, string> {
  const out = new Map<string, string>();
  for (const [index, { address, line: from }] of found.entries()) {
    const to = found[index + 1]?.line ?? lines.length;
    const key = [...out.keys()].find((each) => each.toLowerCase() === address.toLowerCase()) ?? address;
    const text = lines.slice(from, Math.max(to, from + 1)).join('\n');
    out.set(key, out.has(key) ? `${out.get(key)}\n${text}` : text);
  }
  return out;
}

const REPLY_LINE = /(?:^|[\s:<>("'#[])(?:[45]\d\d[ :-]|[45]\.\d{1,3}\.\d{1,3})/;
const NOISE = /^(?:>>>|in:|out: 2|reporting-mta|action:|remote-mta|last-attempt|arrival-date|date:|subject:|-{3,}|={3,}|\*{3,})/i;

/** A long introduction ("Google tried to …, the error was: 550 …") says nothing about the reason. */
function fromReply(text: string): string {
  const at = REPLY_LINE.exec(text)?.index ?? 0;
  return at > 80 ? text.slice(at).replace(/^[\s:<>("'#]+/, '') : text;
}

/** From the line with the server's reply on, until an empty line; without one the first words that are said. */
function diagnosticIn(segment: string, address: string): string | null {
  const lines = segment.split('\n').map((each) => each.trim());
  const from = lines.findIndex((each) => REPLY_LINE.test(each) && !NOISE.test(each));
  if (from >= 0) {
    const end = lines.findIndex((each, index) => index > from && each === '');
    return fromReply(lines.slice(from, Math.min(end < 0 ? lines.length : end, from + 8)).join(' '));
  }
  const bare = (each: string): string => each.replaceAll(address, '').replace(/^[\s<>:*•-]+/, '');
  const words = lines.map(bare).filter((each) => each.length > 3 && !NOISE.test(each));
  return words.length === 0 ? null : words.slice(0, 4).join(' ');
}

const DELAY =
  /warning (?:message )?only|advisory[- ]only|delivery attempts will continue|been postponed|delayed \d+ hours|has been delayed|delivery (?:is )?delayed|will be retried|(?:do|does) not need to resend|will (?:continue|keep) (?:to try|trying)|still (?:be|being|trying)|not yet been delivered|\(delay\)|delivery temporarily suspended|we will keep trying/i;

export interface TextBounce {
  readonly text: string;
  readonly subject: string;
  /** X-Failed-Recipients, To of the returned message: who it was for where the text does not say. */
  readonly candidates: readonly string[];
  /** X-Failed-Recipients in lower case: where the text names one of them, it names no others. */
  readonly failed: ReadonlySet<string>;
  /** Who sent the bounce and who it was sent to: named in the text, these are not the refused. */
  readonly strangers: ReadonlySet<string>;
}

function recipients(said: string, bounce: TextBounce): Map<string, string> {
  const lines = said.split('\n');
  let found = onLines(lines, bounce.strangers);
  if (found.length === 0) found = inSentences(lines, bounce.strangers);
  const named = found.filter((each) => bounce.failed.has(each.address.toLowerCase()));
  if (named.length > 0) found = named;
  if (found.length > 0) return segments(lines, found);
  return new Map(bounce.candidates.map((address) => [address, said]));
}

function isSilent(segment: string): boolean {
  const reply = replyIn(segment);
  return reply.code === null && reply.status === null && segment.replace(/\s+/g, ' ').length < 120;
}

/** What the text of a report says about one of its recipients, for reports whose fields do not tell. */
export function saidAbout(said: string, address: string | null): string | null {
  if (address === null) return null;
  const lines = said.split('\n');
  const segment = segments(lines, onLines(lines, new Set())).get(address) ?? null;
  return segment === null ? null : diagnosticIn(segment, address);
}

/** The refused recipients of a bounce made of text; none where nobody can be named. */
export function readTextReport(bounce: TextBounce): BounceRecipient[] {
  const { said } = divide(bounce.text);
  const action = DELAY.test(said) || DELAY.test(bounce.subject) ? 'delayed' : 'failed';
  const found = recipients(said, bounce);
  return [...found].map(([recipient, segment]) => {
    const about = found.size === 1 && isSilent(segment) ? said : segment;
    const context = found.size === 1 ? `${bounce.subject}\n${said}` : segment;
    return conclude({
      recipient,
      originalRecipient: null,
      action,
      status: null,
      diagnostic: diagnosticIn(about, recipient),
      context,
    });
  });
}
