/**
 * The same configuration in the language of Dovecot 2.4 (Debian 13), which refuses that of 2.3: settings have new names, databases
 * and listeners are named, variables are written %{user | lower}. After "Upgrading from 2.3 to 2.4" at doc.dovecot.org.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authority } from './certificates.ts';
import { type ConfigInput, folders, hostFor } from './dovecot-setup.ts';
import { HOST } from './ports.ts';
import { serverAccount } from './user.ts';

export async function configure24(input: ConfigInput): Promise<string> {
  return [
    // These two have to be the first.
    'dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0',
    base(input),
    await tls(input),
    authentication(input),
    services(input),
    folders(input),
    protocols(input),
    input.settings ?? '',
    '',
  ].join('\n');
}

function base({ folder, log, program, requireTls = false }: ConfigInput): string {
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
default_vsz_limit = unlimited
mail_driver = maildir
mail_path = ~/Maildir
mail_inbox_path = ~/Maildir
mail_max_userip_connections = 1000
first_valid_uid = 1
maildir_very_dirty_syncs = no
shutdown_clients = yes
${program.settings}`;
}

async function tls({ folder, certificate = 'good' }: ConfigInput): Promise<string> {
  if (certificate === 'none') return 'ssl = no';
  const { cert, key } = await (await authority()).certificate(certificate);
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  return `ssl = yes\nssl_server_cert_file = ${certFile}\nssl_server_key_file = ${keyFile}\nssl_min_protocol = TLSv1.2`;
}

function authentication({ folder, passwords, oauth2, requireTls = false }: ConfigInput): string {
  const { uid, gid } = serverAccount();
  const home = `${join(folder, 'mail')}/%{user | lower}`;
  const tokens =
    oauth2 === undefined ? '' : `oauth2 {\n${oauth2.settings}\n}\npassdb oauth2 {\n  mechanisms_filter = xoauth2 oauthbearer\n}`;
  return `
auth_allow_cleartext = ${requireTls ? 'no' : 'yes'}
auth_mechanisms = plain login cram-md5 apop${oauth2 === undefined ? '' : ' xoauth2 oauthbearer'}
auth_failure_delay = 0
auth_username_format = %{user | lower}
login_trusted_networks =
${tokens}
passdb passwd-file {
  passwd_file_path = ${passwords}
}
userdb static {
  fields {
    uid = ${uid}
    gid = ${gid}
    home = ${home}
  }
  userdb_static_allow_all_users = yes
}`;
}

function services({ ports }: ConfigInput): string {
  const [imap, imaps, pop3, pop3s, auth] = ports;
  const login = (protocol: string, plain: number, secure: number) => `
service ${protocol}-login {
  chroot =
  restart_request_count = unlimited
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
    listen = ${HOST}
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

/** The variables of a format in the old language, in the new one. */
const uidl = (format: string): string =>
  format
    .replace('%08Xu', '%{uid | hex(8)}')
    .replace('%08Xv', '%{uidvalidity | hex(8)}')
    .replace('%g', '%{guid}')
    .replace('%u', '%{uid}');

function protocols({ imapCapability, uidlFormat }: ConfigInput): string {
  const capability = imapCapability === undefined ? '' : `imap_capability = ${imapCapability}`;
  return `${capability}\nprotocol pop3 {\n  pop3_uidl_format = ${uidl(uidlFormat ?? '%08Xu%08Xv')}\n}`;
}
