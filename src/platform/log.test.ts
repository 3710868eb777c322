import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLog, type LogOptions } from './log.ts';

function logInto(lines: string[], format: LogOptions['format']) {
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return createLog({ level: 'debug', format, stream, redact: (text) => text.replaceAll('canary', '[redacted]') });
}

test.each(['json', 'pretty'] as const)('no line of a %s log carries a secret, wherever it was put', (format) => {
  const lines: string[] = [];
  const log = logInto(lines, format);
  log.child({ token: 'canary' }).info('said canary', { deep: { list: ['canary'] }, error: new Error('canary') });
  log.debug('debug', { text: 'canary' });
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toContain('canary');
  expect(lines[0]).toContain('said [redacted]');
});

test.each(['json', 'pretty'] as const)(
  'an error in a field of a %s log says what it is, wherever it stands, with its cause',
  (format) => {
    const lines: string[] = [];
    const log = logInto(lines, format);
    const error = Object.assign(new TypeError('broken', { cause: new Error('deeper canary') }), { code: 'ECODE' });
    log.error('it failed', { error, list: [{ inner: error }], big: 12n });
    log.error('it failed', error);
    for (const line of lines) {
      expect(line).toContain('it failed');
      for (const part of ['"name":"TypeError"', '"message":"broken"', '"code":"ECODE"']) expect(line).toContain(part);
      expect(line).toContain('deeper [redacted]');
      expect(line).not.toContain('{}');
    }
  },
);
