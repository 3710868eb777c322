import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { connectors } from '../../src/connector/registry.ts';

const FILE = new URL('../../README.md', import.meta.url);
const MEANING = {
  email: 'receive',
  sender: 'send',
  push: 'push hints',
  disposal: 'take off the server',
  filing: 'copy in Sent',
} as const;

function table(): string {
  const kinds = [...connectors.values()].filter(({ kind }) => kind !== 'memory');
  const capabilities = Object.entries(MEANING);
  const head = `| | ${capabilities.map(([, words]) => words).join(' | ')} |`;
  const line = `| --- |${capabilities.map(() => ' :-: |').join('')}`;
  const rows = kinds.map(
    ({ kind, offers }) =>
      `| ${kind} | ${capabilities.map(([name]) => ((offers as readonly string[]).includes(name) ? 'yes' : '')).join(' | ')} |`,
  );
  return [head, line, ...rows].join('\n');
}

test('the table of connectors in the README is what the code offers', async () => {
  const readme = await readFile(FILE, 'utf8');
  const wanted = readme.replace(
    /(<!-- connectors:.*?-->\n)[\s\S]*?(<!-- \/connectors -->)/,
    (_, begin, end) => `${begin}\n${table()}\n\n${end}`,
  );
  if (process.env.UPDATE_README) await writeFile(FILE, wanted);
  else expect(readme, 'run UPDATE_README=1 npm test -- readme').toBe(wanted);
});
