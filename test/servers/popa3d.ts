/**
 * popa3d as its distribution ships it: POP3 without CAPA, STLS or APOP, whose UIDLs are made of headers and therefore repeat.
 *
 * It logs in users of the system, so it runs in a mount namespace of its own, in which /etc/passwd, /var/mail and the rest are
 * ours: the machine is not touched. It is a program for inetd, so each connection gets a process. Needs root.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { programOf, Unavailable } from './packages.ts';
import { HOST, listen, portOf } from './ports.ts';
import { type Spawned, spawnServer, temporaryFolder } from './processes.ts';

export interface Popa3d {
  readonly host: string;
  readonly pop3Port: number;
  /** Appends to the user's mbox: line endings become LF, and lines that begin with "From " get a ">". */
  deliver(user: string, raw: Uint8Array | string): void;
  /** The mbox as it lies there. */
  mbox(user: string): Buffer;
  /** Puts another mbox in its place, byte for byte. */
  replaceMbox(user: string, content: Uint8Array | string): void;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const FIRST_UID = 20_001;
const OWN_UID = 20_000;

export async function startPopa3d(options: { readonly users: Readonly<Record<string, string>> }): Promise<Popa3d> {
  const program = await programOf('popa3d');
  const { path: folder, remove } = temporaryFolder('popa3d');
  const uids = new Map(Object.keys(options.users).map((name, at) => [name, FIRST_UID + at]));
  writeAccounts(folder, options.users, uids);
  const holder = await holdNamespace(folder);
  const children = new Set<ChildProcess>();
  const server = createServer({ pauseOnConnect: true }, (socket) => serve(socket, holder, program, children));
  await listen(server);
  const file = (user: string) => join(folder, 'mail', user);
  const stop = async () => {
    for (const child of children) child.kill('SIGKILL');
    await new Promise((resolve) => server.close(resolve));
    await holder.kill();
    remove();
  };
  return {
    ...{ host: HOST, pop3Port: portOf(server), stop, [Symbol.asyncDispose]: stop },
    deliver: (user, raw) => appendFileSync(file(user), asMbox(raw)),
    mbox: (user) => readFileSync(file(user)),
    replaceMbox: (user, content) => writeFileSync(file(user), content),
  };
}

/** The files that the namespace shows in the place of the system's. */
function writeAccounts(folder: string, users: Readonly<Record<string, string>>, uids: ReadonlyMap<string, number>): void {
  chmodSync(folder, 0o755);
  for (const name of ['mail', 'empty', 'pam.d']) mkdirSync(join(folder, name), { mode: 0o755 });
  writeFileSync(join(folder, 'pam.d', 'popa3d'), 'auth required pam_unix.so\naccount required pam_unix.so\n');
  const accounts: [string, number, string][] = [...uids].map(([name, uid]) => [name, uid, hash(users[name]!)]);
  const all: [string, number, string][] = [['root', 0, '*'], ['popa3d', OWN_UID, '*'], ...accounts];
  const lines = (line: (name: string, id: number, secret: string) => string) => all.map((one) => `${line(...one)}\n`).join('');
  writeFileSync(
    join(folder, 'passwd'),
    lines((name, id) => `${name}:x:${id}:${id}::/nonexistent:/bin/false`),
  );
  writeFileSync(
    join(folder, 'group'),
    lines((name, id) => `${name}:x:${id}:`),
  );
  writeFileSync(
    join(folder, 'shadow'),
    lines((name, _, secret) => `${name}:${secret}:19000:0:99999:7:::`),
    { mode: 0o600 },
  );
  for (const [name, uid] of uids) {
    writeFileSync(join(folder, 'mail', name), '', { mode: 0o660 });
    chownSync(join(folder, 'mail', name), uid, uid);
  }
}

const hash = (password: string): string =>
  execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: `${password}\n`, encoding: 'utf8' }).trim();

const NAMESPACE = `set -e
for name in passwd group shadow pam.d; do mount --bind "$1/$name" "/etc/$name"; done
mount --bind "$1/mail" "$(readlink -f /var/mail)"
mount -t tmpfs none /var/lib
mkdir /var/lib/popa3d
echo ready
exec sleep infinity`;

/** A process that does nothing but keep the namespace alive. */
async function holdNamespace(folder: string): Promise<Spawned> {
  const holder = spawnServer('unshare', ['--mount', '--propagation', 'private', '/bin/sh', '-c', NAMESPACE, 'namespace', folder]);
  while (!holder.output().includes('ready')) {
    if (holder.exited())
      throw new Unavailable(`popa3d needs a mount namespace, which cannot be made here: ${holder.output().trim()}`);
    await wait(5);
  }
  return holder;
}

function serve(socket: Socket, holder: Spawned, program: string, children: Set<ChildProcess>): void {
  const args = ['--target', String(holder.group), '--mount', '--', program];
  const child = spawn('nsenter', args, { stdio: [socket, socket, 'ignore'] });
  children.add(child);
  child.on('exit', () => children.delete(child));
  // The connection is the child's alone: ours would keep it open after its end.
  child.on('spawn', () => socket.destroy());
  child.on('error', () => socket.destroy());
}

function asMbox(raw: Uint8Array | string): Buffer {
  const text = Buffer.from(raw as Uint8Array)
    .toString('latin1')
    .replaceAll('\r\n', '\n');
  const quoted = text.replace(/^(>*From )/gm, '>$1');
  const ending = quoted.endsWith('\n') ? '\n' : '\n\n';
  return Buffer.from(`From sender@example.test Thu Jan  1 00:00:00 2026\n${quoted}${ending}`, 'latin1');
}
