/**
 * A private Postfix for one test: a submission server on 127.0.0.1 with STARTTLS, implicit TLS, SASL by Dovecot and DSN.
 *
 * What it accepts goes by LMTP into the test's own ledger, so an address can also refuse at delivery: Postfix then sends a
 * real bounce, which arrives in the ledger too. How addresses answer is asked from the test by Postfix's policy protocol.
 * Postfix needs root; without it `startSubmission` takes the scriptable server instead, and says so.
 */
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SMTPServerOptions } from 'smtp-server';
import { authority, type CertificateKind } from './certificates.ts';
import { type Dovecot, startDovecot } from './dovecot.ts';
import { ensure, programOf } from './packages.ts';
import { type Policy, startPolicy } from './policy.ts';
import { freePorts, HOST, portOf, untilGreeted } from './ports.ts';
import { type Spawned, spawnServer, temporaryFolder } from './processes.ts';
import { arrivalOf, close, failure, open, startSmtpSink } from './smtp-sink.ts';
import { type Answers, createAnswers, createLedger, type SubmissionServer } from './submission.ts';
import { idsOf } from './user.ts';

export interface PostfixOptions {
  /** With users, a login is demanded: a Dovecot of its own checks it, or the one given. */
  readonly users?: Readonly<Record<string, string>>;
  readonly dovecot?: Pick<Dovecot, 'authPort'>;
  readonly certificate?: CertificateKind;
  readonly sizeLimit?: number;
  /** Takes a login before TLS, too. */
  readonly clearTextLogin?: boolean;
  /** Lines of main.cf, read last. */
  readonly settings?: string;
}

export interface Postfix extends SubmissionServer {
  log(): string;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export async function startPostfix(options: PostfixOptions = {}): Promise<Postfix> {
  await programOf('openssl');
  await programOf('postfix');
  const answers = createAnswers();
  const ledger = createLedger();
  const [policy, lmtp] = await Promise.all([startPolicy(answers), open(deliveryInto(ledger, answers))]);
  const logins = options.dovecot ?? (options.users && (await startDovecot({ users: options.users })));
  const { path: folder, remove } = temporaryFolder('postfix');
  const input = { ...options, folder, policy, deliveryPort: portOf(lmtp.server), authPort: logins?.authPort ?? null };
  let [ports, running] = await startOnFreePorts(input);
  const stop = async () => {
    await running.stop();
    await Promise.all([
      policy.stop(),
      close(lmtp),
      options.dovecot === undefined ? (logins as Dovecot | undefined)?.stop() : null,
    ]);
    remove();
  };
  return {
    label: 'Postfix',
    ...{ host: HOST, port: ports[0]!, tlsPort: ports[1]!, caPem: (await authority()).caPem, ledger, stop },
    answer: answers.set,
    log: () => readLog(folder),
    kill: () => running.kill(),
    async restart() {
      await running.stop();
      running = await launch(folder, ports[0]!);
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** Postfix where it can run, else the sink, labelled as what it is. */
export async function startSubmission(
  options: Pick<PostfixOptions, 'users' | 'dovecot' | 'certificate' | 'sizeLimit'> = {},
): Promise<SubmissionServer> {
  const here = (await ensure(['postfix'])).get('postfix');
  if (here?.path !== undefined) return startPostfix(options);
  const sink = await startSmtpSink(options);
  return { ...sink, label: `${sink.label} (stands in for Postfix: ${here?.reason})` };
}

interface Input extends PostfixOptions {
  readonly folder: string;
  readonly policy: Policy;
  readonly deliveryPort: number;
  readonly authPort: number | null;
}

async function startOnFreePorts(input: Input): Promise<[number[], Spawned]> {
  prepareQueue(input.folder);
  for (let tries = 1; ; tries += 1) {
    const ports = await freePorts(2);
    writeFileSync(join(input.folder, 'main.cf'), await mainConfig(input));
    writeFileSync(join(input.folder, 'master.cf'), masterConfig(ports));
    try {
      return [ports, await launch(input.folder, ports[0]!)];
    } catch (error) {
      if (tries >= 3 || !String(error).includes('in use')) throw error;
    }
  }
}

async function launch(folder: string, port: number): Promise<Spawned> {
  const env = { ...process.env, MAIL_CONFIG: folder };
  const server = spawnServer('/usr/lib/postfix/sbin/master', ['-c', folder, '-d'], { env });
  const dead = () => (server.exited() ? `postfix ended at once: ${server.output()}${readLog(folder)}` : null);
  try {
    await untilGreeted(port, dead);
  } catch (error) {
    await server.kill();
    throw new Error(`${error instanceof Error ? error.message : error}\n${readLog(folder)}`);
  }
  return server;
}

const QUEUES = ['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'private', 'saved', 'trace'];

/** What `postfix check` would make; done here because it takes no time. */
function prepareQueue(folder: string): void {
  const [uid, gid] = idsOf('postfix');
  chmodSync(folder, 0o711);
  for (const name of ['queue', 'queue/pid']) mkdirSync(join(folder, name), { mode: 0o755 });
  for (const name of ['data', 'maildrop', 'public', ...QUEUES].map((one) => (one === 'data' ? one : `queue/${one}`))) {
    mkdirSync(join(folder, name), { mode: 0o700 });
    chownSync(join(folder, name), uid, gid);
  }
}

async function mainConfig(input: Input): Promise<string> {
  const { folder, policy, deliveryPort, authPort, certificate, sizeLimit = 50_000_000, clearTextLogin = false } = input;
  const { cert, key } = await (await authority()).certificate(certificate);
  writeFileSync(join(folder, 'key.pem'), `${key}${cert}`, { mode: 0o600 });
  const ask = `check_policy_service inet:${HOST}:${policy.port}`;
  const permitted = authPort === null ? 'permit_mynetworks' : 'permit_sasl_authenticated';
  return `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
maillog_file = ${folder}/postfix.log
maillog_file_prefixes = ${folder}
myhostname = mail.example.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = ${HOST}
inet_protocols = ipv4
smtp_dns_support_level = disabled
alias_maps =
alias_database =
local_recipient_maps =
local_header_rewrite_clients =
default_transport = lmtp:inet:${HOST}:${deliveryPort}
message_size_limit = ${sizeLimit}
mailbox_size_limit = 0
in_flow_delay = 0
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
smtpd_banner = $myhostname ESMTP
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_tls_security_level = may
smtpd_tls_chain_files = ${folder}/key.pem
smtpd_tls_auth_only = ${clearTextLogin ? 'no' : 'yes'}
smtpd_sasl_auth_enable = ${authPort === null ? 'no' : 'yes'}
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:${HOST}:${authPort ?? 0}
smtpd_relay_restrictions = ${permitted}, reject
smtpd_recipient_restrictions = ${ask}, ${permitted}, reject
smtpd_end_of_data_restrictions = ${ask}
${input.settings ?? ''}
`;
}

/** As in Debian's master.cf: these lie in queue/public, all other sockets in queue/private. */
const PUBLIC = ['cleanup', 'qmgr', 'flush', 'showq', 'postlog'];

function masterConfig([plain, secure]: readonly number[]): string {
  const service = (name: string, type: string, program: string, limit = '-', wakeup = '-') =>
    `${name} ${type} ${type === 'inet' || PUBLIC.includes(name) ? 'n' : '-'} - n ${wakeup} ${limit} ${program}\n`;
  return [
    service(`${HOST}:${plain}`, 'inet', 'smtpd'),
    service(`${HOST}:${secure}`, 'inet', 'smtpd -o smtpd_tls_wrappermode=yes'),
    service('cleanup', 'unix', 'cleanup', '0'),
    service('qmgr', 'unix', 'qmgr', '1', '300'),
    service('tlsmgr', 'unix', 'tlsmgr', '1', '1000?'),
    service('rewrite', 'unix', 'trivial-rewrite'),
    ...['bounce', 'defer', 'trace'].map((name) => service(name, 'unix', 'bounce', '0')),
    service('verify', 'unix', 'verify', '1'),
    service('flush', 'unix', 'flush', '0', '1000?'),
    ...['proxymap', 'showq', 'error', 'lmtp'].map((name) => service(name, 'unix', name)),
    service('retry', 'unix', 'error'),
    service('anvil', 'unix', 'anvil', '1'),
    service('scache', 'unix', 'scache', '1'),
    service('postlog', 'unix-dgram', 'postlogd', '1'),
  ].join('');
}

/** LMTP answers for each recipient: what it refuses, Postfix bounces or tries again. */
function deliveryInto(ledger: ReturnType<typeof createLedger>, answers: Answers): SMTPServerOptions {
  return {
    ...{ lmtp: true, logger: false, disableReverseLookup: true, authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'] },
    ...{ closeTimeout: 100, hideENHANCEDSTATUSCODES: true },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const arrival = arrivalOf(session, Buffer.concat(chunks));
        const replies = arrival.recipients.map(({ address }) => answers.ask(address, 'delivery'));
        const accepted = arrival.recipients.filter((_, at) => replies[at] === null);
        if (accepted.length > 0) ledger.add({ ...arrival, recipients: accepted });
        done(
          null,
          replies.map((reply) => (reply === null ? '2.0.0 Delivered' : failure(reply))),
        );
      });
    },
  };
}

function readLog(folder: string): string {
  const file = join(folder, 'postfix.log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
