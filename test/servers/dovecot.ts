/**
 * A private Dovecot for one test: IMAP and POP3 on 127.0.0.1, in clear text, with STARTTLS and with implicit TLS.
 *
 * It never needs root: it runs as one ordinary user (as root: as nobody), so every place runs the same server. Mail lies
 * in Maildirs, into which `deliver` writes directly: the bytes are kept, and 20,000 messages take seconds. Dovecot
 * itself answers bare LF as CRLF; every other byte comes out as it went in.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { authority } from './certificates.ts';
import { configure } from './dovecot-config.ts';
import { type DovecotProgram, findDovecot } from './dovecot-program.ts';
import { type DovecotSettings, hostFor, OWN_PORTS } from './dovecot-setup.ts';
import { type Delivery, type Maildir, openMaildir, type StoredMessage } from './maildir.ts';
import { freePorts, untilGreeted } from './ports.ts';
import { type Spawned, spawnServer, temporaryFolder } from './processes.ts';
import { ownFolder, serverUser } from './user.ts';

export interface DovecotOptions extends DovecotSettings {
  /** Passwords by login name; a name may be an address. */
  readonly users: Readonly<Record<string, string>>;
}

export interface Dovecot {
  readonly host: string;
  readonly imapPort: number;
  readonly imapsPort: number;
  readonly pop3Port: number;
  readonly pop3sPort: number;
  /** Where a Postfix asks for logins (smtpd_sasl_path = inet:…). */
  readonly authPort: number;
  readonly caPem: string;
  /** The process group's id; changes with a restart. */
  pid(): number;
  /** Sets a password, for a new user or an old one; resolves when the server accepts it. */
  setPassword(name: string, password: string): Promise<void>;
  /** Writes a message into a folder ("INBOX", "Archive/2024"; made when missing) and resolves when it is visible. */
  deliver(user: string, folder: string, raw: Uint8Array | string, delivery?: Delivery): Promise<void>;
  /** The files of a folder as they lie in the store, in the order of their delivery. */
  messages(user: string, folder?: string): StoredMessage[];
  /** Removes one stored message behind the server's back. */
  remove(user: string, folder: string, message: StoredMessage): void;
  /** Loses all indexes and UID lists of a user: UIDVALIDITY changes. Better while nobody is logged in. */
  removeIndexFiles(user: string): Promise<void>;
  doveadm(...args: string[]): Promise<string>;
  log(): string;
  kill(): Promise<void>;
  /** Ends it when it still runs (by SIGTERM) and starts it on the same ports with the same mail. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Place {
  readonly folder: string;
  readonly config: string;
  readonly log: string;
  readonly passwords: string;
  readonly program: DovecotProgram;
}

export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const program = await findDovecot();
  const [place, remove] = await prepare(program);
  const users = new Map(Object.entries(options.users));
  writePasswords(place, users);
  const [ports, first] = await startOnFreePorts(place, options);
  let running = first;
  const [imapPort, imapsPort, pop3Port, pop3sPort, authPort] = ports as [number, number, number, number, number];
  const mail = (user: string, folder: string): Maildir => openMaildir(join(place.folder, 'mail', user.toLowerCase()), folder);
  const doveadm = (...args: string[]) => runDoveadm(place, args);
  const setPassword = async (name: string, password: string) => {
    users.set(name, password);
    writePasswords(place, users);
    // Dovecot looks at the file once a second at most.
    while (!(await accepted(doveadm('auth', 'test', name, password)))) await wait(100);
  };
  const stop = async () => {
    await running.stop();
    remove();
  };
  return {
    ...{
      host: hostFor(options.requireTls),
      imapPort,
      imapsPort,
      pop3Port,
      pop3sPort,
      authPort,
      caPem: (await authority()).caPem,
    },
    ...{ setPassword, doveadm, stop, [Symbol.asyncDispose]: stop },
    pid: () => running.group,
    deliver: async (user, folder, raw, delivery) => mail(user, folder).add(raw, delivery),
    messages: (user, folder = 'INBOX') => mail(user, folder).list(),
    remove: (user, folder, message) => mail(user, folder).remove(message),
    removeIndexFiles: async (user) => openMaildir(join(place.folder, 'mail', user.toLowerCase()), 'INBOX').removeIndexFiles(),
    log: () => readLog(place),
    kill: () => running.kill(),
    async restart() {
      await running.stop();
      running = await launch(place, hostFor(options.requireTls), imapPort);
    },
  };
}

async function prepare(program: DovecotProgram): Promise<[Place, () => void]> {
  const { path: folder, remove } = temporaryFolder('dovecot');
  for (const name of ['run', 'state', 'mail']) mkdirSync(join(folder, name));
  const place = {
    ...{ folder, program, config: join(folder, 'dovecot.conf') },
    ...{ log: join(folder, 'dovecot.log'), passwords: join(folder, 'passwords') },
  };
  return [place, remove];
}

/** Another process may take a port between our choice and the bind, so a second choice is worth it. */
async function startOnFreePorts(place: Place, options: DovecotOptions): Promise<[number[], Spawned]> {
  for (let tries = 1; ; tries += 1) {
    const ports = await freePorts(OWN_PORTS);
    writeFileSync(place.config, await configure({ ...options, ...place, ports }));
    if (options.oauth2 !== undefined) writeFileSync(join(place.folder, 'oauth2.conf'), options.oauth2.settings);
    ownFolder(place.folder);
    try {
      return [ports, await launch(place, hostFor(options.requireTls), ports[0]!)];
    } catch (error) {
      if (tries >= 3 || !String(error).includes('in use')) throw error;
    }
  }
}

async function launch(place: Place, host: string, port: number): Promise<Spawned> {
  const { env, dovecot } = place.program;
  const server = spawnServer(dovecot, ['-F', '-c', place.config], { env, ...serverUser(), cwd: place.folder });
  const dead = () => (server.exited() ? `dovecot ended at once: ${server.output()}${readLog(place)}` : null);
  try {
    await untilGreeted(port, dead, host);
  } catch (error) {
    await server.kill();
    throw new Error(`${error instanceof Error ? error.message : error}\n${readLog(place)}`);
  }
  return server;
}

let changes = 0;

function writePasswords(place: Place, users: ReadonlyMap<string, string>): void {
  const lines = [...users].map(([name, password]) => `${name.toLowerCase()}:${encodePassword(password)}::::::\n`);
  writeFileSync(place.passwords, lines.join(''));
  chmodSync(place.passwords, 0o644); // its folder is closed to others
  // Two contents of one length within one second would count as the same file.
  changes += 1;
  utimesSync(place.passwords, changes, changes);
}

const accepted = (answer: Promise<string>) =>
  answer.then(
    () => true,
    () => false,
  );

/** By its own encoding, because a colon would end the field. */
function encodePassword(password: string): string {
  return `{PLAIN.b64}${Buffer.from(password, 'utf8').toString('base64')}`;
}

const execute = promisify(execFile);

async function runDoveadm(place: Place, args: readonly string[]): Promise<string> {
  const { env, doveadm } = place.program;
  const done = await execute(doveadm, ['-c', place.config, ...args], {
    ...{ env, ...serverUser(), cwd: place.folder },
    maxBuffer: 1 << 28,
  });
  return done.stdout;
}

function readLog(place: Place): string {
  try {
    return readFileSync(place.log, 'utf8');
  } catch {
    return ''; // it ended before it wrote anything
  }
}
