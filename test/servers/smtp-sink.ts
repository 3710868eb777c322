/** A small submission server: accepts what it is told to accept, counts it, and can die or fall silent at the worst moment. */
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { authority, type CertificateKind } from './certificates.ts';
import { HOST, portOf } from './ports.ts';
import { type Answers, type Arrival, createAnswers, createLedger, firstAnswer, type SubmissionServer } from './submission.ts';

/**
 * What happens to a message after its final dot. `accept`: counted, 250. `lose-reply`: counted, then the connection is cut
 * instead of the reply. `stall`: counted, no reply ever. `cut`: not counted, connection cut. A text: not counted, that reply.
 */
export type AfterDot = 'accept' | 'lose-reply' | 'stall' | 'cut' | { readonly reply: string };

export interface SmtpSinkOptions {
  /** With users, a login is demanded. */
  readonly users?: Readonly<Record<string, string>>;
  /** XOAUTH2 access tokens by user. */
  readonly tokens?: Readonly<Record<string, string>>;
  readonly certificate?: CertificateKind;
  /** Offers no STARTTLS, and takes a login in clear text. */
  readonly withoutStartTls?: boolean;
  readonly sizeLimit?: number;
  /** Names of EHLO keywords not to offer. */
  readonly without?: readonly ('PIPELINING' | '8BITMIME' | 'SMTPUTF8' | 'DSN')[];
  /** Decides about the n-th message that came as far as the dot; told before it is counted. */
  afterDot?(arrival: Omit<Arrival, 'messageId'>, number: number): AfterDot | Promise<AfterDot>;
}

export interface SmtpSink extends SubmissionServer {
  /** How many messages came as far as the final dot. */
  dots(): number;
}

export async function startSmtpSink(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const ca = await authority();
  const { cert, key } = await ca.certificate(options.certificate);
  const inside: Inside = { options, ledger: createLedger(), answers: createAnswers(), dots: 0, servers: [] };
  const shared = { ...settings(options), ...handlers(inside), cert, key };
  const [plain, secure] = await Promise.all([open(shared), open({ ...shared, secure: true })]);
  inside.servers.push(plain, secure);
  const stop = async () => {
    await Promise.all(inside.servers.map(close));
  };
  return {
    label: 'scriptable SMTP server',
    ...{ host: HOST, port: portOf(plain.server), tlsPort: portOf(secure.server), caPem: ca.caPem, ledger: inside.ledger, stop },
    answer: inside.answers.set,
    dots: () => inside.dots,
    [Symbol.asyncDispose]: stop,
  };
}

interface Inside {
  readonly options: SmtpSinkOptions;
  readonly ledger: ReturnType<typeof createLedger>;
  readonly answers: Answers;
  readonly servers: SMTPServer[];
  dots: number;
}

function settings(options: SmtpSinkOptions): SMTPServerOptions {
  const { users, tokens, withoutStartTls = false, sizeLimit, without = [] } = options;
  const open = users === undefined && tokens === undefined;
  const disabled = [...(open ? ['AUTH'] : []), ...(withoutStartTls ? ['STARTTLS'] : [])];
  return {
    ...{ name: 'sink.example.test', logger: false, disableReverseLookup: true, hideDSN: false, size: sizeLimit },
    // Otherwise it would put codes of its own before those of our replies.
    hideENHANCEDSTATUSCODES: true,
    ...{ authOptional: open, allowInsecureAuth: withoutStartTls, disabledCommands: disabled },
    ...{ authMethods: ['PLAIN', 'LOGIN', ...(tokens === undefined ? [] : ['XOAUTH2'])], closeTimeout: 100 },
    ...Object.fromEntries(without.map((name) => [`hide${name}`, true])),
  };
}

function handlers(inside: Inside): SMTPServerOptions {
  const { options, answers } = inside;
  return {
    onAuth(auth, _session, done) {
      if (mayLogIn(options, auth)) done(null, { user: auth.username });
      else if (auth.method === 'XOAUTH2') done(null, { data: { status: '401', schemes: 'bearer' } });
      else done(failure('535 5.7.8 Authentication failed'));
    },
    onRcptTo(address, _session, done) {
      const reply = answers.ask(address.address, 'rcpt');
      done(reply === null ? null : failure(reply));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(failure('552 5.3.4 Message too big'));
        void afterTheDot(inside, session, Buffer.concat(chunks), done);
      });
    },
  };
}

async function afterTheDot(
  inside: Inside,
  session: SMTPServerSession,
  raw: Buffer,
  done: (error?: Error | null, message?: string) => void,
): Promise<void> {
  inside.dots += 1;
  const arrival = arrivalOf(session, raw);
  const fate = refusal(arrival, inside.answers) ?? (await inside.options.afterDot?.(arrival, inside.dots)) ?? 'accept';
  if (typeof fate === 'object') return done(failure(fate.reply));
  if (fate !== 'cut') inside.ledger.add(arrival);
  if (fate === 'accept') done(null, '2.0.0 Accepted');
  if (fate === 'cut' || fate === 'lose-reply') cut(inside.servers, session.id);
}

function refusal(arrival: Omit<Arrival, 'messageId'>, answers: Answers): AfterDot | null {
  const reply = firstAnswer(answers, arrival.recipients, 'data');
  return reply === null ? null : { reply };
}

export function arrivalOf(session: SMTPServerSession, raw: Buffer): Omit<Arrival, 'messageId'> {
  const { mailFrom, rcptTo, dsn } = session.envelope;
  return {
    raw,
    from: mailFrom === false ? '' : mailFrom.address,
    recipients: rcptTo.map((one) => ({ address: one.address, ...one.dsn })),
    envid: dsn?.envid ?? null,
    user: typeof session.user === 'string' ? session.user : null,
  };
}

function mayLogIn({ users = {}, tokens = {} }: SmtpSinkOptions, auth: SMTPServerAuthentication): boolean {
  const name = auth.username ?? '';
  if (auth.method === 'XOAUTH2') return tokens[name] !== undefined && tokens[name] === auth.accessToken;
  return users[name] !== undefined && users[name] === auth.password;
}

function cut(servers: readonly SMTPServer[], id: string): void {
  for (const connection of servers.flatMap((server) => [...server.connections])) {
    if (connection.id === id) connection._socket?.destroy();
  }
}

/** What the library sends as a refusal: a reply's code and the text after it. */
export function failure(reply: string): Error {
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
}

export function open(options: SMTPServerOptions): Promise<SMTPServer> {
  const server = new SMTPServer(options);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, () => {
      server.off('error', reject);
      server.on('error', () => {}); // a client that hangs up is no error of a test server
      resolve(server);
    });
  });
}

export const close = (server: SMTPServer): Promise<void> => new Promise((resolve) => server.close(resolve));
