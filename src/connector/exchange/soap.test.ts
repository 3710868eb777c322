import { expect, test } from 'vitest';
import { envelope, escapeXml } from './soap.ts';

test('markup, quotes and line breaks go as references', () => {
  expect(escapeXml(`<a href="x">'&amp;'\r\n\t`)).toBe('&lt;a href=&quot;x&quot;&gt;&apos;&amp;amp;&apos;&#13;&#10;&#9;');
});

test('what XML 1.0 forbids is left out, half a surrogate is replaced, everything else stays', () => {
  expect(escapeXml('a\u0000b\u001ac\u000bd\uffffe\ud83d')).toBe('abcde\ufffd');
  expect(escapeXml('ä €\u00a0😀\u0085')).toBe('ä €\u00a0😀\u0085');
});

test('a mailbox name cannot inject elements', () => {
  const text = envelope('<m:X/>', { version: 'Exchange2013_SP1', impersonate: 'a@b.c</t:PrimarySmtpAddress><x>' });
  expect(text).toContain('<t:PrimarySmtpAddress>a@b.c&lt;/t:PrimarySmtpAddress&gt;&lt;x&gt;</t:PrimarySmtpAddress>');
  expect(envelope('', { version: 'Exchange2013_SP1', impersonate: null })).not.toContain('Impersonation');
});
