import { describe, expect, it } from 'vitest';
import { md4 } from './md4.ts';
import { channelBinding, proof, rc4, responseKey } from './ntlm.ts';

describe('MD4 (RFC 1320 A.5)', () => {
  it.each([
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
    ['12345678901234567890123456789012345678901234567890123456789012345678901234567890', 'e33b4ddc9c38f2199c3e7b164fcc0536'],
  ])('%j', (text, hash) => expect(md4(Buffer.from(text)).toString('hex')).toBe(hash));
});

describe('NTLMv2 (the vectors of MS-NLMP 4.2)', () => {
  const key = responseKey('User', 'Password', 'Domain');

  it('makes the response key of user, password and domain (4.2.4.1.1)', () => {
    expect(key.toString('hex')).toBe('0c868a403bfd7a93a3001ef22ef02e3f');
  });

  it('makes the proof of challenge and blob (4.2.4.2.2)', () => {
    const challenge = Buffer.from('0123456789abcdef', 'hex');
    const pairs = Buffer.from('02000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000', 'hex');
    const blob = Buffer.concat([
      Buffer.from('01010000000000000000000000000000', 'hex'),
      Buffer.from('aaaaaaaaaaaaaaaa', 'hex'),
      Buffer.alloc(4),
      pairs,
    ]);
    expect(proof(key, challenge, blob).toString('hex')).toBe('68cd0ab851e51c96aabc927bebef6a1c');
  });

  it('wraps the session key by RC4 (4.2.4.2.3)', () => {
    const session = Buffer.from('8de40ccadbc14a82f15cb0ad0de95ca3', 'hex');
    expect(rc4(session, Buffer.alloc(16, 0x55)).toString('hex')).toBe('c5dad2544fc9799094ce1ce90bc9d03e');
  });

  it('binds to a certificate by its SHA-256 (RFC 5929 4.1)', () => {
    expect(channelBinding(Buffer.from('certificate'))).toHaveLength(16);
    expect(channelBinding(Buffer.from('certificate'))).not.toEqual(channelBinding(Buffer.from('another')));
  });
});
