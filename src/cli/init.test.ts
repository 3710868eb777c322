import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import type { Ask } from './ask.ts';
import { discover, type Network } from './discover.ts';
import { type Frame, runFrame } from './frame.ts';
import { createInit } from './init.ts';

let home: string;
const asked: string[] = [];
const fetched: string[] = [];
let tested: string[] = [];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mailroom-init-'));
  asked.length = 0;
  fetched.length = 0;
  tested = [];
});
afterEach(() => rm(home, { recursive: true, force: true }));
const file = () => join(home, 'mailroom.yaml');

const failing = () => Promise.reject(Object.assign(new Error('no network'), { code: 'ECONNREFUSED' }));
const offline: Network = { resolveSrv: failing, resolveMx: failing, lookup: failing, fetch: failing, answers: async () => false };
const nobody: Ask = { present: false, text: failing, secret: failing };
const person = (...answers: string[]): Ask => {
  const answer = async (question: string, preset?: string) => {
    asked.push(question);
    return answers.shift() || (preset ?? '');
  };
  return { present: true, text: answer, secret: answer };
};

async function run(words: readonly string[], options: { network?: Network; ask?: Ask } = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const init = createInit({
    network: () => options.network ?? offline,
    ask: () => options.ask ?? nobody,
    test: async (address) => {
      tested.push(address);
      return 0;
    },
  });
  const never = () => Promise.reject(new Error('not for init'));
  const frame: Frame = {
    version: '0',
    commands: [init],
    environment: { P: 'x' },
    streams: { stdout, stderr },
    signal: new AbortController().signal,
    loadConfig: never,
    openHouse: never,
    openStore: never,
  };
  const code = await runFrame(frame, ['--config', file(), 'init', ...words]);
  return { code, out: everything(stdout), err: everything(stderr) };
}

function everything(stream: PassThrough): string {
  let all = '';
  for (let piece = stream.read(); piece !== null; piece = stream.read()) all += piece;
  return all;
}

async function box(address: string) {
  const loaded = await loadConfig(file(), { env: {}, now: new Date() });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config.mailboxes.find((mailbox) => mailbox.address === address);
}

const XML = `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x">
<incomingServer type="pop3"><hostname>pop.example.com</hostname><port>995</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username></incomingServer>
<incomingServer type="imap"><hostname>clear.example.com</hostname><port>143</port><socketType>plain</socketType><username>x</username></incomingServer>
<incomingServer type="imap"><hostname>imap.example.com</hostname><port>143</port><socketType>STARTTLS</socketType><username>%EMAILLOCALPART%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.example.com</hostname><port>465</port><socketType>SSL</socketType></outgoingServer>
</emailProvider></clientConfig>`;

/** Answers each address with a body, a redirect, or 404. */
function web(pages: Readonly<Record<string, string | { readonly to: string }>>, more: Partial<Network> = {}): Network {
  const fetchPage: Network['fetch'] = async (url) => {
    fetched.push(url);
    const page = pages[url.replace(/\?.*/, '')];
    if (page === undefined) return new Response('', { status: 404 });
    return typeof page === 'string' ? new Response(page) : new Response(null, { status: 302, headers: { location: page.to } });
  };
  return { ...offline, fetch: fetchPage, ...more };
}

const AUTOCONFIG = 'https://autoconfig.example.com/mail/config-v1.1.xml';
const WELL_KNOWN = 'https://example.com/.well-known/autoconfig/mail/config-v1.1.xml';

describe('discover', () => {
  test.each([
    ['a@gmail.com', 'imap.gmail.com', 'gmail', /app password/],
    ['a@hotmail.com', 'outlook.office365.com', 'microsoft', /OAuth2 is needed/],
    ['a@contoso.onmicrosoft.com', 'outlook.office365.com', 'microsoft', /OAuth2 is needed/],
    ['a@yahoo.de', 'imap.mail.yahoo.com', 'yahoo', /app password/],
    ['a@icloud.com', 'imap.mail.me.com', null, /app password/],
    ['a@web.de', 'imap.web.de', null, /switch on/],
    ['a@posteo.de', 'posteo.de', null, null],
  ])('%s is known without asking the network', async (address, host, oauth, note) => {
    const found = await discover(address, offline);
    expect(found).toMatchObject({ incoming: { type: 'imap', host, port: 993, tls: 'implicit' }, oauth });
    if (note === null) expect(found?.note).toBeNull();
    else expect(found?.note).toMatch(note);
  });

  test('a domain that ends like a known one is not that one', async () => {
    expect(await discover('a@notgmail.com', offline)).toBeNull();
  });

  test.each([
    ['aspmx.l.google.com', 'imap.gmail.com'],
    ['example-com.mail.protection.outlook.com', 'outlook.office365.com'],
  ])('a domain with the mail exchanger %s is hosted there', async (exchange, host) => {
    const network = { ...offline, resolveMx: async () => [{ exchange, priority: 10 }] };
    expect(await discover('a@example.com', network)).toMatchObject({ incoming: { host } });
  });

  test('autoconfig gives encrypted servers only, IMAP before POP3', async () => {
    const found = await discover('anna@example.com', web({ [AUTOCONFIG]: XML }));
    expect(found).toMatchObject({
      incoming: { type: 'imap', host: 'imap.example.com', port: 143, tls: 'starttls' },
      outgoing: { host: 'smtp.example.com', port: 465, tls: 'implicit' },
      username: '{localpart}',
    });
    expect(fetched.every((url) => url.startsWith('https://'))).toBe(true);
  });

  test.each([
    ['no XML', 'hello'],
    ['XML that is cut off', XML.slice(0, 300)],
    ['more than a quarter of a megabyte', `${XML}${' '.repeat(300_000)}`],
    ['a host that is none', XML.replaceAll('imap.example.com', 'imap example').replaceAll('pop.example.com', '../x')],
    ['entities that grow', `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><clientConfig>&b;</clientConfig>`],
  ])('%s is no autoconfig', async (_what, page) => {
    expect(await discover('anna@example.com', web({ [AUTOCONFIG]: page }))).toBeNull();
  });

  test('a redirect is followed over https, and not into the private network', async () => {
    const pages = { [AUTOCONFIG]: { to: 'https://conf.hoster.example/a.xml' }, 'https://conf.hoster.example/a.xml': XML };
    const outside = web(pages, { lookup: async () => ['203.0.113.7'] });
    expect(await discover('anna@example.com', outside)).not.toBeNull();
    for (const address of ['10.1.2.3', '127.0.0.1', '169.254.169.254', '::1', 'fd00::1', '::ffff:10.0.0.1']) {
      expect(await discover('anna@example.com', web(pages, { lookup: async () => [address] }))).toBeNull();
    }
    const clear = web({ [WELL_KNOWN]: { to: 'http://conf.hoster.example/a.xml' } }, { lookup: async () => ['203.0.113.7'] });
    expect(await discover('anna@example.com', clear)).toBeNull();
    expect(fetched.filter((url) => url.startsWith('http:'))).toEqual([]);
  });

  test('redirects in a circle end', async () => {
    const circle = web({ [AUTOCONFIG]: { to: AUTOCONFIG } }, { lookup: async () => ['203.0.113.7'] });
    expect(await discover('anna@example.com', circle)).toBeNull();
    expect(fetched.length).toBeLessThan(10);
  });

  test('SRV records: lowest priority, then highest weight; "." means not offered', async () => {
    const records: Record<string, { name: string; port: number; priority: number; weight: number }[]> = {
      '_imaps._tcp.example.com': [{ name: '.', port: 0, priority: 0, weight: 0 }],
      '_imap._tcp.example.com': [
        { name: 'b.example.com', port: 143, priority: 20, weight: 9 },
        { name: 'a.example.com', port: 143, priority: 10, weight: 1 },
        { name: 'c.example.com', port: 144, priority: 10, weight: 5 },
      ],
      '_submissions._tcp.example.com': [{ name: 's.example.com', port: 465, priority: 1, weight: 1 }],
    };
    const found = await discover('a@example.com', { ...offline, resolveSrv: async (name) => records[name] ?? [] });
    expect(found).toMatchObject({
      incoming: { type: 'imap', host: 'c.example.com', port: 144, tls: 'starttls' },
      outgoing: { host: 's.example.com', port: 465, tls: 'implicit' },
    });
  });

  test('the usual names count where something answers', async () => {
    const open = new Set(['pop.example.com:995', 'mail.example.com:587']);
    const network = { ...offline, answers: async (host: string, port: number) => open.has(`${host}:${port}`) };
    expect(await discover('a@example.com', network)).toMatchObject({
      incoming: { type: 'pop3', host: 'pop.example.com', port: 995 },
      outgoing: { host: 'mail.example.com', port: 587, tls: 'starttls' },
    });
  });
});

const FLAGS = ['--imap', 'imap.example.com:993', '--smtp', 'smtp.example.com:587', '--password-env', 'P'];

describe('mailroom init', () => {
  test('writes a config that loads, and tests it', async () => {
    const { code } = await run(['anna@example.com', ...FLAGS]);
    expect(code).toBe(0);
    expect(tested).toEqual(['anna@example.com']);
    expect(await box('anna@example.com')).toMatchObject({
      receive: {
        server: { host: 'imap.example.com', port: 993, tls: 'implicit' },
        auth: { password: { kind: 'env', name: 'P' } },
      },
      send: { server: { host: 'smtp.example.com', port: 587, tls: 'starttls' }, auth: { username: 'anna@example.com' } },
    });
  });

  test('asks for what is missing; a typed password goes into a file only its owner may read', async () => {
    const ask = person('', '', 'anna', 'Geheim1');
    const { code, out, err } = await run(['anna@example.com'], { ask, network: web({ [AUTOCONFIG]: XML }) });
    expect([code, asked]).toEqual([
      0,
      ['Receive from (imap or pop3, then host:port)', 'Send by (host:port, or none)', 'User name', 'Password (not shown)'],
    ]);
    expect((await box('anna@example.com'))?.receive?.auth).toMatchObject({ username: 'anna', password: { kind: 'file' } });
    const secret = join(home, 'secrets', 'anna@example.com');
    expect(await readFile(secret, 'utf8')).toBe('Geheim1\n');
    expect((await stat(secret)).mode & 0o777).toBe(0o600);
    expect(`${await readFile(file(), 'utf8')}${out}${err}`).not.toContain('Geheim1');
  });

  test('adds to what stands there: comments stay, a known server is used again', async () => {
    await writeFile(
      file(),
      '# ours\nservers:\n  # the big one\n  office: { type: imap, host: imap.example.com }\nmailboxes: []\n# the end\n',
    );
    await run(['anna@example.com', ...FLAGS]);
    await run(['info@example.com', ...FLAGS]);
    const text = await readFile(file(), 'utf8');
    expect(text).toMatch(/# ours[\s\S]*# the big one[\s\S]*# the end/);
    expect((await box('info@example.com'))?.receive?.server.name).toBe('office');
    expect(text.match(/smtp\.example\.com/g)).toHaveLength(1);
  });

  test('a server with a credential of its own is not used again', async () => {
    await writeFile(
      file(),
      'servers:\n  office: { type: imap, host: imap.example.com, auth: { username: svc, password: { env: S } } }\n',
    );
    await run(['anna@example.com', ...FLAGS]);
    expect((await box('anna@example.com'))?.receive).toMatchObject({
      server: { name: 'example.com-imap' },
      auth: { username: 'anna@example.com' },
    });
  });

  test('without network and flags it says at once what to give', async () => {
    const { code, err } = await run(['anna@example.com', '--yes']);
    expect(code).toBe(2);
    expect(err).toContain(
      'no receiving server found for anna@example.com (or the network cannot be reached); give it with --imap HOST:PORT',
    );
  });

  test.each([
    [['nonsense'], '"nonsense" is not an email address'],
    [[], 'which mailbox? give its address'],
    [['a@example.com', '--imap', 'x', '--pop3', 'y'], 'which of the two?'],
    [['a@example.com', '--imap', 'https://x', '--no-send'], '"https://x" is not HOST or HOST:PORT'],
    [['a@example.com', '--imap', 'x', '--no-send'], 'how does a@example.com log in? give --password-env NAME'],
    [['a@outlook.com'], 'OAuth2 is needed (--oauth microsoft --client-id ID)'],
    [['a@gmail.com'], 'or --oauth gmail --client-id ID'],
  ])('%j is wrong usage', async (words, line) => {
    const { code, err } = await run(words);
    expect(code).toBe(2);
    expect(err).toContain(line);
  });

  test('OAuth2 sets up the client and says how to sign in', async () => {
    const { code, err } = await run(['a@gmail.com', '--oauth', 'gmail', '--client-id', 'abc', '--client-secret-env', 'G']);
    expect(code).toBe(0);
    expect(err).toContain('Next: mailroom auth login a@gmail.com');
    expect((await box('a@gmail.com'))?.send?.auth).toMatchObject({ method: 'oauth2', provider: 'gmail' });
    expect(tested).toEqual([]);
  });

  test('what would not load is not left behind', async () => {
    const { code, err } = await run(['a@gmail.com', '--oauth', 'gmail']);
    expect(code).toBe(3);
    expect(err).toContain('the client for "gmail" is not set up');
    await expect(stat(file())).rejects.toThrow();
  });

  test('a mailbox that is there already, and a config with errors, are left alone', async () => {
    await run(['anna@example.com', ...FLAGS]);
    expect((await run(['Anna@example.com', ...FLAGS])).err).toContain('is in');
    await writeFile(file(), 'data: 5\n');
    expect((await run(['anna@example.com', ...FLAGS])).code).toBe(3);
    expect(await readFile(file(), 'utf8')).toBe('data: 5\n');
  });
});
