/** Mail written into and read from Maildir++ folders directly, as a delivery agent would. */
import {
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  futimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeFolderName } from './modified-utf7.ts';
import { isRoot, serverAccount } from './user.ts';

export interface Delivery {
  /** What IMAP shows as INTERNALDATE; default: now. */
  readonly date?: Date;
  /** Such as \Seen, \Flagged. */
  readonly flags?: readonly Flag[];
}

export type Flag = '\\Draft' | '\\Flagged' | '\\Answered' | '\\Seen' | '\\Deleted';

export interface StoredMessage {
  readonly file: string;
  readonly raw: Buffer;
  readonly flags: readonly Flag[];
}

export interface Maildir {
  add(raw: Uint8Array | string, delivery?: Delivery): void;
  list(): StoredMessage[];
  remove(message: StoredMessage): void;
  removeIndexFiles(): void;
}

const LETTERS: Readonly<Record<Flag, string>> = {
  '\\Draft': 'D',
  '\\Flagged': 'F',
  '\\Answered': 'R',
  '\\Seen': 'S',
  '\\Deleted': 'T',
};
const account = isRoot ? serverAccount() : null;
let delivered = 0;

export function openMaildir(home: string, folder: string): Maildir {
  const top = join(home, 'Maildir');
  const path = folder.toUpperCase() === 'INBOX' ? top : join(top, `.${folder.split('/').map(encodeFolderName).join('.')}`);
  return {
    add(raw, delivery = {}) {
      if (!existsSync(join(path, 'tmp'))) makeFolder(home, top, path);
      write(path, typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw, delivery);
    },
    list: () => ['cur', 'new'].flatMap((part) => read(join(path, part))).sort((a, b) => order(a.file) - order(b.file)),
    remove: (message) => rmSync(message.file),
    removeIndexFiles() {
      // The files named dovecot-uidvalidity stay: they make sure that the next UIDVALIDITY is another one.
      // The files named dovecot-uidvalidity stay: they make sure that the next UIDVALIDITY is another one.
      for (const entry of readdirSync(top, { recursive: true }).map(String)) {
        if (/(^|\/)dovecot[-.](?!uidvalidity)[^/]*$/.test(entry)) rmSync(join(top, entry), { force: true });
      }
    },
  };
}

function makeFolder(home: string, top: string, path: string): void {
  for (const folder of [home, top, path]) make(folder);
  for (const part of ['cur', 'new', 'tmp']) make(join(path, part));
  if (path !== top) closeSync(create(join(path, 'maildirfolder')));
}

function make(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (account !== null) chownSync(folder, account.uid, account.gid);
}

function create(file: string): number {
  const descriptor = openSync(file, 'wx', 0o600);
  if (account !== null) fchownSync(descriptor, account.uid, account.gid);
  return descriptor;
}

/** Dovecot numbers new messages by the time and the M part of the name; both grow with every delivery of this process. */
function write(path: string, raw: Uint8Array, delivery: Delivery): void {
  delivered += 1;
  const now = Date.now();
  const micros = (now % 1000) * 1000 + (delivered % 1000);
  const unique = `${Math.floor(now / 1000)}.M${micros}P${process.pid}Q${delivered}.${hostname().replace(/[/:]/g, '_')}`;
  const temporary = join(path, 'tmp', unique);
  const descriptor = create(temporary);
  for (let at = 0; at < raw.length; ) at += writeSync(descriptor, raw, at);
  if (delivery.date !== undefined) futimesSync(descriptor, delivery.date, delivery.date);
  closeSync(descriptor);
  const letters = (delivery.flags ?? []).map((flag) => LETTERS[flag]).sort();
  const name = `${unique},S=${raw.length}`;
  renameSync(temporary, letters.length === 0 ? join(path, 'new', name) : join(path, 'cur', `${name}:2,${letters.join('')}`));
}

function read(folder: string): StoredMessage[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => ({
    file: join(folder, name),
    raw: readFileSync(join(folder, name)),
    flags: flagsOf(name),
  }));
}

function flagsOf(name: string): Flag[] {
  const letters = /:2,([A-Z]*)/.exec(name)?.[1] ?? '';
  return (Object.keys(LETTERS) as Flag[]).filter((flag) => letters.includes(LETTERS[flag]));
}

/** By second, then by our counter, then by whatever another deliverer counted. */
function order(file: string): number {
  const name = file.slice(dirname(file).length + 1);
  const [seconds, micros] = /^(\d+)\.M(\d+)/.exec(name)?.slice(1).map(Number) ?? [0, 0];
  return seconds! * 1e6 + micros!;
}
