/** The configuration of a private Dovecot, 2.3 here and 2.4 beside it: one user, no chroot, no privileges, ports above 1024. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authority } from './certificates.ts';
import { configure24 } from './dovecot-config-24.ts';
import { isNew } from './dovecot-places.ts';
import { base, type ConfigInput, folders, services } from './dovecot-setup.ts';
import { serverAccount } from './user.ts';

const MAIL = 'default_vsz_limit = 0\nmail_location = maildir:~/Maildir';
const SERVICES = { forever: 'service_count = 0', address: 'address' };

export async function configure(input: ConfigInput): Promise<string> {
  if (isNew(input.program.version)) return configure24(input);
  return [
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
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
  return `ssl = yes\nssl_cert = <${join(folder, 'cert.pem')}\nssl_key = <${join(folder, 'key.pem')}\nssl_min_protocol = TLSv1.2`;
}

function authentication({ folder, passwords, oauth2, requireTls = false }: ConfigInput): string {
  const { uid, gid } = serverAccount();
  const home = `${join(folder, 'mail')}/%Lu`;
  const tokens =
    oauth2 === undefined
      ? ''
      : `passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = ${folder}/oauth2.conf\n}`;
  return `
disable_plaintext_auth = ${requireTls ? 'yes' : 'no'}
auth_mechanisms = plain login cram-md5 apop${oauth2 === undefined ? '' : ' xoauth2 oauthbearer'}
auth_failure_delay = 0
auth_username_format = %Lu
login_trusted_networks =
${tokens}
passdb {
  driver = passwd-file
  args = username_format=%Lu ${passwords}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${home} allow_all_users=yes
}`;
}

function protocols({ imapCapability, uidlFormat }: ConfigInput): string {
  const capability = imapCapability === undefined ? '' : `imap_capability = ${imapCapability}`;
  return `${capability}\nprotocol pop3 {\n  pop3_uidl_format = ${uidlFormat ?? '%08Xu%08Xv'}\n}`;
}
