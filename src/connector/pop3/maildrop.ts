/**
 * The maildrop of one session. The server holds it still from login to QUIT, so numbers, ids and sizes are read once.
 *
 * Reads messages many at a time and knows which of them this session has seen, by which reference: only those can be removed.
 */
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { RemoteRef } from '../connector.ts';
import { Body } from './body.ts';
import type { Capabilities } from './capability.ts';
import type { Connection } from './connection.ts';
import { commandFailure } from './failures.ts';
import type { Habits } from './habits.ts';
import { type Entry, type Listing, makeListing, parseSizes, parseUidls } from './listing.ts';
import type { Reply } from './reply-reader.ts';
import { type Answer, inWindow, type Request, type WindowLimits } from './window.ts';

const MAX_LISTING_BYTES = 128 * 1024 * 1024;
const MAX_HEADER_BYTES = 1024 * 1024;
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Servers that lie about sizes make more of it. */
const MAX_WAITING_BYTES = 4 * WINDOW_BYTES;
const FENCE_MESSAGES = 64;
/** What follows +OK to STAT (RFC 1939 5): messages and octets. */
const COUNT = /^(\d{1,9})\s+(\d{1,18})/;
const GUESSED_HEADER_BYTES = 4096;

export interface MaildropOptions {
  readonly connection: Connection;
  readonly capabilities: Capabilities;
  readonly habits: Habits;
  /** Server and user name, as habits know them. */
  readonly account: string;
  readonly server: string;
  readonly username: string;
  /** Commands under way at a time. */
  readonly window: number;
  readonly log: Log;
  readonly clock: Clock;
}

export interface Whole {
  readonly entry: Entry;
  /** Null: the server did not give it. */
  readonly body: Body | null;
}

export class Maildrop {
  readonly connection: Connection;
  readonly account: string;
  readonly capabilities: Capabilities;
  readonly habits: Habits;
  readonly log: Log;
  readonly clock: Clock;
  /** Messages whose reference was found in this session: by the server's id, or by the content that it gave. */
  readonly matched = new Map<RemoteRef, number>();
  /** Numbers that RETR has been asked for. */
  readonly retrieved = new Set<number>();
  /** Messages may have been read that the caller has not been handed. While it is so, QUIT must not be sent. */
  midPass = false;
  /** Marked for removal at QUIT. */
  readonly marked = new Set<RemoteRef>();
  readonly #limits: WindowLimits;
  readonly #server: string;
  readonly #username: string;
  #listing: Listing | null = null;
  #sizes: ReadonlyMap<number, number> | null = null;
  #top: boolean | null;

  constructor(options: MaildropOptions) {
    this.connection = options.connection;
    this.account = options.account;
    this.capabilities = options.capabilities;
    this.habits = options.habits;
    this.log = options.log;
    this.clock = options.clock;
    this.#server = options.server;
    this.#username = options.username;
    this.#limits = { commands: options.window, bytes: WINDOW_BYTES };
    this.#top = options.capabilities.told ? options.capabilities.names.has('TOP') : null;
  }

  async count(): Promise<{ readonly messages: number; readonly bytes: number }> {
    const reply = await this.connection.command('STAT');
    const match = COUNT.exec(reply.text);
    if (reply.status !== 'ok' || match === null) throw commandFailure(this.connection.where, 'STAT', reply);
    return { messages: Number(match[1]), bytes: Number(match[2]) };
  }

  async listing(): Promise<Listing> {
    if (this.#listing !== null) return this.#listing;
    const serial = this.#limits.commands === 1;
    const counting = this.count();
    if (serial) await counting;
    const body = new Body(MAX_LISTING_BYTES);
    const [{ messages }, reply] = await Promise.all([counting, this.connection.command('UIDL', body)]);
    const uidls = reply.status === 'ok' ? parseUidls(this.#text(body)) : this.#withoutIds(reply);
    this.#listing = makeListing(messages, uidls);
    return this.#listing;
  }

  async sizes(): Promise<ReadonlyMap<number, number>> {
    if (this.#sizes !== null) return this.#sizes;
    const body = new Body(MAX_LISTING_BYTES);
    const reply = await this.connection.command('LIST', body);
    if (reply.status !== 'ok') throw commandFailure(this.connection.where, 'LIST', reply);
    this.#sizes = parseSizes(this.#text(body));
    return this.#sizes;
  }

  #text(body: Body): string {
    if (!body.complete) throw new Failure('garbled', `${this.connection.where} lists its messages without end`);
    return body.bytes().toString('latin1');
  }

  /** Only a server that has no UIDL is taken for one: else a bad moment would make all its messages look new. */
  #withoutIds(reply: Reply): Map<number, string> {
    const failure = commandFailure(this.connection.where, 'UIDL', reply);
    if (this.capabilities.names.has('UIDL') || failure.code === 'throttled') throw failure;
    return new Map();
  }

  /** Header blocks by TOP, in the order of the entries; null where the server gives none. */
  async *headers(entries: readonly Entry[]): AsyncGenerator<{ readonly entry: Entry; readonly header: Buffer | null }> {
    const lacking = async function* () {
      for (const entry of entries) yield { entry, header: null };
    };
    if (this.#top === null && entries.length > 0) this.#top = await this.#tryTop(entries[0]!);
    if (this.#top !== true) return yield* lacking();
    const make = (entry: Entry) => request(entry, `TOP ${entry.number} 0`, new Body(MAX_HEADER_BYTES), GUESSED_HEADER_BYTES);
    for await (const { tag, reply, body } of this.#inStep(entries, make)) {
      yield { entry: tag, header: reply.status === 'ok' ? body!.bytes() : null };
    }
  }

  /** Servers without CAPA are asked once; a missing message cannot be told from a missing command, and RETR serves both. */
  async #tryTop(entry: Entry): Promise<boolean> {
    const reply = await this.connection.command(`TOP ${entry.number} 0`, new Body(0));
    return reply.status === 'ok';
  }

  /** Whole messages by RETR, in the order of the entries. `makeBody` says how much of each is kept. */
  async *wholes(entries: readonly Entry[], makeBody: (entry: Entry) => Body): AsyncGenerator<Whole> {
    if (entries.length === 0) return;
    const sizes = await this.sizes();
    const make = (entry: Entry) => request(entry, `RETR ${entry.number}`, makeBody(entry), sizes.get(entry.number) ?? 0);
    for await (const answer of this.#inStep(entries, make)) yield this.#taken(answer);
  }

  /**
   * Where several commands are under way, a STAT follows every few, and its answer is seen before theirs are handed out: had a
   * stray or forged line shifted the replies by one, each message would pass for its neighbour, and this finds out in time.
   */
  async *#inStep(entries: readonly Entry[], make: (entry: Entry) => Request<Entry>): AsyncGenerator<Answer<Entry>> {
    const requests = this.#pipelined ? fenced(entries, make) : unfenced(entries, make);
    let waiting: Answer<Entry>[] = [];
    let last: Entry | null = null;
    try {
      for await (const answer of inWindow(this.connection, requests, this.#limits)) {
        if (isOfEntry(answer)) {
          last = answer.tag;
          waiting.push(answer);
          if (this.#pipelined && keptBytes(waiting) < MAX_WAITING_BYTES) continue;
        } else if (!this.#isCount(answer.reply)) this.connection.breakStep(answer.reply.text);
        this.connection.checkStep();
        yield* waiting;
        waiting = [];
      }
    } catch (error) {
      this.#blame(entries, last, waiting);
      throw error;
    }
    if (entries.length > 1 && this.#pipelined) this.habits.pipeliningWorked(this.#server);
  }

  /** The answer to STAT says how many there are, as it did in the beginning. */
  #isCount(reply: Reply): boolean {
    const count = COUNT.exec(reply.text)?.[1];
    const known = this.marked.size > 0 || this.#listing === null ? count : String(this.#listing.entries.length);
    return reply.status === 'ok' && count !== undefined && count === known;
  }

  get #pipelined(): boolean {
    return this.#limits.commands > 1;
  }

  #taken({ tag: entry, reply, body }: Answer<Entry>): Whole {
    this.retrieved.add(entry.number);
    if (reply.status === 'ok') return { entry, body };
    const failure = commandFailure(this.connection.where, `RETR ${entry.number}`, reply);
    if (failure.code === 'throttled') throw failure;
    this.log.warn('the server does not give a message it lists', { server: this.#server, answer: failure.message });
    return { entry, body: null };
  }

  /**
   * The message after the last answer is what the connection broke over, as far as anybody can tell; where the replies were out
   * of step, it may be any since the last check.
   */
  #blame(entries: readonly Entry[], last: Entry | null, waiting: readonly Answer<Entry>[]): void {
    const { broken } = this.connection;
    if (broken === null || this.connection.stopped) return;
    if (this.#pipelined && entries.length > 1) this.habits.pipeliningFailed(this.#server);
    const next = entries[last === null ? 0 : entries.indexOf(last) + 1];
    const unchecked = broken.code === 'garbled' ? waiting.map(({ tag }) => tag) : [];
    for (const suspect of [...unchecked, next ?? last]) {
      if (suspect?.uidl) this.habits.brokeSession(this.account, suspect.uidl, this.clock);
    }
  }

  /**
   * Gmail lists only the oldest few hundred messages that nobody has read by RETR and then QUIT (quirks.md): those that were
   * left out, or were stored before a crash, would block the rest for good. So they are read too, and dropped. In `recent:`
   * mode it lists them all.
   */
  async moveOn(): Promise<void> {
    if (!this.capabilities.names.has('X-GOOGLE-RICO') || this.#username.startsWith('recent:')) return;
    const left = (await this.listing()).entries.filter(({ number }) => !this.retrieved.has(number));
    for await (const _ of this.wholes(left, () => new Body(0)));
  }

  /** Where a message of that stated size goes: whole, or by the part that may hold its header. */
  bodyFor(statedBytes: number, limit: number, hashed = false): Body {
    return new Body(statedBytes > limit ? Math.min(limit, MAX_HEADER_BYTES) : limit, { hashed });
  }

  run<Tag>(requests: Iterable<Request<Tag>>): AsyncGenerator<Answer<Tag>> {
    return inWindow(this.connection, requests, this.#limits);
  }
}

function request(tag: Entry, line: string, body: Body, bytes: number): Request<Entry> {
  return { tag, line, body, bytes };
}

function* unfenced(entries: readonly Entry[], make: (entry: Entry) => Request<Entry>): Generator<Request<Entry | null>> {
  for (const entry of entries) yield make(entry);
}

function* fenced(entries: readonly Entry[], make: (entry: Entry) => Request<Entry>): Generator<Request<Entry | null>> {
  let count = 0;
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    const one = make(entry);
    yield one;
    count += 1;
    bytes += one.bytes;
    if (count < FENCE_MESSAGES && bytes < WINDOW_BYTES && index + 1 < entries.length) continue;
    yield { tag: null, line: 'STAT', body: null, bytes: 0 };
    count = 0;
    bytes = 0;
  }
}

function isOfEntry(answer: Answer<Entry | null>): answer is Answer<Entry> {
  return answer.tag !== null;
}

function keptBytes(waiting: readonly Answer<Entry>[]): number {
  return waiting.reduce((sum, { body }) => sum + (body?.kept ?? 0), 0);
}
