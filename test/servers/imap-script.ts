/**
 * An IMAP server of few words for the scripted line server: it answers what a client reads with (no more), from a list of
 * messages, and each command can be answered otherwise by the test. What it offers is what `capability` says.
 */
import type { Peer, Script } from './scripted.ts';

export interface ImapMessage {
  uid: number;
  raw: string;
  flags?: readonly string[];
  /** As INTERNALDATE writes it. */
  date?: string;
  /** What RFC822.SIZE says, when that is not the truth. */
  size?: number;
  modseq?: number;
}

export interface ImapState {
  capability: string;
  greeting: string;
  validity: number | null;
  uidNext: number | null;
  /** Null: NOMODSEQ. */
  modseq: number | null;
  messages: ImapMessage[];
  /** What VANISHED (EARLIER) tells. */
  expunged: { uid: number; modseq: number }[];
  folders: readonly string[];
}

export interface ImapCommand {
  readonly peer: Peer;
  readonly tag: string;
  /** In upper case, `UID FETCH` as one. */
  readonly name: string;
  readonly args: string;
  readonly state: ImapState;
  readonly connection: number;
  ok(code?: string): Promise<void>;
  /** As the server would have answered without the test. */
  usual(): Promise<void>;
}

export type Answer = (command: ImapCommand) => Promise<unknown>;
export type Answers = Readonly<Record<string, Answer>>;

export const imapState = (changes: Partial<ImapState> = {}): ImapState => ({
  ...{ capability: 'IMAP4rev1 AUTH=PLAIN', greeting: '* OK ready', validity: 7, uidNext: 4, modseq: null, expunged: [] },
  ...{ folders: ['() "/" INBOX'], messages: [1, 2, 3].map((uid) => ({ uid, raw: `Subject: ${uid}\r\n\r\nbody ${uid}\r\n` })) },
  ...changes,
});

export function imapScript(state: ImapState, answers: Answers = {}): Script {
  return async (peer, connection) => {
    if (state.greeting !== '') await peer.say(state.greeting);
    for (;;) {
      const command = parse(await peer.line(), peer, state, connection);
      await (answers[command.name] ?? USUAL[command.name] ?? refuse)(command);
      if (command.name === 'LOGOUT') return;
    }
  };
}

function parse(line: string, peer: Peer, state: ImapState, connection: number): ImapCommand {
  const match = /^(\S+) ((?:UID )?\S+) ?(.*)$/is.exec(line);
  const [, tag = '*', word = '', args = ''] = match ?? [];
  const name = word.toUpperCase();
  const command: ImapCommand = {
    ...{ peer, tag, name, args, state, connection },
    ok: (code) => peer.say(`${tag} OK ${code ? `[${code}] ` : ''}done`),
    usual: async () => void (await (USUAL[name] ?? refuse)(command)),
  };
  return command;
}

const refuse: Answer = ({ peer, tag }) => peer.say(`${tag} BAD what is that`);
const simply: Answer = ({ ok }) => ok();

const USUAL: Answers = {
  CAPABILITY: async ({ peer, ok, state }) => {
    await peer.say(`* CAPABILITY ${state.capability}`);
    await ok();
  },
  LOGIN: simply,
  async AUTHENTICATE({ peer, ok, args }) {
    if (!/ /.test(args)) {
      await peer.say('+ ');
      await peer.line();
    }
    await ok();
  },
  NOOP: simply,
  CLOSE: simply,
  async LOGOUT({ peer, ok }) {
    await peer.say('* BYE');
    await ok();
  },
  async NAMESPACE({ peer, ok }) {
    await peer.say('* NAMESPACE (("" "/")) NIL NIL');
    await ok();
  },
  async ENABLE({ peer, ok, args }) {
    await peer.say(`* ENABLED ${args}`);
    await ok();
  },
  async ID({ peer, ok }) {
    await peer.say('* ID NIL');
    await ok();
  },
  async LIST({ peer, ok, state, args }) {
    if (args === '"" ""') await peer.say('* LIST (\\Noselect) "/" ""');
    else await peer.say(...state.folders.map((folder) => `* LIST ${folder}`));
    await ok();
  },
  LSUB: simply,
  async STATUS({ peer, ok, state, args }) {
    const name = args.slice(0, args.lastIndexOf(' ('));
    const modseq = /HIGHESTMODSEQ/.test(args) ? ` HIGHESTMODSEQ ${state.modseq ?? 0}` : '';
    const facts = `MESSAGES ${state.messages.length} UIDNEXT ${state.uidNext} UIDVALIDITY ${state.validity}${modseq}`;
    await peer.say(`* STATUS ${name} (${facts})`);
    await ok();
  },
  EXAMINE: (command) => open(command, 'READ-ONLY'),
  SELECT: (command) => open(command, 'READ-WRITE'),
  async 'UID SEARCH'({ peer, ok, state, args }) {
    const set = /\bUID (\S+)/.exec(args)?.[1];
    const uids = state.messages.map(({ uid }) => uid).filter((uid) => set === undefined || within(set, uid));
    await peer.say(`* SEARCH${uids.map((uid) => ` ${uid}`).join('')}`);
    await ok();
  },
  async 'UID FETCH'({ peer, ok, state, args }) {
    const [set = '', ...rest] = args.split(' ');
    const items = rest.join(' ');
    const since = Number(/CHANGEDSINCE (\d+)/.exec(items)?.[1] ?? 0);
    const vanished = state.expunged.filter(({ uid, modseq }) => modseq > since && within(set, uid)).map(({ uid }) => uid);
    if (/VANISHED/.test(items) && vanished.length > 0) await peer.say(`* VANISHED (EARLIER) ${vanished.join(',')}`);
    for (const [n, message] of state.messages.entries()) {
      if (within(set, message.uid) && (message.modseq ?? 1) > since) await peer.raw(fetchRow(n + 1, message, items));
    }
    await ok();
  },
};

async function open({ peer, ok, state }: ImapCommand, access: string): Promise<void> {
  await peer.say('* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)', `* ${state.messages.length} EXISTS`, '* 0 RECENT');
  if (state.validity !== null) await peer.say(`* OK [UIDVALIDITY ${state.validity}] valid`);
  if (state.uidNext !== null) await peer.say(`* OK [UIDNEXT ${state.uidNext}] next`);
  if (state.modseq !== null) await peer.say(`* OK [HIGHESTMODSEQ ${state.modseq}] highest`);
  else if (/CONDSTORE/.test(state.capability)) await peer.say('* OK [NOMODSEQ] none');
  await ok(access);
}

export const within = (set: string, uid: number): boolean =>
  set.split(',').some((part) => {
    const [first, last = first] = part.split(':').map((end) => (end === '*' ? Number.POSITIVE_INFINITY : Number(end)));
    return uid >= Math.min(first!, last!) && uid <= Math.max(first!, last!);
  });

/** One untagged FETCH with what was asked for. */
export function fetchRow(sequence: number, message: ImapMessage, items: string): string {
  const parts = [`UID ${message.uid}`];
  if (/FLAGS/.test(items)) parts.push(`FLAGS (${(message.flags ?? []).join(' ')})`);
  if (/INTERNALDATE/.test(items)) parts.push(`INTERNALDATE "${message.date ?? '05-Jan-2026 10:00:00 +0000'}"`);
  if (/RFC822\.SIZE/.test(items)) parts.push(`RFC822.SIZE ${message.size ?? message.raw.length}`);
  if (/MODSEQ/.test(items)) parts.push(`MODSEQ (${message.modseq ?? 1})`);
  const body = /BODY\.PEEK\[(HEADER)?\](?:<(\d+)\.(\d+)>)?/.exec(items);
  if (body) {
    const whole = body[1] === 'HEADER' ? message.raw.slice(0, message.raw.indexOf('\r\n\r\n') + 4) : message.raw;
    const part = body[2] === undefined ? whole : whole.slice(Number(body[2]), Number(body[2]) + Number(body[3]));
    parts.push(`BODY[${body[1] ?? ''}]${body[2] === undefined ? '' : `<${body[2]}>`} {${part.length}}\r\n${part}`);
  }
  return `* ${sequence} FETCH (${parts.join(' ')})\r\n`;
}
