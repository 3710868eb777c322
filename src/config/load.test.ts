import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config, MailboxConfig } from './config.ts';
import type { Explanation } from './explain.ts';
import { loadConfig } from './load.ts';
import { problemLine } from './problem.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
let folder: string;
let homes = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailroom-load-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const home = join(folder, String(homes++));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), content);
  }
  return home;
}

interface Right {
  readonly home: string;
  readonly config: Config;
  readonly explanation: Explanation;
  box(address: string): MailboxConfig;
}

async function load(written: string | Readonly<Record<string, string | Uint8Array>>): Promise<Right> {
  const home = await write(typeof written === 'string' ? { 'mailroom.yaml': written } : written);
  const loaded = await loadConfig(join(home, 'mailroom.yaml'), { env: { PATH: process.env.PATH }, now: NOW });
  if ('problems' in loaded) throw new Error(loaded.problems.map(problemLine).join('\n'));
  const box = (address: string) => {
    const found = loaded.config.mailboxes.find((mailbox) => mailbox.address === address);
    if (found === undefined) throw new Error(`no ${address}`);
    return found;
  };
  return { home, ...loaded, box };
}

async function problems(files: Readonly<Record<string, string>>): Promise<string[]> {
  const home = await write(files);
  const loaded = await loadConfig(join(home, 'mailroom.yaml'), { env: {}, now: NOW });
  return 'problems' in loaded ? loaded.problems.map(problemLine).map((line) => line.replaceAll(`${home}/`, '')) : [];
}

const PUBLISHED = `
data: ./data
database: { url: { env: DATABASE_URL } }          # absent: embedded
defaults: { receive: { since: 2026-01-01, folders: [INBOX] } }
servers:
  office:   { type: imap, host: mail.example.com, port: 993, tls: implicit }
  popbox:   { type: pop3, host: pop.example.com, port: 995, tls: implicit }
  relay:    { type: smtp, host: smtp.example.com, port: 465, tls: implicit, auth: { method: none } }
  exchange: { type: exchange, url: https://mail.example.com/EWS/Exchange.asmx, access: impersonate,
              auth: { method: ntlm, username: EXAMPLE\\svc, password: { file: /run/secrets/exchange } } }
groups:
  sales: { receive: { server: office, folders: [INBOX, { role: sent }] }, send: { server: relay } }
mailboxes:
  - address: anna@example.com
    aliases: [a.berg@example.com]
    owner: { user: anna }
    group: sales
    receive: { auth: { username: anna, password: { env: ANNA_PASSWORD } } }
    items: { server: exchange, appointments: true, contacts: true, tasks: true }
  - address: info@example.com
    owner: { queue: info }
    receive: { server: popbox, afterReceive: { deleteAfterDays: 30 }, auth: { username: info, password: { env: INFO_PASSWORD } } }
    send: { server: relay, sendAs: [anna@example.com] }
`;

test('a queue on Exchange may be emptied as it is received', async () => {
  const { box } = await load(
    `${PUBLISHED}  - { address: help@example.com, owner: { queue: help }, receive: { server: exchange, afterReceive: delete } }\n`,
  );
  expect(box('help@example.com').receive?.afterReceive).toEqual({ kind: 'delete' });
});

describe('the published example', () => {
  test('is resolved by precedence', async () => {
    const { config, box, home } = await load(PUBLISHED);
    expect(config.warnings).toEqual([]);
    expect(config).toMatchObject({ dataDir: join(home, 'data'), databaseUrl: { kind: 'env', name: 'DATABASE_URL' } });
    const anna = box('anna@example.com');
    expect(anna).toMatchObject({ id: 'anna@example.com', aliases: ['a.berg@example.com'], owner: { user: 'anna' }, keep: 'all' });
    expect(anna.receive).toMatchObject({ folders: ['INBOX', { role: 'sent' }], since: new Date('2026-01-01T00:00:00Z') });
    expect(anna.receive?.auth).toEqual({
      method: 'password',
      username: 'anna',
      password: { kind: 'env', name: 'ANNA_PASSWORD' },
      provider: null,
      shared: false,
    });
    expect(anna.send?.auth.method).toBe('none');
    expect(anna.items?.auth).toMatchObject({ method: 'ntlm', username: 'EXAMPLE\\svc', shared: true });
    expect(anna.items?.server.options).toEqual({ url: 'https://mail.example.com/EWS/Exchange.asmx', access: 'impersonate' });
    expect(anna.items?.server.limits).toMatchObject({ connections: 20, connectionsPerAccount: 3 });
    expect(box('info@example.com').receive?.afterReceive).toEqual({ kind: 'delete-after', days: 30 });
    expect(box('info@example.com').send?.sendAs).toEqual(['anna@example.com']);
  });

  test('is frozen down to the last value', async () => {
    const { config, box } = await load(PUBLISHED);
    const frozen: unknown[] = [config, box('anna@example.com').receive, box('anna@example.com').receive?.server.limits];
    expect(frozen.every(Object.isFrozen)).toBe(true);
  });

  test('explains each value with its place', async () => {
    const { explanation, home } = await load(PUBLISHED);
    const rows = explanation.explain('A.Berg@example.com');
    const row = (path: string) => rows?.find((candidate) => candidate.path === path);
    const file = join(home, 'mailroom.yaml');
    expect(row('receive.folders')).toMatchObject({ value: '[INBOX, { role: sent }]', origin: `${file}:12:48` });
    expect(row('receive.since')).toMatchObject({ value: '2026-01-01', origin: `${file}:4:31` });
    expect(row('receive.afterReceive')).toMatchObject({ value: 'keep', origin: 'built-in' });
    expect(row('receive.auth.password')).toMatchObject({ value: '{ env: ANNA_PASSWORD }', origin: `${file}:18:50` });
    expect(row('receive.server(office).host')).toMatchObject({ value: 'mail.example.com', origin: `${file}:6:33` });
    expect(explanation.explain('nobody@example.com')).toBeNull();
  });
});

const SERVERS = `
servers:
  office: { type: imap, host: mail.example.com }
  other: { type: imap, host: other.example.com }
  popbox: { type: pop3, host: pop.example.com }
  relay: { type: smtp, host: smtp.example.com }
`;
const P = 'password: { env: P }';

describe('precedence', () => {
  test('is mailbox over group over defaults over server over built-in', async () => {
    const { box } = await load(`
servers:
  office: { type: imap, host: mail.example.com, since: 2020-01-01, auth: { username: "{localpart}", ${P} } }
defaults: { keep: tracked, limits: { pageMessages: 10, parseBytes: 1 MB } }
limits: { pageMessages: 5, pageBytes: 2 MiB }
groups:
  a: { receive: { server: office }, limits: { parseBytes: 2 MB } }
  b: { receive: { server: office, since: 30 days }, keep: all }
mailboxes:
  - { address: one@example.com, group: a, limits: { parseBytes: 3 MB } }
  - { address: two@example.com, group: b, receive: { since: all } }
  - { address: three@example.com, group: b }
`);
    expect(box('one@example.com').receive?.limits).toMatchObject({
      pageMessages: 10,
      parseBytes: 3_000_000,
      pageBytes: 2_097_152,
    });
    expect(box('one@example.com').receive?.limits.messageBytes).toBe(64_000_000);
    expect(box('one@example.com').receive?.since).toEqual(new Date('2020-01-01T00:00:00Z'));
    expect(box('two@example.com').receive?.since).toBeNull();
    expect(box('three@example.com').receive?.since).toEqual(new Date('2026-10-23T00:00:00Z'));
    expect([box('one@example.com').keep, box('two@example.com').keep]).toEqual(['tracked', 'all']);
  });

  test('replaces secrets and lists as a whole', async () => {
    const { box, home } = await load(`${SERVERS}
groups: { g: { receive: { server: office, folders: [INBOX, Archive], auth: { username: g, ${P} } } } }
mailboxes:
  - { address: a@example.com, group: g, receive: { folders: [Sales], auth: { password: { file: secret/a } } } }
`);
    expect(box('a@example.com').receive).toMatchObject({ folders: ['Sales'] });
    expect(box('a@example.com').receive?.auth).toMatchObject({
      username: 'g',
      password: { kind: 'file', path: join(home, 'secret/a') },
    });
  });

  test('lets false leave out what the group has', async () => {
    const { box } = await load(`${SERVERS}
groups: { g: { receive: { server: office, auth: { ${P} } }, send: { server: relay, auth: same } } }
mailboxes:
  - { address: a@example.com, group: g, send: false }
  - { address: b@example.com, group: g }
`);
    expect(box('a@example.com').send).toBeNull();
    expect(box('b@example.com').send).not.toBeNull();
  });

  test('takes defaults for receiving as no wish to receive', async () => {
    const { box } = await load(`${SERVERS}
defaults: { receive: { since: 90 days, folders: [INBOX] } }
mailboxes: [{ address: a@example.com, send: { server: relay, auth: { ${P} } } }]
`);
    expect(box('a@example.com').receive).toBeNull();
  });
});

describe('credentials', () => {
  test('auth: same hands the login for receiving to the sending server', async () => {
    const { box } = await load(`${SERVERS}
mailboxes:
  - { address: a@example.com, receive: { server: office, auth: { username: a, ${P} } }, send: { server: relay, auth: same } }
`);
    expect(box('a@example.com').send?.auth).toEqual(box('a@example.com').receive?.auth);
  });

  test('a group may say auth: same for all its mailboxes', async () => {
    const { box } = await load(`${SERVERS}
groups: { g: { receive: { server: office }, send: { server: relay, auth: same } } }
mailboxes: [{ address: a@example.com, group: g, receive: { auth: { username: a, ${P} } } }]
`);
    expect(box('a@example.com').send?.auth.username).toBe('a');
  });

  test('a credential of defaults that names no server serves any of them', async () => {
    const { box, home } = await load(`${SERVERS}
defaults: { receive: { auth: { username: "{localpart}", password: { file: "secrets/{address}" } } } }
mailboxes:
  - { address: a@example.com, receive: { server: office } }
  - { address: b@example.com, receive: { server: popbox } }
`);
    expect(box('a@example.com').receive?.auth).toMatchObject({ username: 'a' });
    expect(box('b@example.com').receive?.auth.password).toEqual({ kind: 'file', path: join(home, 'secrets/b@example.com') });
  });

  test('a server’s credential is shared only where every mailbox uses the very same', async () => {
    const { box } = await load(`
servers:
  shared: { type: imap, host: a.example.com, auth: { username: svc, ${P} } }
  each: { type: imap, host: b.example.com, auth: { username: "svc*{localpart}", ${P} } }
mailboxes:
  - { address: a@example.com, receive: { server: shared } }
  - { address: b@example.com, receive: { server: each } }
  - { address: c@example.com, receive: { server: shared, auth: { username: c } } }
`);
    const auth = (address: string) => box(address).receive?.auth;
    expect([auth('a@example.com')?.shared, auth('b@example.com')?.shared, auth('c@example.com')?.shared]).toEqual([
      true,
      false,
      false,
    ]);
    expect(auth('b@example.com')?.username).toBe('svc*b');
  });

  test('a provider means oauth2 with the provider’s public addresses', async () => {
    const { box, config } = await load(`${SERVERS}
oauth:
  google: { clientId: abc, clientSecret: { env: G } }
  microsoft: { clientId: def, tenant: contoso.example }
mailboxes:
  - { address: a@example.com, receive: { server: office, auth: { provider: gmail } } }
  - { address: b@example.com, receive: { server: office, auth: { provider: outlook } }, send: { server: relay, auth: same } }
`);
    expect(box('a@example.com').receive?.auth).toMatchObject({ method: 'oauth2', provider: 'gmail', username: 'a@example.com' });
    expect(box('b@example.com').send?.auth).toMatchObject({ method: 'oauth2', provider: 'microsoft' });
    expect(config.oauth.get('gmail')?.authorizationParameters).toEqual({ access_type: 'offline', prompt: 'consent' });
    expect(config.oauth.get('microsoft')?.tokenUrl).toBe('https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token');
  });

  test('a provider’s habits are known: where it sends people back to, and what a client asks for that logs in by itself', async () => {
    const { config } = await load(`${SERVERS}
oauth:
  microsoft: { clientId: def, clientSecret: { env: M }, tenant: contoso.example, grant: client-credentials }
  yahoo: { clientId: ghi, clientSecret: { env: Y } }
mailboxes: []
`);
    expect(config.oauth.get('microsoft')).toMatchObject({
      ...{ grant: 'client-credentials', scopes: ['https://outlook.office365.com/.default'], redirectUri: 'http://localhost' },
    });
    expect(config.oauth.get('yahoo')).toMatchObject({ redirectUri: 'oob', clientAuthentication: 'basic' });
  });

  test('a mailbox’s provider wins over the group’s password', async () => {
    const { box } = await load(`${SERVERS}
oauth: { own: { clientId: x, authorizationUrl: "https://id.example.com/a", tokenUrl: "https://id.example.com/t", scopes: [mail] } }
groups: { g: { receive: { server: office, auth: { username: "{localpart}", ${P} } } } }
mailboxes: [{ address: a@example.com, group: g, receive: { auth: { provider: own } } }]
`);
    expect(box('a@example.com').receive?.auth).toMatchObject({
      method: 'oauth2',
      username: 'a',
      password: null,
      provider: 'own',
    });
  });

  test('a literal password keeps its braces', async () => {
    const { box } = await load(`${SERVERS}
mailboxes: [{ address: a@example.com, receive: { server: office, auth: { username: a, password: 'x{id}y' } } }]
`);
    expect(box('a@example.com').receive?.auth.password).toEqual({ kind: 'literal', value: 'x{id}y' });
  });
});

describe('servers', () => {
  test.each([
    ['imap', 'implicit', 993],
    ['imap', 'starttls', 143],
    ['pop3', 'implicit', 995],
    ['pop3', 'starttls', 110],
    ['smtp', 'implicit', 465],
    ['smtp', 'starttls', 587],
  ] as const)('%s with tls %s has port %i', async (type, tls, port) => {
    const { config } = await load(`servers: { s: { type: ${type}, host: h.example.com, tls: ${tls} } }`);
    expect(config.servers.get('s')).toMatchObject({ port, tls, allowClearText: false });
  });

  test('POP3 is asked less often, with one connection', async () => {
    const { config } = await load(SERVERS);
    expect(config.servers.get('popbox')).toMatchObject({ limits: { connectionsPerAccount: 1 }, polling: { everyMs: 300_000 } });
  });
});

describe('files', () => {
  test.each([
    ['a byte order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['Windows line ends', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['UTF-16, as Windows writes it', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ])('%s does no harm, and places stay right', async (_what, encode) => {
    const { box, explanation } = await load({ 'mailroom.yaml': encode(PUBLISHED) });
    expect(box('anna@example.com').receive?.folders).toHaveLength(2);
    expect(explanation.explain('anna@example.com')?.find(({ path }) => path === 'owner.user')?.origin).toMatch(/:16:20$/);
  });

  test('relative paths start at the file they stand in', async () => {
    const { box, home } = await load({
      'mailroom.yaml': `${SERVERS}\ninclude: [sub/*.yaml, more.yaml]`,
      'sub/a.yaml': `mailboxes: [{ address: a@example.com, receive: { server: office, auth: { password: { file: a.txt } } } }]`,
      'more.yaml': `mailboxes: [{ address: b@example.com, receive: { server: office, auth: { password: { file: b.txt } } } }]`,
    });
    expect(box('a@example.com').receive?.auth.password).toEqual({ kind: 'file', path: join(home, 'sub/a.txt') });
    expect(box('b@example.com').receive?.auth.password).toEqual({ kind: 'file', path: join(home, 'b.txt') });
  });

  test('an included file may bring servers and groups, and is read once however often it is named', async () => {
    const { box } = await load({
      'mailroom.yaml': `include: [a.yaml, b.yaml]\nmailboxes: [{ address: a@example.com, group: g }]`,
      'a.yaml': `include: b.yaml\nservers: { office: { type: imap, host: m.example.com } }`,
      'b.yaml': `groups: { g: { receive: { server: office, auth: { ${P} } } } }`,
    });
    expect(box('a@example.com').receive?.server.name).toBe('office');
  });

  test('anchors and merge keys work', async () => {
    const { box } = await load(`${SERVERS}
mailboxes:
  - &a { address: a@example.com, receive: &r { server: office, auth: { ${P} } } }
  - { address: b@example.com, receive: *r }
  - { <<: *a, address: c@example.com }
`);
    expect(box('c@example.com').receive).toEqual({ ...box('a@example.com').receive, auth: box('c@example.com').receive?.auth });
    expect(box('b@example.com').receive?.auth.username).toBe('b@example.com');
  });

  test('all problems of all files are told at once, in order', async () => {
    const lines = await problems({
      'mailroom.yaml': `include: a.yaml\ndata: 5\nservers:\n  office: { type: imap, host: m.example.com, port: 0 }\nmailboxes:\n  - { address: x }\n`,
      'a.yaml': `mailboxes:\n  - address: a@example.com\n    receive: { server: nowhere }\n  - address: a@example.com\n    receive: { server: office }\n`,
    });
    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      'a.yaml:3:24',
      'a.yaml:4:14',
      'a.yaml:5:14',
      'mailroom.yaml:2:7',
      'mailroom.yaml:4:52',
      'mailroom.yaml:6:16',
    ]);
  });

  test('one wrong line under defaults is one problem, however many mailboxes it touches', async () => {
    const boxes = Array.from({ length: 3 }, (_, index) => `  - { address: u${index}@example.com, receive: { server: office } }`);
    const lines = await problems({
      'mailroom.yaml': `${SERVERS}defaults: { receive: { afterReceive: delete, auth: { ${P} } } }\nmailboxes:\n${boxes.join('\n')}\n`,
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^mailroom\.yaml:7:\d+: defaults\.receive\.afterReceive: .* \(3 mailboxes\)/);
  });

  test('a missing file says how to begin', async () => {
    const loaded = await loadConfig(join(folder, 'nothing.yaml'), { env: {}, now: NOW });
    expect('problems' in loaded && loaded.problems.map(problemLine)[0]).toMatch(
      /there is no such file \(ENOENT\); .*mailroom init ADDRESS/,
    );
  });
});

describe('sources', () => {
  const GROUPS = `${SERVERS}groups: { g: { receive: { server: office, auth: { ${P} } } }, h: { receive: { server: popbox, auth: { ${P} } } } }\n`;

  test('CSV columns are mapped, others ignored, lists split, rows chosen by address', async () => {
    const { config, box } = await load({
      'mailroom.yaml': `${GROUPS}mailboxesFrom:
  - csv: people/all.csv
    group: g
    include: ["*@example.com"]
    exclude: noreply@*
    columns: { address: mail, id: number, owner.user: login, aliases: other, receive.auth.username: login }
`,
      'people/all.csv':
        'number;mail;login;other;"room"\r\n7;Anna@example.com;anna;"a@example.com;b@example.com";"3 ""east"""\r\n8;noreply@example.com;x;;\r\n9;x@other.example;x;;\r\n',
    });
    expect(config.mailboxes).toHaveLength(1);
    expect(box('Anna@example.com')).toMatchObject({
      id: '7',
      group: 'g',
      owner: { user: 'anna' },
      aliases: ['a@example.com', 'b@example.com'],
    });
    expect(box('Anna@example.com').receive?.auth.username).toBe('anna');
  });

  test('CSV columns named as the keys need no mapping, and a row may name its group', async () => {
    const { box, explanation } = await load({
      'mailroom.yaml': `${GROUPS}mailboxesFrom: [{ csv: all.csv, group: g }]`,
      'all.csv':
        '\uFEFFaddress,group,receive.folders,receive.afterReceive.deleteAfterDays\na@example.com,,INBOX;Sales,\nb@example.com,h,,30\n',
    });
    expect(box('a@example.com').receive?.folders).toEqual(['INBOX', 'Sales']);
    expect(box('b@example.com').receive).toMatchObject({
      afterReceive: { kind: 'delete-after', days: 30 },
      server: { name: 'popbox' },
    });
    expect(explanation.explain('b@example.com')?.find(({ path }) => path === 'group')?.origin).toBe('all.csv:3:15');
  });

  test('NDJSON lines are mailboxes as in the file, or mapped', async () => {
    const { box } = await load({
      'mailroom.yaml': `${GROUPS}mailboxesFrom:
  - { ndjson: a.ndjson }
  - { ndjson: b.ndjson, group: g, columns: { address: attributes.mail, owner.user: uid } }
`,
      'a.ndjson': '{"address":"a@example.com","group":"h","aliases":["a1@example.com"]}\n\n',
      'b.ndjson': '{"uid":"b","attributes":{"mail":"b@example.com"},"more":1}\n',
    });
    expect(box('a@example.com')).toMatchObject({ group: 'h', aliases: ['a1@example.com'] });
    expect(box('b@example.com').owner).toEqual({ user: 'b' });
  });

  test('a command’s output is read, without a shell', async () => {
    const { box } = await load(
      `${GROUPS}mailboxesFrom: [{ exec: [printf, '{"address":"%s"}\\n', 'a@example.com', "$(b)@example.com"], group: g, include: a@* }]`,
    ).catch((error: Error) => ({ box: () => error.message }));
    // $(b) arrives as it is written, and is no address.
    expect(box('')).toMatch(/row 2\.address: this is not an email address/);
  });
});
