/**
 * NTLMv2 as a client speaks it over HTTP (MS-NLMP, MS-NTHT), with the channel binding of RFC 5929 and a message integrity code.
 * NTLMv1 and LM are not spoken. Neither signing nor sealing is asked for, so no session key goes over the line.
 */
import { createHash, createHmac, X509Certificate } from 'node:crypto';
import { Failure } from '../../model/failure.ts';
import { md4 } from './md4.ts';

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');

/** MS-NLMP 2.2.2.5: UNICODE, REQUEST_TARGET, NTLM, ALWAYS_SIGN, EXTENDED_SESSIONSECURITY, TARGET_INFO, VERSION, 128, 56. */
const FLAGS = 0xa2888205;
/** 2.2.2.10: a version is only for debugging; these are the numbers of Windows 10. */
const VERSION = Buffer.from([10, 0, 0, 0, 0, 0, 0, 15]);
const UNICODE = 1;
const TARGET_INFO = 0x00800000;
const AV = { end: 0, flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const;
const MIC_PRESENT = 2;
const MIC_AT = 72;
const HEAD = 88;

export interface NtlmLogin {
  /** `DOMAIN\user`, `user@domain.example` or a bare name. */
  readonly username: string;
  readonly password: string;
}

export interface NtlmBinding {
  /** The certificate of the TLS connection; null: nothing to bind to. */
  readonly certificate: Buffer | null;
  /** `HTTP/mail.example.com`: what the client believes to talk to. */
  readonly service: string;
}

/** NEGOTIATE_MESSAGE (2.2.1.1). */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40);
  SIGNATURE.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(FLAGS, 12);
  VERSION.copy(message, 32);
  return message;
}

export interface Challenge {
  readonly bytes: Buffer;
  readonly serverChallenge: Buffer;
  readonly flags: number;
  readonly targetInfo: Buffer;
}

/** CHALLENGE_MESSAGE (2.2.1.2). Without target info it may end behind the challenge, as old servers have it. */
export function readChallenge(bytes: Buffer): Challenge {
  if (bytes.length < 32 || !bytes.subarray(0, 8).equals(SIGNATURE) || bytes.readUInt32LE(8) !== 2) throw garbled();
  const flags = bytes.readUInt32LE(20);
  const hasInfo = (flags & TARGET_INFO) !== 0;
  if (hasInfo && bytes.length < 48) throw garbled();
  const [length, offset] = hasInfo ? [bytes.readUInt16LE(40), bytes.readUInt32LE(44)] : [0, 0];
  if (offset + length > bytes.length) throw garbled();
  const targetInfo = bytes.subarray(offset, offset + length);
  return { bytes, serverChallenge: bytes.subarray(24, 32), flags, targetInfo };
}

const garbled = () => new Failure('garbled', 'the NTLM challenge of the server cannot be read');

const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const hmac = (key: Buffer, ...parts: readonly Buffer[]) => {
  const sum = createHmac('md5', key);
  for (const part of parts) sum.update(part);
  return sum.digest();
};

/** NTOWFv2 (3.3.2). Only the name of the user is raised to capitals, not the domain's. */
export function responseKey(user: string, domain: string, password: string): Buffer {
  return hmac(md4(utf16(password)), utf16(user.toUpperCase() + domain));
}

/** ComputeResponse of NTLMv2 (3.3.2): the response with its blob, and the key of the session. */
export function computeResponse(
  key: Buffer,
  serverChallenge: Buffer,
  clientChallenge: Buffer,
  time: Buffer,
  targetInfo: Buffer,
): { readonly response: Buffer; readonly sessionKey: Buffer } {
  const zeros = Buffer.alloc(4);
  const head = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]);
  const blob = Buffer.concat([head, time, clientChallenge, zeros, targetInfo, zeros]);
  const proof = hmac(key, serverChallenge, blob);
  return { response: Buffer.concat([proof, blob]), sessionKey: hmac(key, proof) };
}

/** AUTHENTICATE_MESSAGE (2.2.1.3, made as 3.1.5.1.2 says). */
export function authenticateMessage(
  login: NtlmLogin,
  challenge: Challenge,
  binding: NtlmBinding,
  random: { readonly clientChallenge: Buffer; readonly now: Date },
): Buffer {
  const { user, domain } = splitName(login.username);
  const told = readPairs(challenge.targetInfo);
  const time = sized(told.get(AV.timestamp), 8) ?? fileTime(random.now);
  const pairs = writePairs(ownPairs(told, binding));
  const key = responseKey(user, domain, login.password);
  const { response, sessionKey } = computeResponse(key, challenge.serverChallenge, random.clientChallenge, time, pairs);
  // With a timestamp from the server the LM response is 24 zeros (3.1.5.1.2); without one nobody looks at it any more either.
  // The names are in Unicode, the only way that was offered.
  const message = assemble((challenge.flags & FLAGS) | UNICODE, [
    Buffer.alloc(24),
    response,
    utf16(domain),
    utf16(user),
    Buffer.alloc(0),
  ]);
  // KeyExchangeKey is the session key with NTLMv2 (3.4.5.1), and no other is exchanged.
  hmac(sessionKey, negotiateMessage(), challenge.bytes, message).copy(message, MIC_AT);
  return message;
}

/** The domain of a user principal name is part of the name; the server finds out itself. */
function splitName(username: string): { user: string; domain: string } {
  const at = username.indexOf('\\');
  return at < 0 ? { user: username, domain: '' } : { user: username.slice(at + 1), domain: username.slice(0, at) };
}

function assemble(flags: number, [lm, nt, domain, user, workstation]: readonly Buffer[]): Buffer {
  const fields = [lm!, nt!, domain!, user!, workstation!, Buffer.alloc(0)];
  // In the head the responses come first, in the payload they may stand anywhere (2.2.1.3).
  const head = Buffer.alloc(HEAD);
  SIGNATURE.copy(head);
  head.writeUInt32LE(3, 8);
  let offset = HEAD;
  fields.forEach((field, n) => {
    head.writeUInt16LE(field.length, 12 + 8 * n);
    head.writeUInt16LE(field.length, 14 + 8 * n);
    head.writeUInt32LE(offset, 16 + 8 * n);
    offset += field.length;
  });
  head.writeUInt32LE(flags >>> 0, 60);
  VERSION.copy(head, 64);
  return Buffer.concat([head, ...fields]);
}

type Pairs = Map<number, Buffer>;

/** A value of another size is none. */
const sized = (value: Buffer | undefined, bytes: number) => (value?.length === bytes ? value : undefined);

/** AV_PAIR (2.2.2.1). */
function readPairs(bytes: Buffer): Pairs {
  const pairs: Pairs = new Map();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const id = bytes.readUInt16LE(at);
    const length = bytes.readUInt16LE(at + 2);
    if (id === AV.end) return pairs;
    if (at + 4 + length > bytes.length) throw garbled();
    pairs.set(id, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return pairs;
}

function writePairs(pairs: Pairs): Buffer {
  const parts = [...pairs, [AV.end, Buffer.alloc(0)] as const].map(([id, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat(parts);
}

/** What the server told, and what this end adds: there is a MIC, the service meant, and the connection it all belongs to. */
function ownPairs(told: Pairs, { certificate, service }: NtlmBinding): Pairs {
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE((sized(told.get(AV.flags), 4)?.readUInt32LE(0) ?? 0) | MIC_PRESENT);
  const bindings = certificate === null ? Buffer.alloc(16) : channelBinding(certificate);
  return new Map([...told, [AV.flags, flags], [AV.targetName, utf16(service)], [AV.channelBindings, bindings]]);
}

/** MD5 over gss_channel_bindings_struct with nothing but the application data (2.2.2.1, RFC 5929 4). */
export function channelBinding(certificate: Buffer): Buffer {
  const hash = createHash(endPointHash(certificate)).update(certificate).digest();
  const data = Buffer.concat([Buffer.from('tls-server-end-point:', 'latin1'), hash]);
  const head = Buffer.alloc(20);
  head.writeUInt32LE(data.length, 16);
  return createHash('md5').update(head).update(data).digest();
}

/** The hash of the certificate's own signature, but SHA-256 in place of MD5 and SHA-1 (RFC 5929 4.1). */
function endPointHash(certificate: Buffer): string {
  const { signatureAlgorithm = '' } = new X509Certificate(certificate) as X509Certificate & { signatureAlgorithm?: string };
  return /sha-?(384|512)/i.exec(signatureAlgorithm)?.[1] === undefined
    ? 'sha256'
    : `sha${/sha-?(384|512)/i.exec(signatureAlgorithm)![1]}`;
}

/** Tenths of microseconds since 1601 (MS-DTYP 2.3.3). */
function fileTime(now: Date): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(now.getTime()) + 11_644_473_600_000n) * 10_000n);
  return time;
}
