/** Debian's packages: installed as root, or unpacked into a folder of our own. System services are never started. */
import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isRoot } from './user.ts';

export type Tell = (line: string) => void;

const run = promisify(execFile);
const ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
const POLICY = '/usr/sbin/policy-rc.d';

export const hasApt = (): boolean => existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg');

async function apt(...args: string[]): Promise<string> {
  const done = await run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=2', ...args], {
    ...{ env: ENVIRONMENT, maxBuffer: 1 << 26, cwd: tmpdir() },
  });
  return done.stdout;
}

/** As root. Updates the lists only when the packages are not found without. */
export async function installPackages(names: readonly string[], tell: Tell): Promise<void> {
  const undo = forbidServices();
  try {
    await preseed(names);
    const install = () => apt('install', '-y', '--no-install-recommends', ...names);
    await install().catch(async () => {
      tell('the package lists are missing or old: apt-get update …');
      await apt('update');
      await install();
    });
  } finally {
    undo();
  }
}

/** Postfix would otherwise write a configuration for the whole machine. */
async function preseed(names: readonly string[]): Promise<void> {
  if (!names.includes('postfix') || existsSync('/etc/postfix/main.cf') || !existsSync('/usr/bin/debconf-set-selections')) return;
  const child = run('debconf-set-selections', { env: ENVIRONMENT });
  child.child.stdin?.end('postfix postfix/main_mailer_type select No configuration\n');
  await child;
}

/** Debian's own switch (invoke-rc.d(8)): while the file says 101, no package starts a service. */
function forbidServices(): () => void {
  if (existsSync(POLICY)) return () => {};
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return () => rmSync(POLICY, { force: true });
}

/**
 * Needs no root: downloads the packages, with those they depend on that are not installed, and unpacks them below one
 * folder, which is kept for the next time. Returns that folder.
 */
export async function unpackPackages(names: readonly string[], tell: Tell): Promise<string> {
  const place = join(cacheFolder(), names.join('+'));
  if (existsSync(place)) return place;
  tell(`downloading and unpacking ${names.join(', ')} below ${cacheFolder()} (nothing is installed) …`);
  const work = mkdtempSync(join(cacheFolder(), 'work-'));
  try {
    await download(names, work);
    mkdirSync(join(work, 'root'));
    for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg', ['-x', join(work, file), join(work, 'root')]);
    }
    await run('chmod', ['-R', 'a+rX', work]);
    move(join(work, 'root'), place);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return place;
}

/** Another process may have been faster; then its folder is as good. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

async function download(names: readonly string[], folder: string): Promise<void> {
  const own = await listsThatKnow(names, folder);
  const planned = await apt(...own, '-s', '-o', 'Debug::NoLocking=1', '--no-install-recommends', 'install', ...names).catch(
    () => '',
  );
  // "Inst name (version …" is a new package; with "[version]" before, one that is here already.
  const wanted = new Set([...planned.matchAll(/^Inst (\S+) \(/gm)].map((match) => match[1]!));
  for (const name of names) wanted.add(name);
  await run('apt-get', ['-q', ...own, 'download', ...wanted], { cwd: folder, env: ENVIRONMENT });
}

/** Where the system's package lists are missing, own ones are fetched: that needs no root. */
async function listsThatKnow(names: readonly string[], folder: string): Promise<string[]> {
  // Not `apt-cache show`: that knows installed packages without knowing where to get them.
  const known = await run('apt-get', ['-q', 'download', '--print-uris', ...names], { env: ENVIRONMENT, cwd: folder }).then(
    () => true,
    () => false,
  );
  if (known) return [];
  for (const name of ['state/lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  const own = [
    ...['-o', `Dir::State=${join(folder, 'state')}`, '-o', 'Dir::State::status=/var/lib/dpkg/status'],
    ...['-o', `Dir::Cache=${join(folder, 'cache')}`, '-o', 'Debug::NoLocking=1'],
  ];
  await apt(...own, 'update');
  return own;
}

/** Where no other user can put programs, and where the servers' user can read them: as root they run as nobody. */
function cacheFolder(): string {
  const places = isRoot
    ? ['/var/cache/mailroom-test-servers']
    : [join(process.cwd(), 'node_modules', '.cache', 'mailroom-debian'), join(homedir(), '.cache', 'mailroom-debian')];
  for (const folder of places) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      accessSync(folder, constants.W_OK);
      return folder;
    } catch {} // the next one
  }
  throw new Error(`no folder for unpacked packages can be written: ${places.join(', ')}`);
}
