/** Reads a mailbox byte for byte with nothing of ours in between: a socket and the rules of the RFCs. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** RFC 9051 6.4.5: every message of INBOX by BODY.PEEK[]. */
export async function readByImap(login: Login): Promise<Buffer[]> {
  const socket = connect(login.port, login.host);
  const all = collect(socket);
  socket.write(`a LOGIN ${login.user} ${login.password}\r\nb EXAMINE INBOX\r\nc UID FETCH 1:* (BODY.PEEK[])\r\nd LOGOUT\r\n`);
  const bytes = await all;
  const messages: Buffer[] = [];
  for (let at = 0; ; ) {
    const begin = bytes.indexOf('BODY[] ', at);
    if (begin < 0) return messages;
    const literal = /^BODY\[\] (?:\{(\d+)\}\r\n|(""))/.exec(bytes.subarray(begin, begin + 40).toString('latin1'));
    if (!literal) throw new Error(`not a literal at ${begin}: ${bytes.subarray(begin, begin + 60).toString('latin1')}`);
    const from = begin + literal[0].length;
    at = from + Number(literal[1] ?? 0);
    messages.push(bytes.subarray(from, at));
  }
}

/** RFC 1939: every message by RETR, the byte-stuffing of 3 undone. */
export async function readByPop3(login: Login): Promise<Buffer[]> {
  const socket = connect(login.port, login.host);
  const reader = lineReader(socket);
  await reader.line();
  const ask = async (command: string) => {
    socket.write(`${command}\r\n`);
    const line = await reader.line();
    if (!line.startsWith('+OK')) throw new Error(`${command}: ${line}`);
    return line.toString();
  };
  await ask(`USER ${login.user}`);
  await ask(`PASS ${login.password}`);
  const count = Number((await ask('STAT')).split(' ')[1]);
  const messages: Buffer[] = [];
  for (let number = 1; number <= count; number += 1) {
    await ask(`RETR ${number}`);
    messages.push(await reader.multiline());
  }
  await ask('QUIT');
  socket.destroy();
  return messages;
}

async function collect(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks);
}

function lineReader(socket: Socket) {
  let held: Buffer = Buffer.alloc(0);
  const more = async () => {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
  };
  const upTo = async (mark: string) => {
    let from = 0;
    for (;;) {
      const at = held.indexOf(mark, from);
      if (at >= 0) return at;
      from = Math.max(0, held.length - mark.length);
      await more();
    }
  };
  return {
    async line() {
      const at = await upTo('\r\n');
      const line = held.subarray(0, at);
      held = held.subarray(at + 2);
      return line.toString('latin1');
    },
    async multiline() {
      while (held.length < 3) await more();
      if (held.subarray(0, 3).toString('latin1') === '.\r\n') {
        held = held.subarray(3);
        return Buffer.alloc(0);
      }
      const at = await upTo('\r\n.\r\n');
      const body = held.subarray(0, at + 2);
      held = held.subarray(at + 5);
      return Buffer.from(body.toString('latin1').replace(/(^|\r\n)\.\./g, '$1.'), 'latin1');
    },
  };
}
