/** What an unpacked Dovecot has to be told about where it lies; nothing for an installed one. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface DovecotPlaces {
  /** Where it was unpacked; empty: the system. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** Lines of its configuration. */
  readonly settings: string;
}

/** The configuration language changed with 2.4. */
export const isNew = (version: string): boolean => !version.startsWith('2.3.');

/** Such as `2.3.19.1 (9b53102964)`. */
export function dovecotVersion(dovecot: string): string {
  const { env } = dovecotPlaces(dovecot, '');
  return execFileSync(dovecot, ['--version'], { env, encoding: 'utf8' }).trim();
}

export function dovecotPlaces(dovecot: string, version: string): DovecotPlaces {
  const root = dovecot.slice(0, -'/usr/sbin/dovecot'.length);
  if (root === '') return { root, env: process.env, settings: '' };
  const own = join(root, 'usr/lib/dovecot');
  const libraries = [own, ...['usr/lib', 'lib'].flatMap((part) => architectureFolders(join(root, part)))].join(':');
  return {
    root,
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
    settings: [
      `libexec_dir = ${own}`,
      `mail_plugin_dir = ${join(own, 'modules')}`,
      `login_plugin_dir = ${join(own, 'modules/login')}`,
      isNew(version)
        ? 'import_environment {\n  LD_LIBRARY_PATH = %{env:LD_LIBRARY_PATH}\n}'
        : 'import_environment = $import_environment LD_LIBRARY_PATH',
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
