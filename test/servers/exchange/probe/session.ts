// The probe's way to a server: one connection, NTLMv2 where it is offered, else Basic over TLS or on this machine.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { TLSSocket } from 'node:tls';
import { mic, proof, responseKey } from '../auth/ntlm.ts';
import { typeThree } from '../auth/type-3.ts';

export interface Login {
  user: string;
  password: string;
  ca: Buffer | undefined;
}

export interface Reply {
  status: number;
  text: string;
  cookies: string[];
}

export interface Session {
  post(body: string, headers?: Record<string, string>): Promise<Reply>;
  /** Reads a stream for so long, or until it ends; what came. */
  listen(body: string, milliseconds: number): Promise<string>;
  scheme(): string;
  close(): void;
}

interface Got extends Reply {
  challenges: string[];
  certificate: Buffer | undefined;
}

const NEGOTIATE = (() => {
  const message = Buffer.alloc(40);
  message.write('NTLMSSP\0', 'ascii');
  message.writeUInt32LE(1, 8);
  // UNICODE, REQUEST_TARGET, NTLM, ALWAYS_SIGN, EXTENDED_SESSIONSECURITY, TARGET_INFO, VERSION, 128, 56
  message.writeUInt32LE(0xa2888205, 12);
  return message;
})();

export function openSession(address: string, login: Login): Session {
  const url = new URL(address);
  const secure = url.protocol === 'https:';
  const local = /^(localhost|127\.|\[::1\])/.test(url.hostname);
  const trust = login.ca === undefined ? {} : { ca: login.ca };
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets: 1, ...trust })
    : new HttpAgent({ keepAlive: true, maxSockets: 1 });
  let authorization: string | undefined;
  let used = 'none';

  const open = (
    body: string,
    headers: Record<string, string>,
    take: (response: IncomingMessage) => void,
    fail: (error: Error) => void,
  ) => {
    const all = { 'Content-Type': 'text/xml; charset=utf-8', 'User-Agent': 'mailroom-exchange probe', ...headers };
    const sent = (secure ? httpsRequest : httpRequest)(url, { method: 'POST', agent, headers: all }, take);
    sent.on('error', fail).end(body);
    return sent;
  };
  const exchange = (body: string, headers: Record<string, string>): Promise<Got> =>
    new Promise((resolve, reject) => {
      const take = (response: IncomingMessage) => {
        const { socket } = response;
        const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate().raw : undefined;
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(parts).toString('utf8'),
            cookies: response.headers['set-cookie'] ?? [],
            challenges: splitChallenges(response),
            certificate,
          }),
        );
        response.on('error', reject);
      };
      open(body, headers, take, reject);
    });
  const shake = async (body: string, headers: Record<string, string>): Promise<Got> => {
    const first = await exchange('', { ...headers, Authorization: `NTLM ${NEGOTIATE.toString('base64')}` });
    const token = first.challenges.map((one) => /^NTLM (\S+)$/i.exec(one)?.[1]).find((one) => one !== undefined);
    if (token === undefined) return first;
    const message = authenticateMessage(Buffer.from(token, 'base64'), login, first.certificate);
    return exchange(body, { ...headers, Authorization: `NTLM ${message.toString('base64')}` });
  };
  const post = async (body: string, headers: Record<string, string> = {}): Promise<Reply> => {
    const got = await exchange(body, authorization === undefined ? headers : { ...headers, Authorization: authorization });
    if (got.status !== 401) return got;
    if (got.challenges.some((one) => /^NTLM/i.test(one))) {
      used = 'NTLM';
      return shake(body, headers);
    }
    if (!got.challenges.some((one) => /^Basic/i.test(one)))
      throw new Error(`the server offers neither NTLM nor Basic: ${got.challenges.map((one) => one.split(' ')[0]).join(', ')}`);
    if (!secure && !local) throw new Error('Basic would send the password in clear; use https');
    used = 'Basic';
    authorization = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
    return exchange(body, { ...headers, Authorization: authorization });
  };
  const listen = (body: string, milliseconds: number): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = '';
      const done = () => {
        sent.destroy();
        resolve(text);
      };
      const timer = setTimeout(done, milliseconds);
      const end = () => {
        clearTimeout(timer);
        resolve(text);
      };
      const sent = open(
        body,
        authorization === undefined ? {} : { Authorization: authorization },
        (response) => {
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', end).on('error', end);
        },
        (error) => {
          clearTimeout(timer);
          if (text === '') reject(error);
          else resolve(text);
        },
      );
    });
  return { post, listen, scheme: () => used, close: () => agent.destroy() };
}

/** Node joins the headers of a name; a Basic realm may hold a comma, a token never does. */
function splitChallenges(response: IncomingMessage): string[] {
  const raw = response.rawHeaders;
  return raw.flatMap((name, index) => (index % 2 === 0 && name.toLowerCase() === 'www-authenticate' ? [raw[index + 1]!] : []));
}

const utf16 = (text: string) => Buffer.from(text, 'utf16le');

function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** RFC 5929 4.1 with the hash that nearly all certificates call for. */
function binding(certificate: Buffer | undefined): Buffer {
  if (certificate === undefined) return Buffer.alloc(16);
  const data = Buffer.concat([Buffer.from('tls-server-end-point:'), createHash('sha256').update(certificate).digest()]);
  const head = Buffer.alloc(20);
  head.writeUInt32LE(data.length, 16);
  return createHash('md5').update(head).update(data).digest();
}

/** AUTHENTICATE_MESSAGE with MIC and channel binding (MS-NLMP 2.2.1.3, 3.1.5.1.2). */
function authenticateMessage(challenge: Buffer, { user, password }: Login, certificate: Buffer | undefined): Buffer {
  const [domain, name] = user.includes('\\') ? (user.split('\\') as [string, string]) : ['', user];
  const at = challenge.readUInt32LE(44);
  const info = challenge.subarray(at, at + challenge.readUInt16LE(40) - 4);
  const added = Buffer.concat([pair(6, Buffer.from([2, 0, 0, 0])), pair(10, binding(certificate)), Buffer.alloc(4)]);
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(Date.now()) + 11_644_473_600_000n) * 10_000n);
  const blob = Buffer.concat([
    Buffer.from('0101000000000000', 'hex'),
    timeOf(info) ?? time,
    randomBytes(8),
    Buffer.alloc(4),
    info,
    added,
    Buffer.alloc(4),
  ]);
  const key = responseKey(name, password, domain);
  const ntProof = proof(key, challenge.subarray(24, 32), blob);
  const session = createHmac('md5', key).update(ntProof).digest();
  const fields = [Buffer.alloc(24), Buffer.concat([ntProof, blob]), utf16(domain), utf16(name), Buffer.alloc(0), Buffer.alloc(0)];
  const message = typeThree(fields, 0xa2888205, 88);
  mic(session, { negotiate: NEGOTIATE, challenge }, message).copy(message, 72);
  return message;
}

/** The server's own time, which a client has to use when it is told. */
function timeOf(pairs: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= pairs.length; ) {
    const [id, length] = [pairs.readUInt16LE(at), pairs.readUInt16LE(at + 2)];
    if (id === 7) return pairs.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return undefined;
}
