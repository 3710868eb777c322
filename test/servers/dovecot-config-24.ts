/**
 * The same configuration in the language of Dovecot 2.4 (Debian 13), which refuses that of 2.3: settings have new names, databases
 * and listeners are named, variables are written %{user | lower}. After "Upgrading from 2.3 to 2.4" at doc.dovecot.org.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authority } from './certificates.ts';
import { base, type ConfigInput, folders, services } from './dovecot-setup.ts';
import { serverAccount } from './user.ts';

const MAIL = 'default_vsz_limit = unlimited\nmail_driver = maildir\nmail_path = ~/Maildir\nmail_inbox_path = ~/Maildir';
const SERVICES = { forever: 'restart_request_count = unlimited', address: 'listen' };

export async function configure24(input: ConfigInput): Promise<string> {
  return [
    // These two have to be the first.
    'dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0',
    base(input, MAIL),
    await tls(input),
    authentication(input),
    services(input, SERVICES),
    folders(input),
    protocols(input),
    input.settings ?? '',
    '',
  ].join('\n');
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
