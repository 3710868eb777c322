/**
 * A small POP3 server made of a script, correct by the RFCs but for what a test changes: for habits of servers that are not at
 * hand. Replies and messages are bytes; a rule given in `rules` goes before its own.
 */
import type { Reaction, Rule } from './answering.ts';
import type { Peer, Script } from './scripted.ts';

export interface Pop3Maildrop {
  /** As they come out of RETR, before stuffing. */
  messages: string[];
  /** By message; default: u1, u2 … by content, so that they stay when others go. Null: the server has no UIDL. */
  uidls?: ((messages: readonly string[]) => readonly string[]) | null;
}

export interface Pop3Options {
  readonly greeting?: string;
  /** Null: no CAPA. Default: TOP, UIDL, USER, PIPELINING. */
  readonly capabilities?: readonly string[] | null;
  readonly password?: string;
  readonly noTop?: boolean;
  /** What LIST says of a message, where it is not its length. */
  readonly sizeOf?: (message: string) => number;
  readonly rules?: readonly Rule[];
}

const ids = new Map<string, string>();
const idOf = (message: string, nth: number): string => {
  const key = `${nth} ${message}`;
  const known = ids.get(key) ?? `u${ids.size + 1}`;
  ids.set(key, known);
  return known;
};

/** Ids that stay with a message whatever goes before it. */
export function steadyIds(messages: readonly string[]): string[] {
  return messages.map((message, at) => idOf(message, messages.slice(0, at).filter((other) => other === message).length));
}

export const stuffed = (text: string): string =>
  `${(text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`).replace(/(^|\r\n)\./g, '$1..')}.\r\n`;
export const lines = (...items: readonly string[]): string => `${items.map((item) => `${item}\r\n`).join('')}.\r\n`;

const header = (message: string): string => {
  const end = message.indexOf('\r\n\r\n');
  return end === -1 ? message : message.slice(0, end + 4);
};

/** `drop` is read at each login, as a real maildrop is; QUIT after DELE changes it. */
export function pop3Script(drop: Pop3Maildrop, options: Pop3Options = {}): Script {
  return async (peer) => {
    const { greeting = '+OK ready\r\n', capabilities = ['TOP', 'UIDL', 'USER', 'PIPELINING'] } = options;
    const messages = [...drop.messages];
    const uidls = drop.uidls === null ? null : (drop.uidls ?? steadyIds)(messages);
    const deleted = new Set<number>();
    const sizeOf = options.sizeOf ?? ((message: string) => message.length);
    const each = (tell: (message: string, number: number) => string) =>
      `+OK\r\n${lines(...messages.map((message, at) => `${at + 1} ${tell(message, at + 1)}`))}`;
    const one = (number: string, reply: (message: string) => string) => {
      const message = messages[Number(number) - 1];
      return message === undefined || deleted.has(Number(number)) ? '-ERR no such message\r\n' : reply(message);
    };
    const own: readonly Rule[] = [
      [/^CAPA$/i, capabilities === null ? '-ERR what\r\n' : `+OK\r\n${lines(...capabilities)}`],
      [/^USER /i, '+OK\r\n'],
      [
        /^PASS (.*)$/i,
        (to, _, match) => to.raw(match[1] === (options.password ?? 'secret') ? '+OK in\r\n' : '-ERR [AUTH] wrong\r\n'),
      ],
      [/^NOOP$/i, '+OK\r\n'],
      [/^STAT$/i, () => peer.raw(`+OK ${messages.length} ${messages.reduce((sum, message) => sum + sizeOf(message), 0)}\r\n`)],
      [/^LIST$/i, () => peer.raw(each((message) => String(sizeOf(message))))],
      [/^UIDL$/i, () => peer.raw(uidls === null ? '-ERR what\r\n' : each((_, number) => uidls[number - 1]!))],
      [
        /^RETR (\d+)$/i,
        (to, _, match) => to.raw(one(match[1]!, (message) => `+OK ${message.length} octets\r\n${stuffed(message)}`)),
      ],
      [
        /^TOP (\d+) 0$/i,
        (to, _, match) =>
          to.raw(options.noTop ? '-ERR what\r\n' : one(match[1]!, (message) => `+OK\r\n${stuffed(header(message))}`)),
      ],
      [
        /^DELE (\d+)$/i,
        (to, _, match) => {
          const known = one(match[1]!, () => '+OK\r\n');
          if (known.startsWith('+OK')) deleted.add(Number(match[1]));
          return to.raw(known);
        },
      ],
      [
        /^RSET$/i,
        () => {
          deleted.clear();
          return peer.raw('+OK\r\n');
        },
      ],
      [
        /^QUIT$/i,
        async () => {
          drop.messages = messages.filter((_, at) => !deleted.has(at + 1));
          await peer.raw('+OK bye\r\n');
          peer.close();
        },
      ],
    ];
    await peer.raw(greeting);
    await answer(peer, [...(options.rules ?? []), ...own]);
  };
}

async function answer(peer: Peer, rules: readonly Rule[]): Promise<void> {
  for (;;) {
    const line = await peer.line();
    const [match, reaction] = firstFit(line, rules);
    if (typeof reaction === 'function') await reaction(peer, line, match!);
    else await peer.raw(reaction);
  }
}

function firstFit(line: string, rules: readonly Rule[]): readonly [RegExpExecArray | null, Reaction] {
  for (const [pattern, reaction] of rules) {
    const match = pattern.exec(line);
    if (match !== null) return [match, reaction];
  }
  return [null, '-ERR what\r\n'];
}
