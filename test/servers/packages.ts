/**
 * The programs of the system that the test servers use: where they are, and how they come here. Installed ones are used;
 * as root missing ones are installed; without root they are unpacked from downloaded packages where that works.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hasApt, installPackages, type Tell, unpackPackages } from './debian.ts';
import { dovecotVersion } from './dovecot-places.ts';
import { relocateDovecot } from './relocate.ts';
import { isRoot } from './user.ts';

export type ServerName = 'dovecot' | 'postfix' | 'popa3d' | 'openssl';

/** Where a server's program is, or why there is none. */
export type Availability =
  | { readonly path: string; readonly reason?: undefined }
  | { readonly path?: undefined; readonly reason: string };

interface Recipe {
  readonly packages: readonly string[];
  readonly program: string;
  readonly why: string;
  /** Unpacked even as root: `popa3d` conflicts with Dovecot's POP3 server. */
  readonly onlyUnpacked?: boolean;
  /** Why it is of no use without root. */
  readonly needsRoot?: string;
  /** Says what stands in the way of a program that is here. */
  readonly obstacle?: (program: string) => string | null;
}

const RECIPES: Readonly<Record<ServerName, Recipe>> = {
  openssl: { packages: ['openssl'], program: '/usr/bin/openssl', why: 'makes the certificates of the test servers' },
  dovecot: {
    packages: ['dovecot-core', 'dovecot-imapd', 'dovecot-pop3d'],
    program: '/usr/sbin/dovecot',
    why: 'the IMAP and POP3 server on loopback',
    obstacle: wrongDovecot,
  },
  postfix: {
    packages: ['postfix'],
    program: '/usr/sbin/postfix',
    why: 'the submission server on loopback',
    needsRoot: 'Postfix runs only when root starts it',
  },
  popa3d: {
    packages: ['popa3d'],
    program: '/usr/sbin/popa3d',
    why: 'a POP3 server without CAPA, on loopback',
    onlyUnpacked: true,
    needsRoot: 'popa3d logs in users of the system only when root starts it',
    obstacle: noNamespace,
  },
};

const found = new Map<ServerName, Promise<Availability>>();
const toStderr: Tell = (line) => void process.stderr.write(`test servers: ${line}\n`);

/** Brings what is missing, says what it does and why, and tells for each server whether it can be started here. */
export async function ensure(names: readonly ServerName[], tell: Tell = toStderr): Promise<Map<ServerName, Availability>> {
  const all = new Map<ServerName, Availability>();
  for (const name of names) {
    const kept = found.get(name) ?? bring(name, tell);
    found.set(name, kept);
    all.set(name, await kept);
  }
  return all;
}

/** For a server's own start: the program's place, or an error that says why there is none. */
export async function programOf(name: ServerName): Promise<string> {
  const here = (await ensure([name])).get(name)!;
  if (here.path === undefined) throw new Unavailable(here.reason);
  return here.path;
}

export class Unavailable extends Error {}

async function bring(name: ServerName, tell: Tell): Promise<Availability> {
  const here = await find(name, tell);
  const obstacle = here.path === undefined ? null : RECIPES[name].obstacle?.(here.path);
  return obstacle ? { reason: obstacle } : here;
}

/** Each has a configuration language of its own. */
function wrongDovecot(program: string): string | null {
  const version = dovecotVersion(program);
  return /^2\.[34]\./.test(version) ? null : `Dovecot 2.3 (Debian 12) or 2.4 (Debian 13) is needed, found ${version}`;
}

/** A container's root may lack the right to it. */
function noNamespace(): string | null {
  const done = spawnSync('unshare', ['--mount', '--propagation', 'private', 'true'], { encoding: 'utf8' });
  return done.status === 0 ? null : `popa3d needs a mount namespace: ${done.stderr?.trim() || done.error?.message}`;
}

async function find(name: ServerName, tell: Tell): Promise<Availability> {
  const { packages, program, why, onlyUnpacked = false, needsRoot } = RECIPES[name];
  if (!isRoot && needsRoot !== undefined) return { reason: needsRoot };
  if (!onlyUnpacked && installed(name)) return { path: program };
  if (!hasApt()) return { reason: `${name} is not installed, and there is no apt-get to bring it` };
  try {
    if (onlyUnpacked || !isRoot) return { path: await unpacked(name, tell) };
    tell(`installing ${packages.join(', ')} by apt-get (${why}); no system service is started …`);
    await installPackages(packages, tell);
    return installed(name)
      ? { path: program }
      : { reason: `${program} is missing although ${packages.join(', ')} were installed` };
  } catch (error) {
    return { reason: `${name} could not be brought: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function installed(name: ServerName): boolean {
  const parts = name === 'dovecot' ? ['/usr/lib/dovecot/imap', '/usr/lib/dovecot/pop3', '/usr/bin/doveadm'] : [];
  return [RECIPES[name].program, ...parts].every((file) => existsSync(file));
}

async function unpacked(name: ServerName, tell: Tell): Promise<string> {
  const folder = await unpackPackages(RECIPES[name].packages, tell);
  if (name === 'dovecot') relocateDovecot(folder);
  return `${folder}${RECIPES[name].program}`;
}
