/** What a private Dovecot is told, and what is written alike for every version. */
import type { CertificateKind } from './certificates.ts';
import type { DovecotProgram } from './dovecot-program.ts';
import { HOST } from './ports.ts';

export interface OAuth2Check {
  /** Lines of dovecot-oauth2.conf.ext, such as `introspection_url = http://127.0.0.1:1234/introspect`. */
  readonly settings: string;
}

export interface ConfigInput {
  readonly folder: string;
  readonly log: string;
  readonly passwords: string;
  readonly program: DovecotProgram;
  readonly ports: readonly number[];
  readonly certificate?: CertificateKind | 'none';
  readonly requireTls?: boolean;
  readonly oauth2?: OAuth2Check;
  readonly settings?: string;
  readonly imapCapability?: string;
  readonly uidlFormat?: string;
  readonly withoutSpecialUse?: boolean;
}

/** Dovecot takes a connection from its own address for a secure one; to 127.0.0.2 one comes from 127.0.0.1. */
export const hostFor = (requireTls = false): string => (requireTls ? '127.0.0.2' : HOST);

/** imap, imaps, pop3, pop3s, auth. */
export const OWN_PORTS = 5;

export function folders({ withoutSpecialUse = false }: ConfigInput): string {
  const special = ['Drafts', 'Junk', 'Sent', 'Trash']
    .map((name) => `  mailbox ${name} {\n    special_use = \\${name}\n    auto = subscribe\n  }\n`)
    .join('');
  return `namespace inbox {\n  inbox = yes\n  separator = /\n${withoutSpecialUse ? '' : special}}`;
}
