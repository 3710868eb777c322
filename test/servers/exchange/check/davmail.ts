// DavMail from Debian, unmodified, started against a stand-in. It is an EWS client that nobody here wrote.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const JAR = '/usr/share/davmail/davmail.jar';

export function davMailInstalled(): boolean {
  return existsSync(JAR) && spawnSync('java', ['-version']).status === 0;
}

export interface DavMail {
  imap: number;
  smtp: number;
  dav: string;
  log(): string;
  stop(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export async function startDavMail(url: string): Promise<DavMail> {
  const folder = mkdtempSync(join(tmpdir(), 'davmail-'));
  const [imap, smtp, caldav, ldap] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const settings: Record<string, string | number> = {
    'davmail.server': 'true',
    'davmail.mode': 'EWS',
    'davmail.url': url,
    'davmail.bindAddress': '127.0.0.1',
    'davmail.allowRemote': 'false',
    'davmail.imapPort': imap!,
    'davmail.smtpPort': smtp!,
    'davmail.popPort': '',
    'davmail.ldapPort': ldap!,
    'davmail.caldavPort': caldav!,
    'davmail.disableUpdateCheck': 'true',
    'davmail.enableKeepAlive': 'false',
    'davmail.imapIdleDelay': 1,
    'davmail.caldavPastDelay': 365,
    'davmail.caldavAutoSchedule': 'true',
    'davmail.enableKerberos': 'false',
    'davmail.logFilePath': join(folder, 'davmail.log'),
    'log4j.rootLogger': 'WARN',
    'log4j.logger.davmail': 'DEBUG',
  };
  writeFileSync(
    join(folder, 'davmail.properties'),
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const child: ChildProcess = spawn(
    'java',
    [
      '-Xmx256m',
      '-Djava.awt.headless=true',
      '-Duser.timezone=Europe/Zurich',
      `-Duser.home=${folder}`,
      '-jar',
      JAR,
      'davmail.properties',
    ],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const log = () => (existsSync(join(folder, 'davmail.log')) ? readFileSync(join(folder, 'davmail.log'), 'utf8') : '');
  const until = Date.now() + 60_000;
  while (!(await answers(caldav!)) || !(await answers(imap!))) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`DavMail did not start: ${log().slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    imap: imap!,
    smtp: smtp!,
    dav: `http://127.0.0.1:${caldav}`,
    log,
    stop: async () => {
      child.kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
