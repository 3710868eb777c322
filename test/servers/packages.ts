/** Which programs of the system the test servers use, and where they are. */
import { existsSync } from 'node:fs';

export interface DovecotProgram {
  readonly dovecot: string;
  readonly doveadm: string;
  readonly env: NodeJS.ProcessEnv;
  /** Configuration that names the places of an unpacked one. */
  readonly settings: string;
}

export async function ensureDovecot(): Promise<DovecotProgram> {
  if (!existsSync('/usr/sbin/dovecot')) throw new Error('dovecot is not installed');
  return { dovecot: '/usr/sbin/dovecot', doveadm: '/usr/bin/doveadm', env: process.env, settings: '' };
}
