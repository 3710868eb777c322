/** The programs that are compared: how each is told to fetch the whole mailbox, and how many messages it has in the end. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { joinEmbeddedPostgres } from '../../src/store/embedded.ts';
import { createGateway } from '../../test/gateway/gateway.ts';
import { hasApt, installPackages } from '../../test/servers/debian.ts';
import { temporaryFolder } from '../../test/servers/processes.ts';
import { isRoot, ownFolder, serverUser } from '../../test/servers/user.ts';
import type { Program } from './measure.ts';

export type Protocol = 'imap' | 'pop3';

export interface Source {
  readonly user: string;
  readonly imapPort: number;
  readonly pop3Port: number;
}

export interface Prepared {
  readonly program: Program;
  /** The first process of the database that it stores into. */
  readonly database: number | null;
  /** Messages that it has, told after the run by what it stored or said. */
  count(output: string): number;
  remove(): Promise<void>;
}

export interface Tool {
  readonly name: string;
  readonly protocols: readonly Protocol[];
  readonly slow: readonly Protocol[];
  readonly does: string;
  /** How often it may try, where it is known to fail by chance. */
  readonly attempts?: number;
  /** Debian package and program, where it is one. */
  readonly debian?: { readonly package: string; readonly program: string };
  prepare(source: Source, protocol: Protocol): Promise<Prepared>;
}

export const TOOLS: readonly Tool[] = [
  {
    ...{ name: 'mailroom', protocols: ['imap', 'pop3'], slow: [] },
    ...{ does: 'mailroom sync: read, stored and committed with the change feed', prepare: prepareMailroom },
  },
  {
    ...{ name: 'naive', protocols: ['imap'], slow: [] },
    ...{ does: 'imapflow fetch, mailparser simpleParser, one INSERT each', prepare: prepareNaive },
  },
  {
    ...{ name: 'mbsync', protocols: ['imap'], slow: [], debian: { package: 'isync', program: '/usr/bin/mbsync' } },
    ...{ does: 'into a Maildir, fsync on (its default)', prepare: prepareMbsync },
  },
  {
    ...{ name: 'fetchmail', protocols: ['pop3', 'imap'], slow: ['imap'] },
    ...{ debian: { package: 'fetchmail', program: '/usr/bin/fetchmail' } },
    ...{ does: 'appended to one file, nothing synced', prepare: prepareFetchmail },
  },
  {
    ...{ name: 'getmail6', protocols: ['imap', 'pop3'], slow: ['imap', 'pop3'] },
    ...{ debian: { package: 'getmail6', program: '/usr/bin/getmail' } },
    ...{ does: 'into a Maildir, a child process for each message', attempts: 3, prepare: prepareGetmail },
  },
  {
    ...{ name: 'node-pop3', protocols: ['pop3'], slow: [] },
    ...{ does: 'RETR each, stored nowhere', prepare: prepareNodePop3 },
  },
];

/** As root, brings a missing program; answers why it is left out, or null. */
export async function bring({ debian }: Tool, tell: (line: string) => void): Promise<string | null> {
  if (debian === undefined || existsSync(debian.program)) return null;
  if (!isRoot || !hasApt()) return `${debian.program} is missing (Debian: apt-get install ${debian.package})`;
  tell(`installing ${debian.package} by apt-get …`);
  await installPackages([debian.package], tell);
  return existsSync(debian.program) ? null : `${debian.program} is missing although ${debian.package} was installed`;
}

const node = (file: string, ...args: readonly string[]): Program => ({
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, file), ...args],
});
const countIn = (output: string): number => Number(/"count":(\d+)/.exec(output)?.[1]);

/** The database runs before the measured command and after it, so that its account is whole and its start is nobody's cost. */
async function prepareMailroom(source: Source, protocol: Protocol): Promise<Prepared> {
  const port = protocol === 'imap' ? source.imapPort : source.pop3Port;
  const gateway = await createGateway({
    data: './data',
    servers: { here: { type: protocol, host: '127.0.0.1', port, tls: 'none', allowClearText: true } },
    mailboxes: [
      {
        address: 'anna@company.example',
        receive: { server: 'here', auth: { username: source.user, password: { env: 'BENCH_PASSWORD' } } },
      },
    ],
  });
  const server = await joinEmbeddedPostgres(join(gateway.folder, 'data'));
  await gateway.run(['migrate'], { BENCH_PASSWORD: 'secret' });
  const profile = process.env.BENCH_PROFILE;
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  return {
    program: {
      ...{ command: process.execPath, args: [...flags, ...gateway.command(['sync', '--json'])] },
      env: { BENCH_PASSWORD: 'secret' },
    },
    database: server.pid,
    count: (output) => Number(/"stored":(\d+)/.exec(output)?.[1]),
    async remove() {
      await server.leave();
      await gateway.remove();
    },
  };
}

async function prepareNaive(source: Source): Promise<Prepared> {
  const folder = temporaryFolder('naive');
  const server = await joinEmbeddedPostgres(folder.path);
  return {
    program: node('naive-main.ts', String(source.imapPort), source.user, server.url),
    database: server.pid,
    count: countIn,
    async remove() {
      await server.leave();
      folder.remove();
    },
  };
}

async function prepareNodePop3(source: Source): Promise<Prepared> {
  return {
    ...{ program: node('node-pop3-main.ts', String(source.pop3Port), source.user), database: null },
    ...{ count: countIn, remove: async () => {} },
  };
}

/** A folder with files, all of the user that the program runs as: getmail6 refuses to deliver as root. */
function place(name: string, files: (path: string) => Readonly<Record<string, string>>, folders: readonly string[] = []) {
  const { path, remove } = temporaryFolder(name);
  for (const folder of folders) mkdirSync(join(path, folder), { recursive: true });
  for (const [file, text] of Object.entries(files(path))) writeFileSync(join(path, file), text, { mode: 0o600 });
  ownFolder(path);
  const at = (command: string, ...args: readonly string[]): Program => ({
    ...{ command, args, cwd: path, user: serverUser(), env: { HOME: path, FETCHMAILHOME: path } },
  });
  return { path, at, remove: async () => remove() };
}

const filesIn = (folder: string): number => ['new', 'cur'].reduce((sum, part) => sum + readdirSync(join(folder, part)).length, 0);

async function prepareMbsync({ user, imapPort }: Source): Promise<Prepared> {
  const { path, at, remove } = place(
    'mbsync',
    (home) => ({
      rc: [
        `IMAPAccount here\nHost 127.0.0.1\nPort ${imapPort}\nUser ${user}\nPass secret\nSSLType None\nAuthMechs LOGIN\n`,
        `IMAPStore there\nAccount here\n`,
        `MaildirStore kept\nPath ${home}/mail/\nInbox ${home}/mail/INBOX\n`,
        `Channel all\nFar :there:INBOX\nNear :kept:INBOX\nSync Pull\nCreate Near\nSyncState *\n`,
      ].join('\n'),
    }),
    ['mail'],
  );
  return {
    program: at('/usr/bin/mbsync', '-q', '-c', 'rc', 'all'),
    database: null,
    count: () => filesIn(join(path, 'mail/INBOX')),
    remove,
  };
}

async function prepareFetchmail({ user, imapPort, pop3Port }: Source, protocol: Protocol): Promise<Prepared> {
  const port = protocol === 'imap' ? imapPort : pop3Port;
  const { path, at, remove } = place('fetchmail', (home) => ({
    rc: `poll 127.0.0.1 protocol ${protocol} port ${port} auth password user "${user}" password "secret" is anna here keep fetchall sslproto '' bsmtp "${home}/out"\n`,
  }));
  const program = at('/usr/bin/fetchmail', '-s', '--nosyslog', '-f', 'rc', '--pidfile', join(path, 'pid'));
  const count = () => readFileSync(join(path, 'out'), 'latin1').match(/^MAIL FROM:/gm)?.length ?? 0;
  return { program, database: null, count, remove };
}

/**
 * getmail6 6.18 forks for each message and listens for the child's end only afterwards (getmailcore/baseclasses.py, forkchild): a
 * child that is quicker, as on a busy machine, is waited for until the time-out, and the run ends. The time-out is short here, so
 * that another attempt costs little.
 */
async function prepareGetmail({ user, imapPort, pop3Port }: Source, protocol: Protocol): Promise<Prepared> {
  const [type, port] = protocol === 'imap' ? ['SimpleIMAPRetriever', imapPort] : ['SimplePOP3Retriever', pop3Port];
  const { path, at, remove } = place(
    'getmail',
    (home) => ({
      rc: [
        `[retriever]\ntype = ${type}\nserver = 127.0.0.1\nport = ${port}\nusername = ${user}\npassword = secret\ntimeout = 30\n${protocol === 'imap' ? 'use_peek = true\n' : ''}`,
        `[destination]\ntype = Maildir\npath = ${home}/mail/\n`,
        '[options]\nread_all = true\ndelete = false\nverbose = 0\ndelivered_to = false\nreceived = false\n',
      ].join('\n'),
    }),
    ['mail/new', 'mail/cur', 'mail/tmp'],
  );
  const program = at('/usr/bin/getmail', '--getmaildir', path, '--rcfile', join(path, 'rc'));
  return { program, database: null, count: () => filesIn(join(path, 'mail')), remove };
}
