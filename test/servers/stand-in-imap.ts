/** The IMAP side of the stand-in: what a reading client needs of RFC 3501, with IDLE, SPECIAL-USE and APPEND. */
import { type Command, inSet, quote, readCommand, type Word } from './imap-words.ts';
import type { Admit, Kept, KeptFolder, KeptMessage } from './kept-mail.ts';
import { decodeFolderName, encodeFolderName } from './modified-utf7.ts';
import type { Peer, Script } from './scripted.ts';
import { fetchRow } from './stand-in-fetch.ts';
import { fits } from './stand-in-search.ts';

interface Session {
  readonly peer: Peer;
  readonly admit: Admit;
  folders: Kept | null;
  folder: KeptFolder | null;
  /** How many messages the client has been told of. */
  told: number;
  over: boolean;
}

type Answer = (session: Session, words: readonly Word[], command: Command) => Promise<string>;

const CAPABILITY = 'CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR IDLE ID LITERAL+ NAMESPACE SPECIAL-USE UNSELECT';
const USE: Readonly<Record<string, string>> = { Sent: '\\Sent', Drafts: '\\Drafts', Trash: '\\Trash' };

export function serveImap(admit: Admit): Script {
  return async (peer) => {
    const session: Session = { peer, admit, folders: null, folder: null, told: 0, over: false };
    await peer.say(`* OK [${CAPABILITY}] stand-in ready`);
    while (!session.over) {
      const command = await readCommand(peer);
      const answer = ANYTIME[command.name] ?? (session.folders ? LOGGED_IN[command.name] : undefined);
      await peer.say(`${command.tag} ${answer ? await answer(session, command.words, command) : 'BAD not here, or not now'}`);
    }
  };
}

function admitTo(session: Session, user: string, password: string): string {
  session.folders = session.admit(bytesToText(user), bytesToText(password));
  return session.folders ? `OK [${CAPABILITY}] in` : 'NO [AUTHENTICATIONFAILED] wrong user or password';
}

const bytesToText = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');

const ANYTIME: Readonly<Record<string, Answer>> = {
  async CAPABILITY({ peer }) {
    await peer.say(`* ${CAPABILITY}`);
    return 'OK done';
  },
  NOOP: async (session) => {
    await tellNew(session);
    return 'OK done';
  },
  async ID({ peer }) {
    await peer.say('* ID ("name" "Mailroom stand-in")');
    return 'OK done';
  },
  async LOGOUT(session) {
    session.over = true;
    await session.peer.say('* BYE');
    return 'OK bye';
  },
  LOGIN: async (session, [user = '', password = '']) => admitTo(session, String(user), String(password)),
  async AUTHENTICATE(session, [mechanism = '', initial]) {
    if (String(mechanism).toUpperCase() !== 'PLAIN') return 'NO only PLAIN';
    if (initial === undefined) await session.peer.say('+ ');
    const response = initial === undefined ? await session.peer.line() : String(initial);
    const [, user = '', password = ''] = Buffer.from(response, 'base64').toString('latin1').split('\0');
    return admitTo(session, user, password);
  },
};

const LOGGED_IN: Readonly<Record<string, Answer>> = {
  async NAMESPACE({ peer }) {
    await peer.say('* NAMESPACE (("" "/")) NIL NIL');
    return 'OK done';
  },
  LIST: (session, words) => list(session, words, 'LIST'),
  LSUB: (session, words) => list(session, words, 'LSUB'),
  async STATUS(session, [name = '', items = []]) {
    const folder = folderOf(session, name);
    if (folder === null) return 'NO no such folder';
    const values: Readonly<Record<string, number>> = {
      ...{ MESSAGES: folder.messages.length, UIDNEXT: folder.uidNext, UIDVALIDITY: folder.uidValidity, RECENT: 0 },
      UNSEEN: folder.messages.filter((message) => !message.flags.includes('\\Seen')).length,
    };
    const shown = (items as readonly Word[]).map((item) => `${item} ${values[String(item).toUpperCase()] ?? 0}`);
    await session.peer.say(`* STATUS ${quote(String(name))} (${shown.join(' ')})`);
    return 'OK done';
  },
  SELECT: (session, words) => select(session, words, 'READ-WRITE'),
  EXAMINE: (session, words) => select(session, words, 'READ-ONLY'),
  CLOSE: unselect,
  UNSELECT: unselect,
  async IDLE(session) {
    const tell = () => void tellNew(session).catch(() => {}); // the client left; the line below says so
    session.folder?.on('new', tell);
    try {
      await session.peer.say('+ idling');
      await tellNew(session);
      await session.peer.line();
    } finally {
      session.folder?.off('new', tell);
    }
    return 'OK done';
  },
  async APPEND(session, words) {
    const folder = folderOf(session, words[0] ?? '');
    if (folder === null) return 'NO [TRYCREATE] no such folder';
    const flags = words.find((word) => Array.isArray(word)) ?? [];
    const date = words.length > 2 && typeof words.at(-2) === 'string' ? new Date(String(words.at(-2)).trim()) : new Date();
    folder.add(Buffer.from(String(words.at(-1)), 'latin1'), { date, flags: flags as never });
    return 'OK done';
  },
  FETCH: (session, words) => fetch(session, words, false),
  SEARCH: (session, words) => search(session, words, false),
  async UID(session, [name = '', ...words]) {
    if (String(name).toUpperCase() === 'FETCH') return fetch(session, words, true);
    return String(name).toUpperCase() === 'SEARCH' ? search(session, words, true) : 'BAD not here';
  },
};

function folderOf(session: Session, name: Word): KeptFolder | null {
  const wanted = decodeFolderName(String(name));
  return session.folders?.get(wanted.toUpperCase() === 'INBOX' ? 'INBOX' : wanted) ?? null;
}

async function list(session: Session, [, pattern = '']: readonly Word[], verb: string): Promise<string> {
  if (pattern === '') await session.peer.say(`* ${verb} (\\Noselect) "/" ""`);
  const wanted = new RegExp(
    `^${String(pattern)
      .replace(/[.+?^$()|[\]{}\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('%', '[^/]*')}$`,
    'i',
  );
  for (const name of session.folders?.keys() ?? []) {
    const flags = ['\\HasNoChildren', ...(USE[name] ? [USE[name]] : [])].join(' ');
    if (pattern !== '' && wanted.test(encodeFolderName(name)))
      await session.peer.say(`* ${verb} (${flags}) "/" ${quote(encodeFolderName(name))}`);
  }
  return 'OK done';
}

async function select(session: Session, [name = '']: readonly Word[], mode: string): Promise<string> {
  session.folder = folderOf(session, name);
  if (session.folder === null) return 'NO no such folder';
  session.told = session.folder.messages.length;
  await session.peer.say(
    ...['* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)', `* ${session.told} EXISTS`, '* 0 RECENT'],
    ...[`* OK [UIDVALIDITY ${session.folder.uidValidity}] valid`, `* OK [UIDNEXT ${session.folder.uidNext}] next`],
  );
  return `OK [${mode}] open`;
}

async function unselect(session: Session): Promise<string> {
  session.folder = null;
  return 'OK closed';
}

async function tellNew(session: Session): Promise<void> {
  const count = session.folder?.messages.length ?? 0;
  if (session.folder === null || count === session.told) return;
  session.told = count;
  await session.peer.say(`* ${count} EXISTS`);
}

/** Those the client knows of, with their numbers. */
function known(session: Session): (readonly [KeptMessage, number])[] {
  return (session.folder?.messages ?? []).slice(0, session.told).map((message, at) => [message, at + 1] as const);
}

async function fetch(session: Session, [set = '', ...items]: readonly Word[], byUid: boolean): Promise<string> {
  const wanted = items.flat() as string[];
  const all = known(session);
  const largest = byUid ? (all.at(-1)?.[0].uid ?? 0) : all.length;
  for (const [message, number] of all) {
    if (inSet(String(set), byUid ? message.uid : number, largest))
      await session.peer.raw(fetchRow(message, number, byUid ? ['UID', ...wanted] : wanted));
  }
  return 'OK done';
}

async function search(session: Session, words: readonly Word[], byUid: boolean): Promise<string> {
  const all = known(session);
  const found = all.filter(([message, number]) => fits(words.map(String), message, number, all));
  await session.peer.say(['* SEARCH', ...found.map(([message, number]) => (byUid ? message.uid : number))].join(' '));
  return 'OK done';
}
