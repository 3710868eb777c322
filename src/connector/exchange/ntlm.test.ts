import { describe, expect, test } from 'vitest';
import { md4 } from './md4.ts';
import { authenticateMessage, channelBinding, computeResponse, negotiateMessage, readChallenge, responseKey } from './ntlm.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
  ['12345678901234567890123456789012345678901234567890123456789012345678901234567890', 'e33b4ddc9c38f2199c3e7b164fcc0536'],
])('MD4 of "%s" is as RFC 1320 A.5 says', (text, digest) => {
  expect(md4(Buffer.from(text)).toString('hex')).toBe(digest);
});

describe('NTLMv2 by the example of MS-NLMP 4.2.4', () => {
  const key = responseKey('User', 'Domain', 'Password');
  const targetInfo = hex('02000c0044006f006d00610069006e0001000c005300650072007600650072000000 0000');
  const serverChallenge = hex('0123456789abcdef');

  test('NTOWFv2 (4.2.4.1.1)', () => {
    expect(key.toString('hex')).toBe('0c868a403bfd7a93a3001ef22ef02e3f');
  });

  test('the response (4.2.4.2.2) and the session key (4.2.4.1.2)', () => {
    const { response, sessionKey } = computeResponse(key, serverChallenge, hex('aaaaaaaaaaaaaaaa'), Buffer.alloc(8), targetInfo);
    expect(response.subarray(0, 16).toString('hex')).toBe('68cd0ab851e51c96aabc927bebef6a1c');
    expect(sessionKey.toString('hex')).toBe('8de40ccadbc14a82f15cb0ad0de95ca3');
  });
});

describe('the messages', () => {
  const challenge = Buffer.concat([
    hex(
      '4e544c4d53535000 02000000 0000000038000000 05828aa2 0123456789abcdef 0000000000000000 1400140038000000 0a00000000 00000f',
    ),
    hex('02000400 45005800 07000800 0090d336b734c301 00000000'),
  ]);
  const login = { username: 'EXAMPLE\\änna', password: 'geheim' };
  const random = { clientChallenge: hex('aaaaaaaaaaaaaaaa'), now: new Date(0) };

  test('the first says no name and asks for NTLMv2 in Unicode', () => {
    expect(negotiateMessage().toString('hex')).toBe(
      '4e544c4d535350000100000005828 8a2 0000000000000000 0000000000000000 0a00000000 00000f'.replaceAll(' ', ''),
    );
  });

  test('the last holds domain and user apart, the time of the server, and the flag that there is a MIC', () => {
    const message = authenticateMessage(login, readChallenge(challenge), { certificate: null, service: 'HTTP/x' }, random);
    const field = (at: number) =>
      message.subarray(message.readUInt32LE(at + 4), message.readUInt32LE(at + 4) + message.readUInt16LE(at));
    expect(field(28).toString('utf16le')).toBe('EXAMPLE');
    expect(field(36).toString('utf16le')).toBe('änna');
    expect(field(20).subarray(24, 32).toString('hex')).toBe('0090d336b734c301');
    expect(field(20).includes(hex('0600040002000000'))).toBe(true);
    expect(message.subarray(72, 88).equals(Buffer.alloc(16))).toBe(false);
  });

  test('a challenge that is cut or points outside is no challenge', () => {
    const pointing = Buffer.from(challenge);
    pointing.writeUInt32LE(4_000_000_000, 44);
    for (const bad of [Buffer.alloc(0), challenge.subarray(0, 47), pointing, Buffer.alloc(100)]) {
      expect(() => readChallenge(bad)).toThrow('cannot be read');
    }
  });

  test('a challenge of an old server, without target info, is answered in Unicode all the same', () => {
    const old = Buffer.from(challenge.subarray(0, 32));
    old.writeUInt32LE(0x00008206, 20);
    const message = authenticateMessage(login, readChallenge(old), { certificate: null, service: 'HTTP/x' }, random);
    expect(message.readUInt32LE(60) & 1).toBe(1);
    expect(message.includes(Buffer.from('änna', 'utf16le'))).toBe(true);
  });

  test('target info of other lengths than it should have is left out', () => {
    const odd = Buffer.from(challenge);
    hex('0600 0200 0100 0700 0400 0090d336 0000 0000'.replaceAll(' ', '')).copy(odd, odd.length - 20);
    const message = authenticateMessage(login, readChallenge(odd), { certificate: null, service: 'HTTP/x' }, random);
    expect(message.includes(hex('0600040002000000'))).toBe(true);
  });

  test('the binding is MD5 over the structure of RFC 2744 with the hash of the certificate', async () => {
    const { authority } = await import('../../../test/servers/certificates.ts');
    const { X509Certificate } = await import('node:crypto');
    const { raw } = new X509Certificate((await (await authority()).certificate()).cert);
    const { channelBinding: theirs } = await import('../../../test/servers/exchange/auth/ntlm.ts');
    expect(channelBinding(raw)).toEqual(theirs(raw));
  });
});
