// NTLMv2 over live connections: the client's half is written here from MS-NLMP 2.2.1.3 and 3.3.2.
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { expect, it } from 'vitest';
import { soap, startStandIn } from '../check/client.ts';
import { mic, proof, rc4, responseKey } from './ntlm.ts';
import { typeThree } from './type-3.ts';

const { server } = await startStandIn({ auth: { schemes: ['ntlm'] } });
const BODY = soap(
  '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>',
);
const TYPE1 = Buffer.from('4e544c4d535350000100000005820800'.padEnd(64, '0'), 'hex');

/** One TCP connection; every request goes over it. */
function connection() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = (token?: Buffer) =>
    new Promise<{ status: number; challenge: string; text: string; port: number }>((resolve, reject) => {
      const headers = token === undefined ? {} : { Authorization: `NTLM ${token.toString('base64')}` };
      const sent = request(server.url, { method: 'POST', agent, headers: { 'Content-Type': 'text/xml', ...headers } }, (got) => {
        const port = got.socket.localPort ?? 0;
        let text = '';
        got.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        got.on('end', () =>
          resolve({ status: got.statusCode ?? 0, challenge: got.headers['www-authenticate'] ?? '', text, port }),
        );
      });
      sent.on('error', reject).end(BODY);
    });
  return { post, close: () => agent.destroy() };
}

function authenticateMessage(challengeMessage: Buffer, user: string, password: string): Buffer {
  const serverChallenge = challengeMessage.subarray(24, 32);
  const at = challengeMessage.readUInt32LE(44);
  const info = challengeMessage.subarray(at, at + challengeMessage.readUInt16LE(40));
  const blob = Buffer.concat([
    Buffer.from('0101000000000000', 'hex'),
    Buffer.alloc(8),
    Buffer.alloc(8, 0xaa),
    Buffer.alloc(4),
    info,
    Buffer.alloc(4),
  ]);
  const response = Buffer.concat([proof(responseKey(user, password, 'EXAMPLE'), serverChallenge, blob), blob]);
  const fields = [Buffer.alloc(24), response, Buffer.from('EXAMPLE', 'utf16le'), Buffer.from(user, 'utf16le')];
  return typeThree([...fields, Buffer.alloc(0), Buffer.alloc(0)], 0x00088201, 64);
}

/** The same with a MIC (MS-NLMP 2.2.1.3, 3.1.5.1.2): version and MIC stand before the fields, MsvAvFlags says so. */
function withMic(challengeMessage: Buffer, wraps: boolean): Buffer {
  const key = responseKey('alice', 'alicepw', 'EXAMPLE');
  const at = challengeMessage.readUInt32LE(44);
  const info = challengeMessage.subarray(at, at + challengeMessage.readUInt16LE(40) - 4);
  const flag = Buffer.from('0600040002000000', 'hex');
  const blob = Buffer.concat([Buffer.from('0101000000000000', 'hex'), Buffer.alloc(8), Buffer.alloc(8, 0xaa), Buffer.alloc(4)]);
  const whole = Buffer.concat([blob, info, flag, Buffer.alloc(8)]);
  const ntProof = proof(key, challengeMessage.subarray(24, 32), whole);
  const session = createHmac('md5', key).update(ntProof).digest();
  const exported = wraps ? Buffer.alloc(16, 0x55) : session;
  const fields = [
    Buffer.alloc(24),
    Buffer.concat([ntProof, whole]),
    Buffer.from('EXAMPLE', 'utf16le'),
    Buffer.from('alice', 'utf16le'),
    Buffer.alloc(0),
    wraps ? rc4(session, exported) : Buffer.alloc(0),
  ];
  const message = typeThree(fields, wraps ? 0x42088201 : 0x02088201, 88);
  mic(exported, { negotiate: TYPE1, challenge: challengeMessage }, message).copy(message, 72);
  return message;
}

async function shake(link: ReturnType<typeof connection>, password: string) {
  const challenged = await link.post(TYPE1);
  const token = Buffer.from(challenged.challenge.replace('NTLM ', ''), 'base64');
  return { challenged, done: await link.post(authenticateMessage(token, 'alice', password)) };
}

it('authenticates one connection, which then needs no header, and no other', async () => {
  const [link, other] = [connection(), connection()];
  expect((await link.post()).status).toBe(401);
  const { challenged, done } = await shake(link, 'alicepw');
  expect(challenged.status).toBe(401);
  expect(done).toMatchObject({ status: 200, port: challenged.port });
  const again = await link.post();
  expect(again).toMatchObject({ status: 200, port: challenged.port });
  expect(again.text).toContain('NoError');
  expect((await other.post()).status).toBe(401);
  link.close();
  other.close();
});

it('refuses a wrong password, and a proof for the challenge of another connection', async () => {
  const [link, other] = [connection(), connection()];
  expect((await shake(link, 'wrong')).done.status).toBe(401);
  expect((await link.post()).status).toBe(401);
  const stolen = Buffer.from((await link.post(TYPE1)).challenge.replace('NTLM ', ''), 'base64');
  await other.post(TYPE1);
  expect((await other.post(authenticateMessage(stolen, 'alice', 'alicepw'))).status).toBe(401);
  link.close();
  other.close();
});

it.each([false, true])('checks the MIC when the client sends one (session key wrapped: %s)', async (wraps) => {
  const link = connection();
  const shakeMic = async (spoil: boolean) => {
    const token = Buffer.from((await link.post(TYPE1)).challenge.replace('NTLM ', ''), 'base64');
    const message = withMic(token, wraps);
    if (spoil) message.writeUInt8(message.readUInt8(80) ^ 1, 80);
    return (await link.post(message)).status;
  };
  expect(await shakeMic(true)).toBe(401);
  expect(await shakeMic(false)).toBe(200);
  link.close();
});
