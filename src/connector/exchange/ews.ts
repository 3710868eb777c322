/**
 * One session with EWS: calls one after the other, each as the mailbox that is meant, with what every call carries (version,
 * anchor, affinity cookies, request id), and each ending in an answer or a Failure.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { Failure } from '../../model/failure.ts';
import type { Credential, SessionContext } from '../connector.ts';
import { ExchangeFailure, faultFailure, networkFailure, statusFailure } from './failures.ts';
import type { Lanes } from './lane.ts';
import { drain, offersOf, sendAs } from './login.ts';
import { type Answer, AnswerReader } from './read-answer.ts';
import { whatToCheck } from './remedies.ts';
import type { ExchangeSettings } from './settings.ts';
import { actionOf, envelope, VERSIONS } from './soap.ts';

/** Much more than any answer to what is asked here: a page of 512 changes takes some 500 KB. */
const MAX_TEXT_LENGTH = 64 * 1024 * 1024;

export interface CallOptions {
  /** For messages: what was attempted. */
  readonly attempt: string;
  /** A message above it comes by its header block. */
  readonly mimeBytes?: number;
}

export interface Ews {
  readonly where: string;
  /** SMTP address, where folders must be opened in another's mailbox. */
  readonly delegateOf: string | null;
  /** As the last answer told it: `15.2.2562.17`. */
  serverVersion(): string | null;
  call(body: string, options: CallOptions): Promise<Answer>;
}

export function createEws(settings: ExchangeSettings, context: SessionContext, lanes: Lanes): Ews {
  return new Client(settings, context, lanes);
}

class Client implements Ews {
  readonly where: string;
  readonly delegateOf: string | null;
  readonly #settings: ExchangeSettings;
  readonly #context: SessionContext;
  readonly #lanes: Lanes;
  readonly #cookies = new Map<string, string>();
  #credential: Credential | null = null;
  #version = 0;
  /** Empty: it has answered, and did not say. */
  #served: string | null = null;

  constructor(settings: ExchangeSettings, context: SessionContext, lanes: Lanes) {
    this.#settings = settings;
    this.#context = context;
    this.#lanes = lanes;
    this.where = settings.url.host;
    this.delegateOf = settings.access === 'delegate' ? settings.mailbox : null;
  }

  serverVersion(): string | null {
    return this.#served || null;
  }

  async call(body: string, options: CallOptions): Promise<Answer> {
    try {
      return await this.#callOnce(body, options);
    } catch (error) {
      // Before the first answer the version may be to blame (an Exchange 2019 says ErrorInvalidRequest to one it does not know).
      if (this.#served !== null || !isAboutVersion(error) || this.#version + 1 >= VERSIONS.length) throw error;
      this.#version += 1;
      return this.call(body, options);
    }
  }

  async #callOnce(body: string, given: CallOptions): Promise<Answer> {
    const isSync = body.startsWith('<m:SyncFolder');
    // What is carried out twice makes two items; a read may be asked for again.
    const options = { ...given, action: actionOf(body), isSync, repeatable: /^<m:(Get|Find|Sync)/.test(body) };
    const { access, mailbox } = this.#settings;
    const impersonate = access === 'impersonate' ? mailbox : null;
    const text = envelope(body, { version: VERSIONS[this.#version]!, impersonate });
    this.#credential ??= await this.#context.credential();
    const first = await this.#exchange(Buffer.from(text), this.#credential, options);
    if (first !== 'rejected') return first;
    const fresh = await this.#context.credential({ rejected: true });
    if (JSON.stringify(fresh) === JSON.stringify(this.#credential)) throw this.#refusal(options);
    this.#credential = fresh;
    const second = await this.#exchange(Buffer.from(text), fresh, options);
    if (second === 'rejected') throw this.#refusal(options);
    return second;
  }

  #offers: readonly string[] = [];

  #refusal({ attempt }: CallOptions): Failure {
    const offered = this.#offers.map((offer) => offer.split(/[ ,]/)[0]!.toLowerCase());
    const said = `${attempt} at ${this.where}: the server answers 401 and offers ${offered.join(', ') || 'nothing'}`;
    if (this.#credential?.method === 'password' && offered.length > 0 && !offered.includes('basic')) {
      return new Failure('auth-rejected', said, { remedy: 'The server takes no Basic login: write auth.method: ntlm.' });
    }
    return new Failure('auth-rejected', said, { remedy: whatToCheck(this.#credential) });
  }

  async #exchange(
    body: Buffer,
    credential: Credential,
    options: CallOptions & { readonly action: string; readonly isSync: boolean; readonly repeatable: boolean },
  ): Promise<Answer | 'rejected'> {
    const { signal } = this.#context;
    const { repeatable } = options;
    const attempt = `${options.attempt} at ${this.where}`;
    if (signal.aborted) throw new Failure('unreachable', `${attempt}: the session was stopped`);
    const endTurn = options.isSync ? await this.#syncTurn(credential, attempt) : () => {};
    const { lane, give, refuse } = this.#lanes.take(this.#settings, credential);
    try {
      const response = await sendAs(
        credential,
        lane,
        { headers: this.#headers(options.action), body, signal, attempt, repeatable },
        this.#settings,
      );
      this.#keepCookies(response);
      if (response.statusCode === 401) {
        this.#offers = offersOf(response);
        await drain(response);
        refuse();
        return 'rejected';
      }
      return await this.#read(response, options, attempt);
    } catch (error) {
      throw signal.aborted ? new Failure('unreachable', `${attempt}: the session was stopped`) : networkFailure(error, attempt);
    } finally {
      give();
      endTurn();
    }
  }

  async #syncTurn(credential: Credential, attempt: string): Promise<() => void> {
    const username = 'username' in credential ? credential.username : '';
    try {
      return await this.#lanes.syncTurn(this.#settings, username, this.#context.signal);
    } catch (error) {
      throw new Failure('unreachable', `${attempt}: the session was stopped`, { cause: error });
    }
  }

  #headers(action: string): Record<string, string> {
    const { mailbox } = this.#settings;
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return {
      'Content-Type': 'text/xml; charset=utf-8',
      SOAPAction: action,
      Accept: 'text/xml',
      'User-Agent': 'Mailroom',
      'client-request-id': randomUUID(),
      'return-client-request-id': 'true',
      // With the anchor it makes a balancer say, by cookies, which server it has chosen.
      'X-PreferServerAffinity': 'true',
      ...(mailbox === null ? {} : { 'X-AnchorMailbox': mailbox }),
      ...(cookies === '' ? {} : { Cookie: cookies }),
    };
  }

  /** Affinity: X-BackEndOverrideCookie and its like lead back to the same server behind a balancer. */
  #keepCookies(response: IncomingMessage): void {
    for (const line of response.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=;\s]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && line.length < 8192 && this.#cookies.size < 50) this.#cookies.set(name, value!);
    }
  }

  async #read(response: IncomingMessage, options: CallOptions, attempt: string): Promise<Answer> {
    const { statusCode = 0, headers } = response;
    const isXml = /^(text|application)\/(soap\+)?xml/i.test(headers['content-type'] ?? '');
    if ((statusCode !== 200 && statusCode !== 500) || !isXml) {
      await drain(response);
      if (statusCode === 200) throw notSoap(attempt);
      throw statusFailure(response, attempt);
    }
    const answer = await this.#parse(response, options);
    if (answer.fault !== null) throw faultFailure(answer.fault, attempt);
    if (statusCode !== 200) throw statusFailure(response, attempt);
    const { MajorVersion, MinorVersion, MajorBuildNumber, MinorBuildNumber } = answer.version?.attributes ?? {};
    // The build numbers are optional by the schema, and so is the header.
    this.#served = [MajorVersion, MinorVersion, MajorBuildNumber, MinorBuildNumber].filter(Boolean).join('.');
    return answer;
  }

  async #parse(response: IncomingMessage, { mimeBytes = 0 }: CallOptions): Promise<Answer> {
    const reader = new AnswerReader({ mimeBytes, textLength: MAX_TEXT_LENGTH });
    // Chunk by chunk as the socket gives them: going through the stream's iterator costs more than reading what is in them.
    response.on('data', (chunk: Buffer) => {
      try {
        reader.write(chunk);
      } catch (error) {
        response.destroy(error as Error);
      }
    });
    await finished(response);
    return reader.end();
  }
}

const notSoap = (attempt: string) =>
  new Failure('garbled', `${attempt}: the server answers with a page that is not SOAP`, {
    remedy: 'Check the url, and that no pre-authentication or maintenance page stands before EWS.',
  });

const VERSION_CODES = ['ErrorInvalidServerVersion', 'ErrorInvalidRequest', 'ErrorIncorrectSchemaVersion'];
const isAboutVersion = (error: unknown) => error instanceof ExchangeFailure && VERSION_CODES.includes(error.responseCode);
