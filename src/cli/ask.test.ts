import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askAtTerminal } from './ask.ts';

const terminal = () => new PassThrough() as PassThrough & NodeJS.ReadStream & NodeJS.WriteStream;
const never = new AbortController().signal;

test('an answer is what was typed, or the preset', async () => {
  const [input, output] = [terminal(), terminal()];
  const ask = askAtTerminal(input, output, never);
  const typed = ask.text('User name', 'preset');
  input.write('anna\r');
  expect(await typed).toBe('anna');
  const left = ask.text('User name', 'preset');
  input.write('\r');
  expect(await left).toBe('preset');
});

test('a secret is not shown', async () => {
  const [input, output] = [terminal(), terminal()];
  const typed = askAtTerminal(input, output, never).secret('Password');
  input.write('canary\r');
  expect(await typed).toBe('canary');
  expect(String(output.read())).not.toContain('canary');
});

test.each([
  ['Ctrl-D', '\x04'],
  ['Ctrl-C', '\x03'],
])('%s in place of an answer ends the command, and is no defect', async (_, key) => {
  const [input, output] = [terminal(), terminal()];
  const asked = askAtTerminal(input, output, never).text('User name');
  input.write(key);
  await expect(asked).rejects.toThrow('stopped before an answer was given; nothing was written');
});
