import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTokenKey, seal, type TokenUse, tokenKeyOf, unseal } from './token-cipher.ts';

const key = tokenKeyOf(randomBytes(32));
const use: TokenUse = { mailboxId: 'anna@example.com', provider: 'google', use: 'refresh' };

test('any text comes back, and never twice as the same bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const [first, second] = [seal(key, use, text), seal(key, use, text)];
      expect(unseal(key, use, first)).toBe(text);
      expect(first.equals(second)).toBe(false);
    }),
  );
});

describe('a sealed token is no good', () => {
  const sealed = seal(key, use, 'token');
  test.each<[string, TokenUse]>([
    ['for another mailbox', { ...use, mailboxId: 'eve@example.com' }],
    ['for another provider', { ...use, provider: 'microsoft' }],
    ['for another use', { ...use, use: 'access' }],
    ['for names that only join to the same text', { ...use, mailboxId: 'anna@example.com","google', provider: '' }],
  ])('%s', (_, other) => expect(unseal(key, other, sealed)).toBeNull());

  test('with another key', () => expect(unseal(tokenKeyOf(randomBytes(32)), use, sealed)).toBeNull());

  test('with any bit changed or any byte cut off', () => {
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(unseal(key, use, changed)).toBeNull();
      expect(unseal(key, use, sealed.subarray(0, at))).toBeNull();
    }
  });
});

test.each([
  ['base64', randomBytes(32).toString('base64'), true],
  ['base64 without padding', randomBytes(32).toString('base64url'), true],
  ['hex', randomBytes(32).toString('hex'), true],
  ['a passphrase', 'correct horse battery staple', false],
  ['16 bytes', randomBytes(16).toString('base64'), false],
  ['33 bytes', randomBytes(33).toString('base64'), false],
])('a key as %s is accepted: %#', (_, text, good) => expect(parseTokenKey(`${text}\n`) !== null).toBe(good));
