// NTLMv2, verified as MS-NLMP 3.3.2 and 3.2.5.1.2 say. NTLMv1 is refused: it does not go with Extended Protection.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Account, Exchange } from '../exchange.ts';
import { md4 } from './md4.ts';

export interface NtlmConnection {
  /** The first two messages: the MIC is over all three. */
  messages?: { negotiate: Buffer; challenge: Buffer };
  account?: Account;
}

type Step = { kind: 'challenge'; message: Buffer } | { kind: 'account'; account: Account } | { kind: 'refused' };

const SIGNATURE = Buffer.from('NTLMSSP\0', 'ascii');
const TARGET = 'EXAMPLE';

export function ntlmStep(
  exchange: Exchange,
  state: NtlmConnection,
  token: Buffer,
  socket: Socket,
  protection: 'off' | 'allow' | 'require',
): Step {
  const at = token.indexOf(SIGNATURE);
  if (at < 0 || token.length < at + 12) return { kind: 'refused' };
  const message = token.subarray(at);
  const type = message.readUInt32LE(8);
  if (type === 1) {
    const sent = challengeMessage(exchange.draw('ntlm').subarray(0, 8), exchange.clock.now());
    state.messages = { negotiate: Buffer.from(message), challenge: sent };
    delete state.account;
    return { kind: 'challenge', message: sent };
  }
  if (type !== 3 || state.messages === undefined) return { kind: 'refused' };
  const before = state.messages;
  delete state.messages;
  const account = verify(exchange, before, message, socket, protection);
  if (account === undefined) return { kind: 'refused' };
  state.account = account;
  return { kind: 'account', account };
}

const utf16 = (text: string) => Buffer.from(text, 'utf16le');

function avPair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2): Unicode, target info with names and time. */
function challengeMessage(challenge: Buffer, now: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(Math.floor(now)) + 11_644_473_600_000n) * 10_000n);
  const info = Buffer.concat([
    avPair(2, utf16(TARGET)),
    avPair(1, utf16('EX01')),
    avPair(4, utf16('example.com')),
    avPair(3, utf16('ex01.example.com')),
    avPair(7, time),
    avPair(0, Buffer.alloc(0)),
  ]);
  const name = utf16(TARGET);
  const head = Buffer.alloc(56);
  SIGNATURE.copy(head, 0);
  head.writeUInt32LE(2, 8);
  head.writeUInt16LE(name.length, 12);
  head.writeUInt16LE(name.length, 14);
  head.writeUInt32LE(56, 16);
  // UNICODE, REQUEST_TARGET, NTLM, ALWAYS_SIGN, TARGET_TYPE_DOMAIN, EXTENDED_SESSIONSECURITY, TARGET_INFO, VERSION, 128, 56
  head.writeUInt32LE(0xa2898205, 20);
  challenge.copy(head, 24);
  head.writeUInt16LE(info.length, 40);
  head.writeUInt16LE(info.length, 42);
  head.writeUInt32LE(56 + name.length, 44);
  Buffer.from([10, 0, 0x7c, 0x4f, 0, 0, 0, 15]).copy(head, 48);
  return Buffer.concat([head, name, info]);
}

export interface AuthenticateMessage {
  domain: string;
  user: string;
  ntResponse: Buffer;
}

/** AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3). */
export function readAuthenticate(message: Buffer): AuthenticateMessage {
  const field = (at: number) => {
    const length = message.readUInt16LE(at);
    const offset = message.readUInt32LE(at + 4);
    return message.subarray(offset, offset + length);
  };
  const unicode = (message.readUInt32LE(60) & 1) !== 0;
  const text = (bytes: Buffer) => bytes.toString(unicode ? 'utf16le' : 'latin1');
  return { ntResponse: field(20), domain: text(field(28)), user: text(field(36)) };
}

/** NTOWFv2 (MS-NLMP 3.3.2). */
export function responseKey(user: string, password: string, domain: string): Buffer {
  return createHmac('md5', md4(utf16(password)))
    .update(utf16(user.toUpperCase() + domain))
    .digest();
}

/** NTProofStr: HMAC over the server's challenge and the client's blob. */
export function proof(key: Buffer, challenge: Buffer, blob: Buffer): Buffer {
  return createHmac('md5', key).update(challenge).update(blob).digest();
}

interface Before {
  negotiate: Buffer;
  challenge: Buffer;
}

function verify(exchange: Exchange, before: Before, message: Buffer, socket: Socket, protection: string): Account | undefined {
  if (message.length < 64) return undefined;
  const { domain, user, ntResponse } = readAuthenticate(message);
  // 24 bytes are an NTLMv1 response.
  if (ntResponse.length <= 24 + 16) return undefined;
  const account = exchange.accountOf(user);
  if (account === undefined) return undefined;
  const blob = ntResponse.subarray(16);
  const key = responseKey(user, account.password, domain);
  const expected = proof(key, before.challenge.subarray(24, 32), blob);
  if (!timingSafeEqual(expected, ntResponse.subarray(0, 16))) return undefined;
  if (!micFits(key, expected, blob, before, message)) return undefined;
  return bindingFits(blob, socket, protection) ? account : undefined;
}

/** MsvAvChannelBindings must name this TLS connection: required when set so, compared when it is sent (MS-NLMP 2.2.2.1, RFC 5929). */
function bindingFits(blob: Buffer, socket: Socket, protection: string): boolean {
  const certificate = 'getCertificate' in socket ? (socket as TLSSocket).getCertificate() : null;
  if (protection === 'off' || certificate === null || !('raw' in certificate)) return true;
  const sent = avPairOf(blob.subarray(28), 10);
  if (sent === undefined || sent.every((byte) => byte === 0)) return protection !== 'require';
  return sent.equals(channelBinding(certificate.raw as Buffer));
}

const MIC_AT = 72;
const MIC_PRESENT = 2;
const KEY_EXCHANGE = 0x40000000;

/** MsvAvFlags says that there is a MIC; then it has to be right (MS-NLMP 3.2.5.2.2). */
function micFits(key: Buffer, ntProof: Buffer, blob: Buffer, before: Before, message: Buffer): boolean {
  const flags = avPairOf(blob.subarray(28), 6);
  if (flags === undefined || (flags.readUInt32LE(0) & MIC_PRESENT) === 0) return true;
  if (message.length < MIC_AT + 16) return false;
  const session = createHmac('md5', key).update(ntProof).digest();
  const encrypted = message.subarray(message.readUInt32LE(56), message.readUInt32LE(56) + message.readUInt16LE(52));
  const exported = (message.readUInt32LE(60) & KEY_EXCHANGE) !== 0 ? rc4(session, encrypted) : session;
  return timingSafeEqual(mic(exported, before, message), message.subarray(MIC_AT, MIC_AT + 16));
}

/** HMAC-MD5 over the three messages, the place of the MIC itself zero (MS-NLMP 3.1.5.1.2). */
export function mic(exported: Buffer, { negotiate, challenge }: Before, authenticate: Buffer): Buffer {
  const zeroed = Buffer.from(authenticate);
  zeroed.fill(0, MIC_AT, MIC_AT + 16);
  return createHmac('md5', exported).update(negotiate).update(challenge).update(zeroed).digest();
}

/** RC4, by which the session key is wrapped (MS-NLMP 3.4.5.1); the runtime's own is switched off. */
export function rc4(key: Buffer, data: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const swap = (one: number, other: number) => {
    [state[one], state[other]] = [state[other]!, state[one]!];
  };
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + state[i]! + key[i % key.length]!) & 0xff;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return Buffer.from(
    data.map((byte) => {
      i = (i + 1) & 0xff;
      j = (j + state[i]!) & 0xff;
      swap(i, j);
      return byte ^ state[(state[i]! + state[j]!) & 0xff]!;
    }),
  );
}

function avPairOf(pairs: Buffer, wanted: number): Buffer | undefined {
  for (let at = 0; at + 4 <= pairs.length; ) {
    const id = pairs.readUInt16LE(at);
    const length = pairs.readUInt16LE(at + 2);
    if (id === 0) return undefined;
    if (id === wanted) return pairs.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return undefined;
}

/** MD5 of gss_channel_bindings with `tls-server-end-point:` and the SHA-256 of the certificate (RFC 5929 4.1). */
export function channelBinding(certificate: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('tls-server-end-point:', 'ascii'), createHash('sha256').update(certificate).digest()]);
  const head = Buffer.alloc(20);
  head.writeUInt32LE(data.length, 16);
  return createHash('md5').update(head).update(data).digest();
}
