/** The POP3 side of the stand-in: RFC 1939 with UIDL and CAPA, DELE in effect at QUIT only. */

import type { Admit, KeptFolder, KeptMessage } from './kept-mail.ts';
import type { Peer, Script } from './scripted.ts';

interface Session {
  user: string;
  folder: KeptFolder | null;
  /** As it was at the login; a deleted one keeps its number. */
  list: readonly KeptMessage[];
  readonly deleted: Set<KeptMessage>;
}

type Answer = (session: Session, argument: string, peer: Peer) => Promise<void>;

export function servePop3(admit: Admit): Script {
  return async (peer) => {
    const session: Session = { user: '', folder: null, list: [], deleted: new Set() };
    await peer.say('+OK stand-in ready');
    for (;;) {
      const [, word = '', argument = ''] = /^(\S*) ?(.*)$/.exec(await peer.line()) ?? [];
      const verb = word.toUpperCase();
      if (verb === 'QUIT') break;
      if (verb === 'PASS') await logIn(session, admit(session.user, Buffer.from(argument, 'latin1').toString('utf8')), peer);
      else await (ANYTIME[verb] ?? (session.folder ? LOGGED_IN[verb] : undefined) ?? unknown)(session, argument, peer);
    }
    for (const message of session.deleted) session.folder?.remove(message);
    await peer.say('+OK bye');
  };
}

const unknown: Answer = (_session, _argument, peer) => peer.say('-ERR not here, or not now');

async function logIn(session: Session, folders: ReadonlyMap<string, KeptFolder> | null, peer: Peer): Promise<void> {
  session.folder = folders?.get('INBOX') ?? null;
  session.list = [...(session.folder?.messages ?? [])];
  await peer.say(session.folder ? '+OK' : '-ERR [AUTH] wrong user or password');
}

const ANYTIME: Readonly<Record<string, Answer>> = {
  CAPA: (_session, _argument, peer) => peer.say('+OK', 'USER', 'TOP', 'UIDL', 'PIPELINING', 'RESP-CODES', 'AUTH-RESP-CODE', '.'),
  NOOP: (_session, _argument, peer) => peer.say('+OK'),
  USER: (session, argument, peer) => {
    session.user = argument;
    return peer.say('+OK');
  },
};

const LOGGED_IN: Readonly<Record<string, Answer>> = {
  STAT: (session, _argument, peer) => {
    const left = session.list.filter((message) => !session.deleted.has(message));
    return peer.say(`+OK ${left.length} ${left.reduce((sum, message) => sum + message.raw.length, 0)}`);
  },
  LIST: (session, argument, peer) => table(session, argument, peer, (message) => String(message.raw.length)),
  UIDL: (session, argument, peer) => table(session, argument, peer, ({ uid }) => `${session.folder?.uidValidity}.${uid}`),
  RETR: (session, argument, peer) =>
    withMessage(session, argument, peer, (message) => multiline(peer, message.raw.toString('latin1'))),
  TOP: (session, argument, peer) => {
    const [number = '', lines = '0'] = argument.split(' ');
    return withMessage(session, number, peer, ({ raw }) => multiline(peer, top(raw.toString('latin1'), Number(lines))));
  },
  DELE: (session, argument, peer) =>
    withMessage(session, argument, peer, (message) => {
      session.deleted.add(message);
      return peer.say('+OK');
    }),
  RSET: (session, _argument, peer) => {
    session.deleted.clear();
    return peer.say('+OK');
  },
};

async function withMessage(
  session: Session,
  number: string,
  peer: Peer,
  act: (message: KeptMessage) => Promise<void>,
): Promise<void> {
  const message = session.list[Number(number) - 1];
  await (message === undefined || session.deleted.has(message) ? peer.say('-ERR no such message') : act(message));
}

async function table(session: Session, argument: string, peer: Peer, show: (message: KeptMessage) => string): Promise<void> {
  if (argument !== '') return withMessage(session, argument, peer, (message) => peer.say(`+OK ${argument} ${show(message)}`));
  const rows = session.list.map((message, at) => [message, `${at + 1} ${show(message)}`] as const);
  await peer.say('+OK', ...rows.filter(([message]) => !session.deleted.has(message)).map(([, row]) => row), '.');
}

function top(text: string, lines: number): string {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return text;
  const body = text.slice(end + 4).split('\r\n');
  return `${text.slice(0, end + 4)}${body.slice(0, lines).join('\r\n')}`;
}

/** Dots are stuffed, and a message without a last line ending gets one (RFC 1939, 3). */
function multiline(peer: Peer, text: string): Promise<void> {
  const whole = text.endsWith('\r\n') ? text : `${text}\r\n`;
  return peer.raw(`+OK\r\n${whole.replace(/^\./gm, '..')}.\r\n`);
}
