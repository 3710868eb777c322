import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor, REDACTED } from './redactor.ts';

function redactorOf(...values: string[]) {
  const redactor = createRedactor();
  for (const [at, value] of values.entries()) redactor.remember(`owner ${at}`, value);
  return redactor;
}

describe('a remembered secret is cut out of text', () => {
  const secret = 'hunter2-Üml"aut';
  const sasl = (text: string) => Buffer.from(text).toString('base64');
  test.each([
    ['as it is', `login with ${secret} failed`],
    ['in JSON', JSON.stringify({ password: secret })],
    ['in a URL', `https://example.com/?p=${encodeURIComponent(secret)}`],
    ['in a PLAIN response', `535 bad AUTH PLAIN ${sasl(`\0anna\0${secret}`)}`],
    ['in a PLAIN response with another alignment', `535 ${sasl(`\0anna1\0${secret}`)}`],
    ['in a PLAIN response with the third alignment', `535 ${sasl(`\0anna12\0${secret}`)}`],
    ['in an XOAUTH2 response', sasl(`user=anna@example.com\x01auth=Bearer ${secret}\x01\x01`)],
    ['in HTTP Basic', `Authorization: Basic ${sasl(`client:${secret}`)}`],
  ])('%s', (_, text) => {
    const redacted = redactorOf(secret).redact(text);
    expect(redacted).toContain(REDACTED);
    expect(redacted).not.toContain(secret);
    for (let at = 0; at + 10 <= text.length; at += 1) {
      const piece = text.slice(at, at + 10);
      if (!redacted.includes(piece)) continue;
      expect(Buffer.from(piece, 'base64').toString('latin1')).not.toContain('hunter2');
    }
  });

  test('a short one only where it stands alone', () => {
    expect(redactorOf('abc').redact('password=abc, alphabet abcdef')).toBe(`password=${REDACTED}, alphabet abcdef`);
  });

  test('the longer of two that begin alike wins', () => {
    expect(redactorOf('secret', 'secretive').redact('so secretive a secret!')).toBe(`so ${REDACTED} a ${REDACTED}!`);
  });

  test('and nothing else is touched', () => {
    expect(redactorOf(secret).redact('the quick brown fox')).toBe('the quick brown fox');
  });
});

test('of one owner only the newest few are kept, and a value two owners share stays', () => {
  const redactor = createRedactor();
  redactor.remember('b', 'shared-value');
  for (const value of ['shared-value', 'token-1', 'token-2', 'token-3', 'token-4']) redactor.remember('a', value);
  expect(redactor.redact('token-1 token-4 shared-value')).toBe(`${REDACTED} ${REDACTED} ${REDACTED}`);
  redactor.remember('a', 'token-5');
  expect(redactor.redact('token-1 token-5')).toBe(`token-1 ${REDACTED}`);
});

test('no text holds a secret after redaction, whatever both are', () => {
  const word = fc.string({ minLength: 4, maxLength: 20, unit: 'binary' });
  fc.assert(
    fc.property(word, fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), (secret, parts) => {
      const redacted = redactorOf(secret).redact(parts.join(secret));
      if (!REDACTED.includes(secret)) expect(redacted.replaceAll(REDACTED, '\u{10FFFF}')).not.toContain(secret);
    }),
    { numRuns: 50 },
  );
});
