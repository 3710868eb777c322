import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { type JsonSchema, jsonSchema } from './json-schema.ts';
import { loadConfig } from './load.ts';
import { problemLine } from './problem.ts';

const folder = new URL('../../config/', import.meta.url).pathname;
const example = join(folder, 'mailroom.example.yaml');

test('config/mailroom.schema.json is what the schemas say (write it anew with: npm run schema)', async () => {
  expect(JSON.parse(await readFile(join(folder, 'mailroom.schema.json'), 'utf8'))).toEqual(jsonSchema());
});

test('every key of the schema has a description', () => {
  const silent = keysOf(jsonSchema()).filter(({ schema }) => schema.description === undefined);
  expect(silent.map(({ path }) => path)).toEqual([]);
});

test('every key of the schema stands in the example', async () => {
  const written = pathsOf(parseDocument(await readFile(example, 'utf8')).toJS());
  // The value of ca needs a real file, so it stands there as a comment.
  const missing = keysOf(jsonSchema())
    .map(({ path }) => path)
    .filter((path) => !written.has(path) && !path.includes('.ca'));
  expect(missing.filter((path) => !isSharedElsewhere(path, written))).toEqual([]);
  expect(await readFile(example, 'utf8')).toMatch(/^ *# ca: \{ file: /m);
});

test('the example loads as it stands', async () => {
  const home = await mkdtemp(join(tmpdir(), 'mailroom-example-'));
  try {
    await cp(example, join(home, 'mailroom.yaml'));
    await mkdir(join(home, 'mailboxes.d'));
    await writeFile(
      join(home, 'mailboxes.d', 'more.yaml'),
      'mailboxes: [{ address: more@example.com, receive: { server: archive } }]\n',
    );
    await writeFile(join(home, 'people.csv'), 'number,login,mail,room\n7,bert,bert@example.com,3\n8,x,noreply@example.com,3\n');
    await writeFile(join(home, 'people.ndjson'), '{"address":"carla@example.com"}\n');
    const loaded = await loadConfig(join(home, 'mailroom.yaml'), {
      env: { PATH: process.env.PATH },
      now: new Date('2026-11-22T12:00:00Z'),
    });
    const lines = 'problems' in loaded ? loaded.problems : loaded.config.warnings;
    expect(lines.map(problemLine).map((line) => line.replace(`${home}/`, ''))).toEqual([
      expect.stringMatching(/^mailroom\.yaml:\d+:\d+: mailboxesFrom\[2\]: no address of 1 passes include and exclude/),
    ]);
    const addresses = 'problems' in loaded ? [] : loaded.config.mailboxes.map(({ address }) => address);
    expect(addresses).toEqual(expect.arrayContaining(['bert@example.com', 'carla@example.com', 'more@example.com']));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

interface Key {
  readonly path: string;
  readonly schema: JsonSchema;
}

/** Dotted paths, with * for names and list entries. */
function keysOf(schema: JsonSchema, path = ''): Key[] {
  const options = [schema, ...(schema.anyOf ?? [])];
  return options.flatMap((option) => {
    if (option !== schema && option.anyOf) return keysOf(option, path);
    const named = Object.entries(option.properties ?? {}).flatMap(([key, next]) => [
      { path: path === '' ? key : `${path}.${key}`, schema: next },
      ...keysOf(next, path === '' ? key : `${path}.${key}`),
    ]);
    const any = typeof option.additionalProperties === 'object' ? keysOf(option.additionalProperties, `${path}.*`) : [];
    return [...named, ...any, ...(option.items ? keysOf(option.items, `${path}.*`) : [])];
  });
}

const SCHEMA_KEYS = new Set(keysOf(jsonSchema()).map(({ path }) => path));

function pathsOf(value: unknown, path = '', all = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return all;
  for (const [key, item] of Object.entries(value)) {
    const exact = path === '' ? key : `${path}.${key}`;
    const next = !Array.isArray(value) && SCHEMA_KEYS.has(exact) ? exact : `${path}.*`;
    all.add(next);
    pathsOf(item, next, all);
  }
  return all;
}

/** Secrets, logins, kinds of items and the sections of defaults, groups and mailboxes have one shape wherever they stand. */
function isSharedElsewhere(path: string, written: ReadonlySet<string>): boolean {
  const shape = (name: string) =>
    name
      .replace(/\.(env|file|exec)$/, '')
      .replace(/^(defaults|groups\.\*|mailboxes\.\*)\./, '')
      .replace(/^(servers\.\*|receive|send|items)\.auth\b/, 'auth')
      .replace(/^items\.(appointments|contacts|tasks)\./, 'items.kind.')
      .replace(/\b(folders\.\*)\.(role|name)$/, '$1')
      .replace(/\bdeletion\.(series\.|service\.)?(inExchange|inApplication|outsideFilters)\b/, 'deletion.cell');
  const shapes = new Set([...written].map(shape));
  return shapes.has(shape(path));
}
