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
  marking: 'mark and move',
  appointments: 'appointments',
  contacts: 'contacts',
  tasks: 'tasks',
} as const;

function table(): string {
  const kinds = [...connectors.values()].filter(({ kind }) => kind !== 'memory');
  const capabilities = Object.entries(MEANING);
  const rows = kinds.map(({ kind, offers }) => [
    kind,
    ...capabilities.map(([name]) => ((offers as readonly string[]).includes(name) ? 'yes' : '')),
  ]);
  return layOut(['', ...capabilities.map(([, words]) => words)], rows);
}

/** As the formatter of the project lays tables out, so that the two agree. */
function layOut(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, n) => Math.max(3, title.length, ...rows.map((row) => row[n]!.length)));
  const centred = (text: string, width: number) =>
    text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : centred(cell, widths[n]!))).join(' | ')} |`;
  const rule = widths.map((width, n) => (n === 0 ? '-'.repeat(width) : `:${'-'.repeat(width - 2)}:`));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
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
