/**
 * The private PostgreSQL that Mailroom starts itself.
 *
 * - Under a file lock: adopt a running server (postmaster.pid), clear what a killed one left, or start it.
 * - Every process that uses it is written down; the last one that leaves stops it. A command beside `mailroom run` joins it.
 * - One that was killed is started again on its old port, so that the connections of those who use it can be made anew.
 * - It listens on loopback only, on a port of the moment, with a password of its own in a file only we can read.
 * - As root it runs as another user, also where only root may enter the data folder.
 * - Data of another major version is refused with the way to upgrade.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, closeSync, openSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../model/failure.ts';
import { withFileLock } from '../platform/file-lock.ts';
import { processIdentity } from '../platform/process-identity.ts';
import { connectDatabase } from './database.ts';
import { type Binaries, chooseUser, findBinaries, type RunAs } from './embedded-binaries.ts';

export interface EmbeddedPostgres {
  readonly url: string;
  /** Of the server that was joined; one that was revived has another. */
  readonly pid: number;
  /** Starts it again on the same port where it has died (out of memory, killed); answers whether it had to. */
  revive(): Promise<boolean>;
  /** The last one that leaves stops the server. */
  leave(): Promise<void>;
}

const SETTINGS = [
  'shared_buffers=128MB',
  'max_connections=60',
  'max_wal_size=2GB',
  'checkpoint_timeout=15min',
  'jit=off',
  'timezone=UTC',
  'log_min_messages=warning',
  'log_min_error_statement=panic',
  'unix_socket_directories=',
];
const START_PATIENCE_MS = 60_000;

export async function joinEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  await mkdir(join(dataDir, 'postgres.users'), { recursive: true });
  const binaries = await findBinaries();
  const me = join(dataDir, 'postgres.users', String(process.pid));
  const { pid, port } = await locked(dataDir, async () => {
    const choosePort = async () => freePort(await lastPort(dataDir)).catch(() => freePort(0));
    const running = (await adopt(dataDir)) ?? (await start(dataDir, binaries, choosePort));
    await writeFile(me, (await processIdentity(process.pid)) ?? '');
    return running;
  });
  const password = await readFile(join(dataDir, 'postgres.password'), 'utf8');
  let left: Promise<void> | null = null;
  const leave = () => locked(dataDir, () => leaveLocked(dataDir, me));
  return {
    url: `postgres://mailroom:${password}@127.0.0.1:${port}/mailroom`,
    pid,
    async revive() {
      if ((await readRunning(dataDir))?.port === port) return false;
      return locked(
        dataDir,
        async () => (await adopt(dataDir)) === null && !!(await start(dataDir, binaries, () => freePort(port))),
      );
    },
    leave: () => (left ??= leave()),
  };
}

function locked<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const busy = (path: string) =>
    new Failure('unreachable', `another process has held ${path} for a minute`, {
      remedy: 'if no other Mailroom is starting or stopping, remove that file',
    });
  return withFileLock(join(dataDir, 'postgres.lock'), { patienceMs: 60_000, busy }, work);
}

interface Running {
  readonly pid: number;
  readonly port: number;
}

async function leaveLocked(dataDir: string, me: string): Promise<void> {
  await rm(me, { force: true });
  if ((await livingUsers(dataDir)) > 0) return;
  const running = await adopt(dataDir);
  if (running) await stop(running.pid);
}

async function livingUsers(dataDir: string): Promise<number> {
  const folder = join(dataDir, 'postgres.users');
  let living = 0;
  for (const name of await readdir(folder)) {
    const identity = await readFile(join(folder, name), 'utf8').catch(() => '');
    if ((await processIdentity(Number(name))) === identity) living += 1;
    else await rm(join(folder, name), { force: true });
  }
  return living;
}

const portFile = (dataDir: string) => join(dataDir, 'postgres.port');

/** Where it listened before; 0: anywhere. */
const lastPort = async (dataDir: string) => Number.parseInt(await readFile(portFile(dataDir), 'utf8').catch(() => ''), 10) || 0;

/** A fast shutdown: rolls back what is open and ends with everything on disk. */
async function stop(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  while ((await processIdentity(pid)) !== null) await pause(10);
}

/** The server that runs on this data, or null once nothing is in the way of starting one. */
async function adopt(dataDir: string): Promise<Running | null> {
  for (let waited = 0; waited < START_PATIENCE_MS; waited += 20) {
    const running = await readRunning(dataDir);
    if (running === null) {
      await rm(join(dataDir, 'postgres', 'postmaster.pid'), { force: true });
      return null;
    }
    if (running.ready) return running;
    await pause(20);
  }
  throw new Failure('unreachable', `the embedded PostgreSQL in ${dataDir} does not get ready`, {
    remedy: `read ${join(dataDir, 'postgres.log')}`,
  });
}

/** What postmaster.pid says, while that process lives. */
async function readRunning(dataDir: string): Promise<(Running & { readonly ready: boolean }) | null> {
  const lines = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!(pid > 0) || !(await isPostgres(pid))) return null;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** The number in a stale file may belong to something else by now. */
async function isPostgres(pid: number): Promise<boolean> {
  if ((await processIdentity(pid)) === null) return false;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return command === null || command.includes('postgres');
}

async function start(dataDir: string, found: Binaries, choosePort: () => Promise<number>): Promise<Running> {
  const cluster = join(dataDir, 'postgres');
  await mkdir(cluster, { recursive: true, mode: 0o700 });
  const { runAs, binaries } = await chooseUser(found, dataDir);
  if (runAs.uid !== undefined) await chown(cluster, runAs.uid, runAs.gid!);
  await refuseOtherMajor(cluster, binaries, dataDir);
  if (!(await readdir(cluster)).includes('PG_VERSION')) await initialise(dataDir, binaries, runAs);
  const running = await startServer(dataDir, binaries, runAs, choosePort);
  await writeFile(portFile(dataDir), String(running.port));
  await createDatabase(dataDir, running.port);
  return running;
}

async function refuseOtherMajor(cluster: string, binaries: Binaries, dataDir: string): Promise<void> {
  const found = (await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => binaries.major)).trim();
  if (found === binaries.major) return;
  throw new Failure('refused', `${cluster} was made by PostgreSQL ${found}, this Mailroom brings PostgreSQL ${binaries.major}`, {
    remedy: `start the Mailroom version that made it with "mailroom export", or run pg_dump of PostgreSQL ${found} on it; then move ${dataDir} away, start anew and load the dump through database.url`,
  });
}

async function initialise(dataDir: string, binaries: Binaries, runAs: RunAs): Promise<void> {
  const cluster = join(dataDir, 'postgres');
  const passwordFile = join(dataDir, 'postgres.password');
  // What an interrupted initdb left behind has no PG_VERSION and can hold no data.
  for (const name of await readdir(cluster)) await rm(join(cluster, name), { recursive: true });
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  await chmod(passwordFile, 0o600);
  if (runAs.uid !== undefined) chownSync(passwordFile, runAs.uid, runAs.gid!);
  const args = [
    '-D',
    cluster,
    '-U',
    'mailroom',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  const [file, words] = runAs.command(binaries.initdb, args);
  const done = spawnSync(file, words, {
    encoding: 'utf8',
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' },
  });
  if (done.status === 0) return;
  await rm(join(cluster, 'PG_VERSION'), { force: true });
  const said = (done.stderr || done.error?.message || '').trim().split('\n').at(-1)!;
  const nameless = /effective user ID/.test(said);
  throw new Failure('refused', `the embedded PostgreSQL could not be set up in ${cluster}: ${said}`, {
    remedy: nameless
      ? 'run as a user that has a name on this machine (an entry in /etc/passwd), or set database.url'
      : 'check that the disk is not full and the folder can be written, or set database.url',
  });
}

async function startServer(
  dataDir: string,
  binaries: Binaries,
  runAs: RunAs,
  choosePort: () => Promise<number>,
): Promise<Running> {
  const logFile = join(dataDir, 'postgres.log');
  for (let tries = 5; ; tries -= 1) {
    const port = await choosePort();
    const args = [
      '-D',
      join(dataDir, 'postgres'),
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      ...SETTINGS.flatMap((setting) => ['-c', setting]),
    ];
    const [file, words] = runAs.command(binaries.postgres, args);
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(file, words, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' },
    });
    closeSync(log);
    child.unref();
    const running = await ready(dataDir, child);
    if (running) return running;
    // Another program took the port, or the last backends of a killed server still hold its shared memory: both pass.
    if (tries === 1) break;
    await pause(500);
  }
  const said = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-3).join(' | ');
  throw new Failure('unreachable', `the embedded PostgreSQL does not start: ${said}`, { remedy: `read ${logFile}` });
}

async function ready(dataDir: string, child: ReturnType<typeof spawn>): Promise<Running | null> {
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.once('error', () => {
    ended = true;
  });
  const file = join(dataDir, 'postgres', 'postmaster.pid');
  while (!ended) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return { pid: child.pid!, port: Number(lines[3]) };
    await pause(10);
  }
  return null;
}

async function createDatabase(dataDir: string, port: number): Promise<void> {
  const password = await readFile(join(dataDir, 'postgres.password'), 'utf8');
  const maintenance = connectDatabase(`postgres://mailroom:${password}@127.0.0.1:${port}/postgres`, { connections: 1 });
  try {
    const found = await maintenance.raw("select 1 from pg_database where datname = 'mailroom'");
    if (found.rows.length === 0) await maintenance.raw('create database mailroom');
  } finally {
    await maintenance.destroy();
  }
}

/** The wanted one, or with 0 any. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
