/**
 * How we prove who we are. Rules:
 *
 * - A password goes over the wire in clear only where the operator allowed clear text, and there APOP is preferred.
 * - One try for one credential: a second guess counts towards a lock-out. Only a reply that is about the form of the command
 *   (a server that knows no initial response) is followed by the other form, and a refused APOP that nobody asked for by the
 *   usual way: Cyrus and others offer it to all, and most accounts have no secret for it.
 * - OAuth2 has no other way; a password is never tried in its place.
 */
import { createHash } from 'node:crypto';
import { Failure } from '../../model/failure.ts';
import type { Credential } from '../connector.ts';
import type { Capabilities } from './capability.ts';
import type { Connection } from './connection.ts';
import { loginFailure } from './failures.ts';
import type { Reply } from './reply-reader.ts';
import type { LoginMethod, Pop3Settings } from './settings.ts';

/** RFC 5034 4: a longer AUTH command must send its first response in a line of its own. */
const MAX_COMMAND_BYTES = 255;

export interface LoginSituation {
  readonly settings: Pop3Settings;
  readonly capabilities: Capabilities;
  /** The text of the greeting, which may hold the challenge of APOP. */
  readonly greeting: string;
  readonly announcedDelayMs: number | null;
  /** This account was refused APOP before. */
  readonly noApop: boolean;
}

type Password = Extract<Credential, { method: 'password' }>;
type Token = Extract<Credential, { method: 'oauth2' }>;

/** Logs in and tells by which method; throws the Failure of failures.ts. Null: APOP is not for this account, try without. */
export async function login(
  connection: Connection,
  credential: Credential,
  situation: LoginSituation,
): Promise<LoginMethod | null> {
  if (credential.method === 'none') throw new Failure('refused', `${connection.where} needs a login, and none is configured`);
  if (credential.method === 'ntlm') throw new Failure('refused', `${connection.where}: ntlm is a login for Exchange only`);
  const named = { ...credential, username: accountName(credential.username, situation.settings) };
  const method = chooseMethod(named, situation);
  const reply = await perform(connection, method, named, situation);
  if (reply.status === 'ok') return method;
  const failure = loginFailure(connection.where, reply, situation.announcedDelayMs);
  if (method === 'apop' && situation.settings.login === 'auto' && failure.code === 'auth-rejected') return null;
  throw failure;
}

/** Gmail shows all mail of 30 days to `recent:user` (quirks.md). */
export function accountName(username: string, settings: Pop3Settings): string {
  return settings.recent && !username.startsWith('recent:') ? `recent:${username}` : username;
}

export function chooseMethod(credential: Password | Token, situation: LoginSituation): LoginMethod {
  const { settings, capabilities, greeting } = situation;
  if (credential.method === 'oauth2') return oauthMethod(settings.login, capabilities);
  if (settings.login !== 'auto') return settings.login;
  if (settings.tls === 'none' && !situation.noApop && apopChallenge(greeting) !== null) return 'apop';
  if (!capabilities.sasl.has('PLAIN')) return 'user';
  // PLAIN is UTF-8 by definition and may hold blanks; USER and PASS are what servers have practised most.
  const odd = /[^\x21-\x7e]/.test(credential.username) || /[^\x21-\x7e]/.test(credential.password);
  return odd || !capabilities.names.has('USER') ? 'plain' : 'user';
}

function oauthMethod(chosen: LoginMethod, capabilities: Capabilities): LoginMethod {
  if (chosen === 'xoauth2' || chosen === 'oauthbearer') return chosen;
  return capabilities.sasl.has('OAUTHBEARER') && !capabilities.sasl.has('XOAUTH2') ? 'oauthbearer' : 'xoauth2';
}

function perform(
  connection: Connection,
  method: LoginMethod,
  credential: Password | Token,
  situation: LoginSituation,
): Promise<Reply> {
  if (credential.method === 'oauth2') {
    const { host, port } = situation.settings;
    return method === 'oauthbearer'
      ? sasl(connection, 'OAUTHBEARER', oauthBearer(credential, host, port), 'AQ==')
      : sasl(connection, 'XOAUTH2', xoauth2(credential), '');
  }
  checkPrintable(connection.where, credential);
  if (method === 'apop') return apop(connection, credential, situation.greeting);
  if (method === 'plain') return sasl(connection, 'PLAIN', plain(credential), '*');
  if (method !== 'user') throw new Failure('refused', `${method} needs OAuth2 and ${connection.where} has a password configured`);
  return userPass(connection, credential);
}

async function userPass(connection: Connection, { username, password }: Password): Promise<Reply> {
  const known = await connection.command(`USER ${username}`);
  return known.status === 'ok' ? connection.command(`PASS ${password}`) : known;
}

async function apop(connection: Connection, { username, password }: Password, greeting: string): Promise<Reply> {
  const challenge = apopChallenge(greeting);
  if (challenge === null)
    throw new Failure('refused', `${connection.where} offers no APOP: its greeting has no challenge`, {
      remedy: 'Leave options.login out, so that the method is chosen by what the server offers.',
    });
  const digest = createHash('md5').update(challenge).update(password, 'utf8').digest('hex');
  return connection.command(`APOP ${username} ${digest}`);
}

/**
 * The msg-id in the greeting (RFC 1939 7). Only printable ASCII counts: made-up bytes in it are how a false server finds out
 * passwords from MD5 collisions (CVE-2007-1558).
 */
export function apopChallenge(greeting: string): string | null {
  return /<[\x21-\x3b\x3d\x3f\x41-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>/.exec(greeting)?.[0] ?? null;
}

function plain({ username, password }: Password): string {
  return base64(`\0${username}\0${password}`);
}

function xoauth2({ username, accessToken }: Token): string {
  return base64(`user=${username}\x01auth=Bearer ${accessToken}\x01\x01`);
}

/** RFC 7628 3.1; `,` and `=` are escaped in the authorization identity (RFC 5801 4). */
function oauthBearer({ username, accessToken }: Token, host: string, port: number): string {
  const identity = username.replace(/=/g, '=3D').replace(/,/g, '=2C');
  return base64(`n,a=${identity},\x01host=${host}\x01port=${port}\x01auth=Bearer ${accessToken}\x01\x01`);
}

/** RFC 5034. `onChallenge` answers what follows a response that was refused: the server wants it before it says -ERR. */
async function sasl(connection: Connection, mechanism: string, response: string, onChallenge: string): Promise<Reply> {
  const short = `AUTH ${mechanism} ${response}`;
  let reply: Reply | null = null;
  if (Buffer.byteLength(short) + 2 <= MAX_COMMAND_BYTES) {
    reply = await connection.command(short);
    if (!isAboutForm(reply)) return finish(connection, reply, response, onChallenge);
  }
  reply = await connection.command(`AUTH ${mechanism}`);
  if (reply.status !== 'continue') return reply;
  return finish(connection, await connection.command(response), response, onChallenge);
}

/** After our response the server may only ask for more to tell why it refuses (RFC 7628 3.2.2), or is asking for it anew. */
async function finish(connection: Connection, reply: Reply, response: string, onChallenge: string): Promise<Reply> {
  if (reply.status !== 'continue') return reply;
  // A server before RFC 5034 ignores the initial response and sends an empty challenge for it.
  const again = reply.text === '';
  const next = await connection.command(again ? response : onChallenge);
  if (next.status === 'continue') return { ...(await connection.command('*')), status: 'error' };
  return again ? next : { ...next, text: [next.text, oauthError(reply.text)].filter(Boolean).join(' ') };
}

/** The JSON that OAuth2 servers send as last challenge: {"status":"401",…}; it holds no secret, and only its status is kept. */
function oauthError(challenge: string): string {
  const status = /"(?:status|error)"\s*:\s*"([\w.-]{1,40})"/.exec(Buffer.from(challenge, 'base64').toString('utf8'))?.[1];
  return status === undefined ? '' : `(status ${status})`;
}

/** -ERR because of how the command is written, not because of the credential. */
function isAboutForm(reply: Reply): boolean {
  if (reply.status !== 'error' || reply.code !== null) return false;
  return /syntax|protocol error|argument|parameter|invalid command|unknown command|unrecognized|malformed|not understood/i.test(
    reply.text,
  );
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** A line break in a password would be a second command. */
function checkPrintable(where: string, { username, password }: Password): void {
  if (!/[\0\r\n]/.test(username + password)) return;
  throw new Failure('refused', `The user name or password for ${where} holds a line break or NUL`, {
    remedy: 'Take the line break out of the secret; a file may end in one, which is left out by itself.',
  });
}
