/** The configuration of a private Dovecot, 2.3 here and 2.4 beside it: one user, no chroot, no privileges, ports above 1024. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authority } from './certificates.ts';
import { configure24 } from './dovecot-config-24.ts';
import { isNew } from './dovecot-places.ts';
import { type ConfigInput, folders, hostFor } from './dovecot-setup.ts';
import { HOST } from './ports.ts';
import { serverAccount } from './user.ts';

export async function configure(input: ConfigInput): Promise<string> {
  if (isNew(input.program.version)) return configure24(input);
  return [
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
default_vsz_limit = 0
mail_location = maildir:~/Maildir
mail_max_userip_connections = 1000
first_valid_uid = 1
maildir_very_dirty_syncs = no
shutdown_clients = yes
${program.settings}`;
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

/** Login processes serve many connections each, so that a burst of them forks nothing; anvil keeps no penalty for failures. */
function services({ ports }: ConfigInput): string {
  const [imap, imaps, pop3, pop3s, auth] = ports;
  const login = (protocol: string, plain: number, secure: number) => `
service ${protocol}-login {
  chroot =
  service_count = 0
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
    address = ${HOST}
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

function protocols({ imapCapability, uidlFormat }: ConfigInput): string {
  const capability = imapCapability === undefined ? '' : `imap_capability = ${imapCapability}`;
  return `${capability}\nprotocol pop3 {\n  pop3_uidl_format = ${uidlFormat ?? '%08Xu%08Xv'}\n}`;
}
