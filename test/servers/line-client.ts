/** A client that a test drives by hand, byte for byte: for IMAP, POP3, SMTP and our own stand-ins. */
import { connect as openSocket, type Socket } from 'node:net';
import { connect as openTls, type TLSSocket } from 'node:tls';
import { HOST } from './ports.ts';

export interface LineClient {
  /** Sends bytes (a string as latin1, CRLF is the caller's) and returns nothing. */
  send(bytes: string | Uint8Array): void;
  /** Everything up to and with the first match, as latin1; fails when the server closes before. */
  until(pattern: RegExp): Promise<string>;
  /** `send(line + CRLF)`, then `until(pattern)`; the pattern is by default one complete line. */
  ask(line: string, pattern?: RegExp): Promise<string>;
  upgrade(ca: string, servername?: string): Promise<void>;
  /** What came until the server closed. */
  rest(): Promise<string>;
  close(): void;
}

export interface LineClientOptions {
  readonly port: number;
  readonly host?: string;
  readonly ca?: string;
  readonly servername?: string;
}

const LINE = /^.*\r\n/;

export async function connectLine({ port, host = HOST, ca, servername = 'localhost' }: LineClientOptions): Promise<LineClient> {
  let socket: Socket | TLSSocket = await opened(openSocket({ port, host }), 'connect');
  const heard = listenTo();
  heard.attach(socket);
  const upgrade = async (authority: string, name = servername) => {
    heard.detach(socket);
    socket = await opened(openTls({ socket, ca: authority, servername: name }), 'secureConnect');
    heard.attach(socket);
  };
  if (ca !== undefined) await upgrade(ca);
  const send = (bytes: string | Uint8Array) =>
    void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return {
    send,
    upgrade,
    until: heard.until,
    rest: heard.rest,
    close: () => void socket.destroy(),
    ask(line, pattern = LINE) {
      send(`${line}\r\n`);
      return heard.until(pattern);
    },
  };
}

function opened<S extends Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once(event, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Collects what comes and wakes whoever waits for it. */
function listenTo() {
  let text = '';
  let ended: string | null = null;
  let wake = () => {};
  const data = (chunk: Buffer) => {
    text += chunk.toString('latin1');
    wake();
  };
  const end = (reason: string) => {
    ended ??= reason;
    wake();
  };
  const closed = () => end('the server closed the connection');
  const failed = (error: Error) => end(error.message);
  const news = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  return {
    attach: (socket: Socket) => void socket.on('data', data).on('close', closed).on('error', failed),
    detach: (socket: Socket) => void socket.off('data', data).off('close', closed).off('error', failed),
    async until(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = pattern.exec(text);
        if (found !== null) {
          const end = found.index + found[0].length;
          const taken = text.slice(0, end);
          text = text.slice(end);
          return taken;
        }
        if (ended !== null) throw new Error(`${ended} before ${pattern} came; last heard: ${JSON.stringify(text.slice(-500))}`);
        await news();
      }
    },
    async rest(): Promise<string> {
      while (ended === null) await news();
      const taken = text;
      text = '';
      return taken;
    },
  };
}
