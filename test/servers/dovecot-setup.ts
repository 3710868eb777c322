/** What a private Dovecot is told, and what is written alike for every version. */
import { join } from 'node:path';
import type { CertificateKind } from './certificates.ts';
import type { DovecotProgram } from './dovecot-program.ts';
import { HOST } from './ports.ts';
import { serverAccount } from './user.ts';

export interface OAuth2Check {
  /** Lines of dovecot-oauth2.conf.ext, such as `introspection_url = http://127.0.0.1:1234/introspect`. */
  readonly settings: string;
}

/** What a test may want of its server. */
export interface DovecotSettings {
  /** The certificate it shows; `none` switches TLS off. Default: good. */
  readonly certificate?: CertificateKind | 'none';
  /** Refuses a login before TLS (LOGINDISABLED). The host is then 127.0.0.2. */
  readonly requireTls?: boolean;
  readonly oauth2?: OAuth2Check;
  /** More configuration in Dovecot's own syntax, read last, so that it wins. */
  readonly settings?: string;
  /** The IMAP capabilities before and after login, to imitate a poorer server. Default: all that Dovecot has. */
  readonly imapCapability?: string;
  /** Default: Dovecot's usual %08Xu%08Xv. */
  readonly uidlFormat?: string;
  /** No folder is marked as Sent, Trash … */
  readonly withoutSpecialUse?: boolean;
}

export interface ConfigInput extends DovecotSettings {
  readonly folder: string;
  readonly log: string;
  readonly passwords: string;
  readonly program: DovecotProgram;
  readonly ports: readonly number[];
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

/** `own`: what is said in the language of one version only. */
export function base({ folder, log, program, requireTls = false }: ConfigInput, own: string): string {
  const { name, group } = serverAccount();
  return `
base_dir = ${join(folder, 'run')}
state_dir = ${join(folder, 'state')}
log_path = ${log}
instance_name = mailroom-test
protocols = imap pop3
listen = ${hostFor(requireTls)}
default_internal_user = ${name}
default_internal_group = ${group}
default_login_user = ${name}
default_process_limit = 1000
default_client_limit = 5000
${own}
mail_max_userip_connections = 1000
first_valid_uid = 1
maildir_very_dirty_syncs = no
shutdown_clients = yes
${program.settings}`;
}

/**
 * Login processes serve many connections each (`forever`), so that a burst of them forks nothing; anvil keeps no penalty for
 * failures. `address`: the name of that setting.
 */
export function services({ ports }: ConfigInput, { forever, address }: Readonly<Record<'forever' | 'address', string>>): string {
  const [imap, imaps, pop3, pop3s, auth] = ports;
  const login = (protocol: string, plain: number, secure: number) => `
service ${protocol}-login {
  chroot =
  ${forever}
  process_min_avail = 1
  inet_listener ${protocol} {
    port = ${plain}
  }
  inet_listener ${protocol}s {
    port = ${secure}
    ssl = yes
  }
}`;
  return `${login('imap', imap!, imaps!)}
${login('pop3', pop3!, pop3s!)}
service auth {
  inet_listener mta {
    ${address} = ${HOST}
    port = ${auth}
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}`;
}
