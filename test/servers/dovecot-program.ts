/** Dovecot's programs, installed or unpacked, and what an unpacked one has to be told. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { programOf, Unavailable } from './packages.ts';

export interface DovecotProgram {
  readonly dovecot: string;
  readonly doveadm: string;
  readonly env: NodeJS.ProcessEnv;
  /** Configuration that names the places of an unpacked one. */
  readonly settings: string;
}

export async function findDovecot(): Promise<DovecotProgram> {
  await programOf('openssl');
  const dovecot = await programOf('dovecot');
  const root = dovecot.slice(0, -'/usr/sbin/dovecot'.length);
  const program = { dovecot, doveadm: join(root, '/usr/bin/doveadm'), ...placesOf(root) };
  checkVersion(program);
  return program;
}

function placesOf(root: string): { env: NodeJS.ProcessEnv; settings: string } {
  if (root === '') return { env: process.env, settings: '' };
  const own = join(root, 'usr/lib/dovecot');
  const libraries = [own, ...['usr/lib', 'lib'].flatMap((part) => architectureFolders(join(root, part)))].join(':');
  return {
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
    settings: [
      `libexec_dir = ${own}`,
      `mail_plugin_dir = ${join(own, 'modules')}`,
      `login_plugin_dir = ${join(own, 'modules/login')}`,
      'import_environment = $import_environment LD_LIBRARY_PATH',
    ].join('\n'),
  };
}

/** Such as usr/lib/x86_64-linux-gnu, where the libraries lie that Dovecot needs and the system has not. */
function architectureFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(folder, name));
}

/** The configuration language changed with 2.4. */
function checkVersion({ dovecot, env }: DovecotProgram): void {
  const version = execFileSync(dovecot, ['--version'], { env, encoding: 'utf8' }).trim();
  if (!version.startsWith('2.3.')) throw new Unavailable(`Dovecot 2.3 is needed (Debian 12), found ${version}`);
}
