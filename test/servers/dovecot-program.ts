/** Dovecot's programs, installed or unpacked. */
import { join } from 'node:path';
import { dovecotPlaces, dovecotVersion } from './dovecot-places.ts';
import { programOf } from './packages.ts';

export interface DovecotProgram {
  readonly dovecot: string;
  readonly doveadm: string;
  readonly env: NodeJS.ProcessEnv;
  /** Configuration that names the places of an unpacked one. */
  readonly settings: string;
  readonly version: string;
}

export async function findDovecot(): Promise<DovecotProgram> {
  await programOf('openssl');
  const dovecot = await programOf('dovecot');
  const version = dovecotVersion(dovecot);
  const { root, env, settings } = dovecotPlaces(dovecot, version);
  return { dovecot, doveadm: join(root || '/', 'usr/bin/doveadm'), env, settings, version };
}
