/**
 * An SMTP server whose every answer a test decides, and which keeps what was said to it byte for byte. For what real servers
 * do rarely: replies out of place, hanging up at one exact moment, STARTTLS taken away.
 */
import { createServer, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls';
import { authority, type CertificateKind } from './certificates.ts';
import { HOST, listen, portOf } from './ports.ts';

/** A reply as one string (lines with \n), `hang up`, or `silence`. */
export type Answer = string;

export interface DialogueOptions {
  readonly greeting?: Answer;
  /** Lines of the EHLO reply after the first. */
  readonly offers?: readonly string[];
  readonly tls?: 'implicit' | 'starttls';
  readonly certificate?: CertificateKind;
  /** The answer to a command; undefined for the usual one. `data` is the answer to 'DATA', `dot` that to the final dot. */
  readonly answer?: (command: string, dialogue: Dialogue) => Answer | undefined;
}

export interface Dialogue {
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
  /** Every line the client sent outside of data; `.` for each final dot. */
  readonly commands: string[];
  /** The messages that were ended by their dot, unstuffed. */
  readonly messages: Buffer[];
  /** Data that has come so far for the message in transit. */
  pendingBytes(): number;
  /** Lines that came while the connection was not encrypted. */
  readonly clearText: string[];
  stop(): Promise<void>;
}

const USUAL: readonly (readonly [RegExp, Answer])[] = [
  [/^(HELO|MAIL|RCPT|RSET|NOOP)/i, '250 2.0.0 ok'],
  [/^DATA/i, '354 go on'],
  [/^\.$/, '250 2.0.0 queued'],
  [/^QUIT/i, '221 2.0.0 bye'],
  [/^AUTH/i, '235 2.7.0 welcome'],
];
const DOT = Buffer.from('\r\n.\r\n');

export async function startDialogue(options: DialogueOptions = {}): Promise<Dialogue> {
  const { cert, key } = await (await authority()).certificate(options.certificate);
  const sockets = new Set<Socket>();
  let pending = 0;
  const onSocket = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    converse(socket, options, dialogue, createSecureContext({ cert, key }), (bytes) => {
      pending = bytes;
    });
  };
  const server = options.tls === 'implicit' ? createTlsServer({ cert, key }, onSocket) : createServer(onSocket);
  server.on('tlsClientError', () => {});
  await listen(server);
  const dialogue: Dialogue = {
    ...{ host: HOST, port: portOf(server), caPem: (await authority()).caPem },
    ...{ commands: [], messages: [], clearText: [], pendingBytes: () => pending },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return dialogue;
}

function converse(
  first: Socket,
  options: DialogueOptions,
  dialogue: Dialogue,
  secureContext: ReturnType<typeof createSecureContext>,
  tellPending: (bytes: number) => void,
): void {
  let socket = first;
  let heard: Buffer = Buffer.alloc(0);
  let inData = false;
  const say = (answer: Answer) => {
    if (answer === 'silence') return;
    if (answer === 'hang up') return void socket.destroy();
    const [lines, end] = answer.split(' then ');
    socket.write(`${lines!.replaceAll('\n', '\r\n')}\r\n`);
    if (end === 'hang up') socket.end();
  };
  const upgrade = () => {
    socket.removeAllListeners('data');
    heard = Buffer.alloc(0);
    socket = new TLSSocket(socket, { isServer: true, secureContext });
    socket.on('error', () => {}).on('data', hear);
  };
  const obey = (line: string) => {
    dialogue.commands.push(line);
    if (!(socket instanceof TLSSocket)) dialogue.clearText.push(line);
    const answer = options.answer?.(line, dialogue);
    if (answer !== undefined) {
      inData = /^DATA/i.test(line) && answer.startsWith('354');
      return say(answer);
    }
    if (/^EHLO/i.test(line)) return say(offered(options, socket));
    if (/^STARTTLS/i.test(line) && options.tls === 'starttls') {
      say('220 2.0.0 go');
      return upgrade();
    }
    inData = /^DATA/i.test(line);
    say(USUAL.find(([pattern]) => pattern.test(line))?.[1] ?? '502 5.5.2 unknown');
  };
  const takeData = (): boolean => {
    const end = heard.subarray(0, 3).equals(DOT.subarray(2)) ? -2 : heard.indexOf(DOT);
    tellPending(heard.length);
    if (end === -1) return false;
    const body = heard.subarray(0, end === -2 ? 0 : end + 2).toString('latin1');
    dialogue.messages.push(Buffer.from(body.replace(/(^|\r\n)\.\./g, '$1.'), 'latin1'));
    heard = heard.subarray(end + DOT.length);
    inData = false;
    obey('.');
    return true;
  };
  const takeLine = (): boolean => {
    const end = heard.indexOf('\n');
    if (end === -1) return false;
    const line = heard.subarray(0, end).toString('utf8').replace(/\r$/, '');
    heard = heard.subarray(end + 1);
    obey(line);
    return true;
  };
  const hear = (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    while (heard.length > 0 && (inData ? takeData() : takeLine()));
  };
  socket.on('data', hear);
  say(options.greeting ?? '220 dialogue.example.test ESMTP');
}

function offered(options: DialogueOptions, socket: Socket): Answer {
  const before = options.tls === 'starttls' && !(socket instanceof TLSSocket) ? ['STARTTLS'] : [];
  const lines = ['dialogue.example.test', ...before, ...(options.offers ?? ['PIPELINING', 'SIZE 1000000', '8BITMIME', 'DSN'])];
  return lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}`).join('\n');
}
