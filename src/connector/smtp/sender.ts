/**
 * One message over one connection, and an honest answer about what became of it.
 *
 * The source runs through a stream that ends only when `beforeDot` has resolved, and nodemailer writes the final dot only when
 * the stream ends. So: rejection or a broken connection before that, and the dot never went (`not-sent`); any definite reply
 * (2xx, 4xx, 5xx) decides; a dot without one is `in-doubt`. Nothing is ever sent twice here.
 */
import type { Readable } from 'node:stream';
import { domainToASCII } from 'node:url';
import type { SMTPConnectionSendInfo, SMTPEnvelope } from 'nodemailer/lib/smtp-connection';
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../platform/clock.ts';
import type { EmailSender, OutgoingEmail, RecipientResult, SendReceipt } from '../connector.ts';
import { systemError } from './connection.ts';
import { asMishap, type Mishap, outcomeOf, type Reply, readReply, toFailure } from './failures.ts';
import type { SmtpSettings } from './settings.ts';
import { createSource } from './source.ts';
import type { Offers, Wire } from './wire.ts';

/** How long a stopping process still waits for the answer to a dot that has gone. */
const LAST_CHANCE_MS = 15_000;

export interface SenderOptions {
  readonly wire: Wire;
  readonly settings: SmtpSettings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export function createSender(options: SenderOptions): EmailSender {
  let used = false;
  return {
    maxBytes: options.wire.offers.maxBytes,
    async send(email) {
      const refusal = refuseBeforehand(email, options);
      if (refusal) return refusal;
      try {
        // RFC 5321 4.1.1.5: nothing of a message that failed half-way may cling to the next.
        if (used) await options.wire.reset();
      } catch (error) {
        return notSent(email, whereTo(options.settings), asMishap(error), error);
      }
      used = true;
      return transmit(email, options);
    },
  };
}

const whereTo = (settings: SmtpSettings): string => `send by ${settings.host}:${settings.port}`;

interface Progress {
  /** The server has begun to take the data. */
  begun: boolean;
  /** The end of the data has been handed to the connection: from now on only a reply can tell. */
  dotGone: boolean;
  settled: boolean;
  /** Why `beforeDot` said no. */
  heldBack: unknown;
}

async function transmit(email: OutgoingEmail, options: SenderOptions): Promise<SendReceipt> {
  const { wire, settings } = options;
  const progress: Progress = { begun: false, dotGone: false, settled: false, heldBack: undefined };
  const watchdog = createWatchdog(options, progress);
  const source = createSource(email.source, {
    begun() {
      progress.begun = true;
      watchdog.end();
    },
    mayEnd: (stream) => approach(email, stream, options, progress, watchdog),
  });
  watchdog.within(settings.timeoutMs * 3);
  const receipt = await exchange(email, source, options, progress);
  progress.settled = true;
  watchdog.end();
  source.destroy();
  // Data without its dot, or a dot without its reply: nobody knows what this connection would make of another command.
  if (receipt.outcome === 'in-doubt' || (progress.begun && !progress.dotGone)) wire.destroy();
  else wire.socket.setTimeout(settings.timeoutMs);
  return receipt;
}

async function exchange(
  email: OutgoingEmail,
  source: Readable,
  { wire, settings }: SenderOptions,
  progress: Progress,
): Promise<SendReceipt> {
  const envelope = envelopeOf(email);
  try {
    const info = await wire.send(envelope, source, amendment(email, wire.offers));
    return answered(email, envelope, progress, info.response, settings);
  } catch (error) {
    return broken(email, envelope, progress, error, settings);
  }
}

/** Everything but the dot is out; may it follow? */
async function approach(
  email: OutgoingEmail,
  source: Readable,
  { wire, settings }: SenderOptions,
  progress: Progress,
  watchdog: Watchdog,
): Promise<void> {
  await wire.drained(source);
  await email.beforeDot().catch((error: unknown) => {
    progress.heldBack = error;
    throw error;
  });
  if (progress.settled || wire.socket.destroyed || !wire.socket.writable)
    throw systemError('ECONNRESET', 'the connection ended before the final dot');
  progress.dotGone = true;
  wire.socket.setTimeout(0);
  watchdog.within(settings.dotTimeoutMs);
}

interface Watchdog {
  /** From now on the present phase has this long. */
  within(ms: number): void;
  end(): void;
}

/** Ends the connection when a phase takes too long, or when the process stops: at once before the dot, with a last chance after. */
function createWatchdog({ wire, clock, signal }: SenderOptions, progress: Progress): Watchdog {
  let phase = new AbortController();
  const stop = (reason: string) => wire.destroy(systemError('ETIMEDOUT', reason));
  const after = (ms: number, reason: string, over: AbortSignal) =>
    void clock.sleep(ms, over).then(
      () => stop(reason),
      () => {},
    );
  const aborted = () => {
    if (progress.settled) return;
    if (progress.dotGone) after(LAST_CHANCE_MS, 'the process stops', phase.signal);
    else stop('the process stops');
  };
  signal.addEventListener('abort', aborted, { once: true });
  return {
    within(ms) {
      phase.abort();
      phase = new AbortController();
      after(ms, 'the server did not answer in time', phase.signal);
      if (signal.aborted) aborted();
    },
    end() {
      phase.abort();
      if (progress.settled) signal.removeEventListener('abort', aborted);
    },
  };
}

// ---- before ----

function refuseBeforehand(email: OutgoingEmail, { wire, settings }: SenderOptions): SendReceipt | null {
  const { maxBytes } = wire.offers;
  const bytes = email.source.byteLength;
  if (maxBytes !== null && bytes > maxBytes) {
    const words = `the message has ${bytes} bytes, ${settings.host} takes at most ${maxBytes}`;
    return refused(email, words, '5.3.4', 'Send smaller attachments, or have the size limit of the server raised.', settings);
  }
  if (needsUtf8(email) && !wire.offers.has('SMTPUTF8')) {
    const words = `an address is not ASCII before the @, and ${settings.host} does not offer SMTPUTF8`;
    return refused(email, words, '5.6.7', 'Use another address of that person, or a server with SMTPUTF8.', settings);
  }
  return null;
}

function refused(email: OutgoingEmail, words: string, status: string, remedy: string, settings: SmtpSettings): SendReceipt {
  const failure = new Failure('refused', `cannot ${whereTo(settings)}: ${words}`, { remedy });
  const recipients = email.recipients.map(
    (address): RecipientResult => ({ address, outcome: 'refused', response: words, status }),
  );
  return { outcome: 'not-sent', recipients, response: words, failure };
}

/** RFC 6531 3.4: needed for addresses beyond ASCII and for a header in raw UTF-8. A domain alone goes as its A-label. */
function needsUtf8(email: OutgoingEmail): boolean {
  return [email.from, ...email.recipients].some((address) => beyondAscii(onTheWire(address))) || headerBeyondAscii(email.source);
}

const beyondAscii = (text: string): boolean => /[^\x00-\x7f]/.test(text);

function headerBeyondAscii(source: Uint8Array): boolean {
  for (let at = 0; at < source.length; at += 1) {
    if (source[at]! >= 0x80) return true;
    if (source[at] === 0x0a && (source[at + 1] === 0x0a || (source[at + 1] === 0x0d && source[at + 2] === 0x0a))) return false;
  }
  return false;
}

function onTheWire(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0 || !beyondAscii(address.slice(at))) return address;
  return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1)) || address.slice(at + 1)}`;
}

function envelopeOf(email: OutgoingEmail): SMTPEnvelope {
  return {
    from: onTheWire(email.from),
    to: email.recipients.map(onTheWire),
    size: email.source.byteLength,
    use8BitMime: email.source.some((byte) => byte >= 0x80),
    // RFC 3461: tell us by a DSN that carries our ENVID; success is not asked for.
    dsn: { ret: 'HDRS', envid: email.envelopeId, notify: 'FAILURE,DELAY' },
  };
}

/** ORCPT for each recipient (nodemailer has one for all), and SMTPUTF8 when only the header needs it. */
function amendment(email: OutgoingEmail, offers: Offers): (command: string) => string {
  const utf8 = needsUtf8(email);
  const byWire = new Map(email.recipients.map((address) => [onTheWire(address), address]));
  return (command) => {
    if (utf8 && /^MAIL FROM:/.test(command) && !/ SMTPUTF8\b/.test(command)) return `${command} SMTPUTF8`;
    const recipient = offers.has('DSN') ? /^RCPT TO:<(.*)>/.exec(command)?.[1] : undefined;
    if (recipient === undefined || beyondAscii(recipient)) return command;
    const original = byWire.get(recipient) ?? recipient;
    return beyondAscii(original) ? command : `${command} ORCPT=rfc822;${xtext(original)}`;
  };
}

/** RFC 3461 4. */
const xtext = (text: string): string =>
  text.replace(/[^!-~]|[+=]/g, (character) => `+${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

// ---- after ----

function answered(
  email: OutgoingEmail,
  envelope: SMTPEnvelope,
  progress: Progress,
  response: string,
  settings: SmtpSettings,
): SendReceipt {
  const reply = readReply(response);
  // nodemailer takes any line that begins with 2 for a yes.
  if (reply === null || !progress.dotGone)
    return broken(email, envelope, progress, systemError('EPROTOCOL', `an answer out of place: ${response}`), settings);
  const recipients = resultsOf(email, envelope, { outcome: 'accepted', response: reply.text, status: reply.status });
  return { outcome: 'accepted', recipients, response: reply.text };
}

function broken(
  email: OutgoingEmail,
  envelope: SMTPEnvelope,
  progress: Progress,
  error: unknown,
  settings: SmtpSettings,
): SendReceipt {
  const mishap = asMishap(error);
  const failure = progress.heldBack instanceof Failure ? progress.heldBack : toFailure(whereTo(settings), mishap, error);
  const definite = mishap.reply !== null && mishap.reply.code >= 400;
  const outcome = progress.dotGone && !definite ? 'in-doubt' : 'not-sent';
  const shared = verdict(mishap);
  const recipients = resultsOf(email, envelope, outcome === 'in-doubt' ? { ...shared, outcome } : shared);
  return { outcome, recipients, response: mishap.reply?.text ?? mishap.words, failure };
}

function notSent(email: OutgoingEmail, attempt: string, mishap: Mishap, error: unknown): SendReceipt {
  const recipients = email.recipients.map((address): RecipientResult => ({ address, ...verdict(mishap) }));
  return { outcome: 'not-sent', recipients, response: mishap.words, failure: toFailure(attempt, mishap, error) };
}

type Verdict = Omit<RecipientResult, 'address'>;

function verdict(mishap: Mishap): Verdict {
  const { reply } = mishap;
  if (reply === null || reply.code < 400) return { outcome: 'deferred', response: mishap.words, status: null };
  return { outcome: outcomeOf(reply), response: reply.text, status: reply.status };
}

interface Bookkeeping {
  readonly rejectedErrors?: SMTPConnectionSendInfo['rejectedErrors'];
}

/** A recipient's own refusal counts; all others share what became of the message. nodemailer keeps its books in our envelope. */
function resultsOf(email: OutgoingEmail, envelope: SMTPEnvelope, shared: Verdict): readonly RecipientResult[] {
  const own = new Map<string, Reply>();
  for (const error of (envelope as Bookkeeping).rejectedErrors ?? []) {
    const reply = readReply(error.response);
    if (typeof error.recipient === 'string' && reply !== null) own.set(error.recipient, reply);
  }
  const someTaken = own.size < email.recipients.length;
  return email.recipients.map((address) => {
    const reply = own.get(onTheWire(address));
    if (!reply) return { address, ...shared };
    return { address, outcome: atRecipient(reply, someTaken), response: reply.text, status: reply.status };
  });
}

/** RFC 5321 4.5.3.1.10: a 552 after recipients that were taken means "too many at once", unless it says something else. */
function atRecipient(reply: Reply, someTaken: boolean): 'deferred' | 'refused' {
  const tooMany = reply.code === 552 && someTaken && (reply.status === null || reply.status.endsWith('.5.3'));
  return tooMany ? 'deferred' : outcomeOf(reply);
}
