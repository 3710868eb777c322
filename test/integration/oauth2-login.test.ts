// Tokens of a real OAuth2 server, checked by a real Dovecot (and a real Postfix that asks it), through our connectors.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connector, Credential, Session } from '../../src/connector/connector.ts';
import { connectors } from '../../src/connector/registry.ts';
import type { Credentials } from '../../src/credential/credential.ts';
import { createRedactor } from '../../src/credential/redactor.ts';
import { asFailure } from '../../src/model/failure.ts';
import { contextFor } from '../contract/context.ts';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { needsServer } from '../servers/needs.ts';
import { type OAuth2Server, startOAuth2Server } from '../servers/oauth2.ts';
import { type Postfix, startPostfix } from '../servers/postfix.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { ANNA, anna, auth, openRoom, signIn } from './credential-room.ts';

const hasDovecot = await needsServer('dovecot');
const hasPostfix = await needsServer('postfix');

let db: TestDatabase;
let oauth: OAuth2Server;
let folder: string;
let room: Credentials;
const redactor = createRedactor();

beforeAll(async () => {
  [db, oauth] = await Promise.all([startTestDatabase(), startOAuth2Server()]);
  folder = await mkdtemp(join(tmpdir(), 'mailroom-oauth2-login-'));
});
afterAll(async () => {
  await Promise.all([db.stop(), oauth.stop()]);
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  oauth.intercept = () => null;
  room = openRoom({ database: db.database, folder, provider: oauth.provider, redactor });
  await signIn(room, oauth.provider);
});
afterEach(() => db.database('tokens').delete());

const accessToken = async () => (await room.vault.read({ mailboxId: ANNA, provider: 'example' }))!.accessToken!;

function open(connector: Connector, port: number, caPem: string, credential = room.for(anna, auth)): Promise<Session> {
  const settings = connector.parseSettings({ host: 'localhost', port, tls: 'starttls', ca: caPem, timeoutMs: 20_000 });
  return connector.open(settings, { ...contextFor({ method: 'none' }), credential });
}

const offers = (mechanisms: string) => `auth_mechanisms = ${mechanisms}`;

describe.runIf(hasDovecot).each([
  ['XOAUTH2', 'plain xoauth2'],
  ['OAUTHBEARER', 'plain oauthbearer'],
  ['both', 'plain xoauth2 oauthbearer'],
])('a Dovecot that offers %s', (_, mechanisms) => {
  let dovecot: Dovecot;
  beforeAll(async () => {
    dovecot = await startDovecot({
      ...{ users: { [ANNA]: 'unused' }, oauth2: { settings: oauth.dovecotSettings }, settings: offers(mechanisms) },
    });
    await dovecot.deliver(ANNA, 'INBOX', 'From: b@example.com\r\nSubject: hello\r\n\r\nhello\r\n');
  });
  afterAll(() => dovecot.stop());

  const kinds: [string, Connector, () => number][] = [
    ['IMAP', connectors.get('imap')!, () => dovecot.imapPort],
    ['POP3', connectors.get('pop3')!, () => dovecot.pop3Port],
  ];

  test.each(kinds)('lets us in by %s', async (_, connector, port) => {
    await using session = await open(connector, port(), dovecot.caPem);
    const [folder] = await session.email!.probe(['INBOX'], new Map());
    expect(folder).toMatchObject({ path: 'INBOX', messages: 1 });
  });

  test.each(kinds)('by %s gets a renewed token when it refuses the old one, once', async (_, connector, port) => {
    const [old, before] = [await accessToken(), oauth.tokenRequests.length];
    // Not renewed a moment ago, or it would count as fresh.
    await db.database('tokens').update({ refreshed_at: new Date(Date.now() - 60_000) });
    await oauth.revoke(old);
    await using session = await open(connector, port(), dovecot.caPem);
    expect(session.email).toBeDefined();
    expect(await accessToken()).not.toBe(old);
    expect(oauth.tokenRequests.length - before).toBe(1);
  });

  test.each(kinds)('by %s that refuses every token is asked twice and no more', async (_, connector, port) => {
    const asked: unknown[] = [];
    const credential = async (options?: { readonly rejected?: boolean }): Promise<Credential> => {
      asked.push(options?.rejected ?? false);
      return { method: 'oauth2', username: ANNA, accessToken: `canary-${asked.length}` };
    };
    const error = await open(connector, port(), dovecot.caPem, credential).catch((reason) => reason);
    expect(asFailure(error)?.code, String(error)).toBe('auth-rejected');
    expect(asked).toEqual([false, true]);
    expect(`${error.message} ${error.stack}`).not.toContain('canary');
    const text = (cause: unknown) => `${cause}`;
    expect(text(error.cause)).not.toContain('canary');
  });

  test.each(kinds)('by %s says what to do when the provider will not renew', async (_, connector, port) => {
    await db.database('tokens').update({ refreshed_at: new Date(Date.now() - 60_000) });
    await oauth.revoke(await accessToken());
    oauth.intercept = () => ({ status: 400, body: '{"error":"invalid_grant","error_description":"Token has been revoked."}' });
    const error = await open(connector, port(), dovecot.caPem).catch((reason) => reason);
    expect(asFailure(error)).toMatchObject({ code: 'auth-rejected', remedy: `mailroom auth login ${ANNA}` });
  });
});

describe.runIf(hasDovecot && hasPostfix).each([
  ['XOAUTH2', 'plain xoauth2'],
  ['OAUTHBEARER', 'plain oauthbearer'],
])('a Postfix that offers %s', (_, mechanisms) => {
  let dovecot: Dovecot;
  let postfix: Postfix;
  beforeAll(async () => {
    dovecot = await startDovecot({
      ...{ users: { [ANNA]: 'unused' }, oauth2: { settings: oauth.dovecotSettings }, settings: offers(mechanisms) },
    });
    postfix = await startPostfix({ dovecot });
  });
  afterAll(async () => {
    await postfix.stop();
    await dovecot.stop();
  });

  const send = (session: Session) =>
    session.sender!.send({
      ...{ from: ANNA, recipients: ['b@example.test'], envelopeId: 'e1', beforeDot: async () => {} },
      source: Buffer.from('From: anna@example.com\r\nTo: b@example.test\r\nSubject: hello\r\n\r\nhello\r\n'),
    });

  test('takes our mail', async () => {
    await using session = await open(connectors.get('smtp')!, postfix.port, postfix.caPem);
    expect(await send(session)).toMatchObject({ outcome: 'accepted' });
  });

  test('gets a renewed token when it refuses the old one', async () => {
    const old = await accessToken();
    await db.database('tokens').update({ refreshed_at: new Date(Date.now() - 60_000) });
    await oauth.revoke(old);
    await using session = await open(connectors.get('smtp')!, postfix.port, postfix.caPem);
    expect(await send(session)).toMatchObject({ outcome: 'accepted' });
    expect(await accessToken()).not.toBe(old);
  });
});
