// `mailroom auth` as an operator uses it, in processes of its own, on a mailbox of a real Dovecot that takes tokens only.
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGateway, finished, type Gateway } from '../gateway/gateway.ts';
import { openBrowser } from '../servers/browser.ts';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { needsServer } from '../servers/needs.ts';
import { type OAuth2Server, startOAuth2Server } from '../servers/oauth2.ts';

const ANNA = 'anna@example.com';
const SECRET = 'canary-client-secret:with+odd%chars';

describe.runIf(await needsServer('dovecot'))('mailroom auth', () => {
  let oauth: OAuth2Server;
  let dovecot: Dovecot;
  let gateway: Gateway;
  let said = '';

  beforeAll(async () => {
    oauth = await startOAuth2Server();
    dovecot = await startDovecot({
      ...{ users: {}, certificate: 'none', oauth2: { settings: oauth.dovecotSettings } },
      settings: 'auth_mechanisms = xoauth2 oauthbearer',
    });
    await dovecot.deliver(ANNA, 'INBOX', 'From: b@example.com\r\nTo: anna@example.com\r\nSubject: hello\r\n\r\nhello\r\n');
    gateway = await createGateway(configWith({}));
    await writeFile(join(gateway.folder, 'secret'), `${SECRET}\n`, { mode: 0o600 });
  });
  afterAll(async () => {
    await gateway.remove();
    await dovecot.stop();
    await oauth.stop();
  });

  function configWith(more: object): object {
    const { clientId, authorizationUrl, tokenUrl, deviceUrl, revocationUrl, scopes, authorizationParameters } = oauth.provider;
    const endpoints = { authorizationUrl, tokenUrl, deviceUrl, revocationUrl, scopes, authorizationParameters };
    return {
      ...{ data: './data', http: false, log: { level: 'debug', format: 'json' } },
      oauth: { example: { clientId, clientSecret: { file: './secret' }, ...endpoints } },
      servers: { box: { type: 'imap', host: dovecot.host, port: dovecot.imapPort, tls: 'none', allowClearText: true } },
      mailboxes: [{ address: ANNA, owner: { user: 'anna' }, receive: { server: 'box', auth: { provider: 'example' } } }],
      ...more,
    };
  }

  async function run(...args: string[]) {
    const done = await gateway.run(args);
    said += done.stdout + done.stderr;
    const lines = done.stdout.toString().split('\n');
    const json = () => lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    return { ...done, text: done.stdout.toString(), json };
  }

  /** Starts a login and does at the browser what the first line asks for. */
  async function login(flag: string) {
    const child = gateway.start(['auth', 'login', ANNA, flag, '--json']);
    const done = finished(child);
    const events: Record<string, string>[] = [];
    for await (const line of createInterface({ input: child.stdout! })) {
      const event = JSON.parse(line);
      events.push(event);
      if (event.event === 'open-browser') await openBrowser().visit(event.url);
      if (event.event === 'enter-code') await openBrowser().visit(event.completeUrl);
    }
    const { code, stderr } = await done;
    said += stderr + JSON.stringify(events);
    return { code, stderr, events };
  }

  test('before anybody has signed in, every command says what to do', async () => {
    const status = await run('auth', 'status', '--json');
    expect(status.json()).toMatchObject([{ mailbox: ANNA, provider: 'example', state: 'not-signed-in' }]);
    expect(status.code).toBe(1);
    const tried = await run('test', ANNA);
    expect(tried.code).toBe(1);
    expect(tried.text).toContain(`mailroom auth login ${ANNA}`);
  });

  test.each(['--browser', '--device'])('login %s signs in, and the mailbox can be read', async (flag) => {
    const { code, events, stderr } = await login(flag);
    expect(code, stderr).toBe(0);
    expect(events.at(-1)).toMatchObject({ event: 'signed-in', mailbox: ANNA, account: ANNA, missingScopes: [] });
    const status = await run('auth', 'status', '--json');
    expect(status.json()).toMatchObject([{ mailbox: ANNA, state: 'signed-in', account: ANNA, trouble: null }]);
    expect(status.code).toBe(0);
    expect((await run('test', ANNA)).code).toBe(0);
    const sync = await run('sync', ANNA);
    expect(sync.code, sync.stderr).toBe(0);
    expect((await run('activities', '--json')).json()).toMatchObject([{ subject: 'hello' }]);
  });

  test('rotate-key changes the key file, and nobody has to sign in again', async () => {
    const file = join(gateway.folder, 'data', 'token.key');
    const before = await readFile(file, 'utf8');
    const rotated = await run('auth', 'rotate-key', '--json');
    expect(rotated.json()).toMatchObject([{ tokens: 1 }]);
    expect(await readFile(file, 'utf8')).not.toBe(before);
    expect((await run('test', ANNA)).code).toBe(0);
  });

  test('rotate-key to a key of the operator says what to configure, and with it all goes on', async () => {
    await writeFile(join(gateway.folder, 'own.key'), randomBytes(32).toString('hex'), { mode: 0o600 });
    const rotated = await run('auth', 'rotate-key', '--new-key-file', join(gateway.folder, 'own.key'));
    expect(rotated.stderr).toContain(`tokens: { key: { file: ${join(gateway.folder, 'own.key')} } }`);
    const without = await run('test', ANNA);
    expect(without.code).toBe(1);
    expect(without.text).toMatch(/encrypted with key [0-9a-f]{16}/);
    await gateway.configure(configWith({ tokens: { key: { file: './own.key' } } }));
    expect((await run('test', ANNA)).code).toBe(0);
  });

  test('a sign-in that is declined says so', async () => {
    oauth.person = { account: ANNA, consents: false };
    const { code, stderr } = await login('--browser');
    oauth.person = { account: ANNA, consents: true };
    expect(code).toBe(1);
    expect(stderr).toMatch(/the sign-in was declined at example/);
    expect(stderr).toMatch(/what to do:/);
  });

  test('logout gives the token back and forgets it', async () => {
    const out = await run('auth', 'logout', ANNA, '--json');
    expect(out.json()).toEqual([{ mailbox: ANNA, provider: 'example', givenBack: true }]);
    expect((await run('auth', 'status', '--json')).json()).toMatchObject([{ state: 'not-signed-in' }]);
    expect((await run('auth', 'logout', ANNA)).code).toBe(4);
    expect((await run('auth', 'logout', '--all')).code).toBe(0);
  });

  test.each([
    ['no verb', ['auth'], /login, status, logout or rotate-key\?/],
    ['a wrong verb', ['auth', 'logon'], /there is no "auth logon"/],
    ['no mailbox', ['auth', 'login'], /which mailbox/],
    ['an unknown mailbox', ['auth', 'login', 'annabel@example.com'], /there is no mailbox "annabel@example.com"/],
    ['both flows', ['auth', 'login', ANNA, '--device', '--browser'], /either --device or --browser/],
    ['logout of nobody', ['auth', 'logout'], /which mailbox/],
    ['two new keys', ['auth', 'rotate-key', '--new-key-file', 'a', '--new-key-env', 'b'], /either --new-key-file/],
  ])('wrong usage: %s', async (_, args, message) => {
    const done = await run(...args);
    expect(done.stderr).toMatch(message);
    expect(done.code).toBe(2);
  });

  test('in all that was said, and in the data folder, there is no secret', async () => {
    expect(said).not.toContain(SECRET);
    expect(said).toContain(ANNA);
    const tokens = oauth.tokenRequests.flatMap(({ form }) => form.get('refresh_token') ?? []);
    for (const token of tokens) expect(said).not.toContain(token);
    const folder = join(gateway.folder, 'data');
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files) {
      const content = await readFile(join(parentPath, name)).catch(() => Buffer.alloc(0));
      for (const secret of [SECRET, ...tokens]) expect(content.includes(secret), `${name} holds a secret`).toBe(false);
    }
  });
});
