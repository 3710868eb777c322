/** One row of a source -> one mailbox as if it were written in the file; each value stands where the row stands. */
import type { CsvField, CsvRow } from './csv.ts';
import { type JsonSchema, schemasAt, toJsonSchema } from './json-schema.ts';
import {
  childMap,
  descend,
  emptyMap,
  located,
  type MapNode,
  type Node,
  type Path,
  type Place,
  type Source,
  text,
} from './node.ts';
import type { Findings } from './problem.ts';
import type { WrittenMailboxSource } from './schema.ts';
import { mailboxSchema } from './schema-mailbox.ts';
import { didYouMean } from './suggest.ts';
import { validate } from './validate.ts';

export interface Row {
  readonly node: MapNode;
  readonly path: Path;
  readonly address: string | null;
}

export interface RowReading {
  readonly source: Source;
  readonly written: WrittenMailboxSource;
  readonly node: MapNode;
  readonly path: Path;
  readonly findings: Findings;
}

interface Column {
  readonly key: readonly string[];
  readonly name: string;
}

const shape: JsonSchema = toJsonSchema(mailboxSchema);

export function csvRows(reading: RowReading, rows: Iterable<CsvRow>): Row[] {
  let columns: { index: number; key: readonly string[] }[] | null = null;
  let width = 0;
  const made: Row[] = [];
  for (const row of rows) {
    const at = placeOf(reading, row.line, 1);
    const path = rowPath(reading, row.line);
    if (row.fault !== null) {
      reading.findings.problem(at, path, row.fault, 'double a quote inside a quoted field, and close it');
      if (columns === null) return [];
    } else if (columns === null) {
      columns = csvColumns(reading, row);
      width = row.fields.length;
      if (columns === null) return [];
    } else if (row.fields.length !== width) {
      const count = `the row has ${row.fields.length} fields, the header ${width}`;
      reading.findings.problem(at, path, count, 'put fields that contain the delimiter in double quotes');
    } else made.push(finish(reading, csvNode(reading, row.fields, columns, at), path));
  }
  return made;
}

function csvColumns(reading: RowReading, header: CsvRow): { index: number; key: readonly string[] }[] | null {
  const names = header.fields.map((field) => field.value);
  const at = placeOf(reading, header.line, 1);
  const mapped = mappedColumns(reading);
  if (mapped === null) return null;
  const wanted = mapped ?? names.filter((name) => name !== '').map((name) => ({ name, key: name.split('.') }));
  if (mapped === undefined && !knowsAll(reading, header)) return null;
  if (!wanted.some((column) => column.key.join('.') === 'address')) {
    reading.findings.problem(
      at,
      reading.path,
      'no column is the address',
      'name one "address", or write columns: { address: NAME }',
    );
    return null;
  }
  const missing = wanted.filter((column) => !names.includes(column.name));
  for (const { name } of missing) {
    reading.findings.problem(
      at,
      [...reading.path, 'columns'],
      `there is no column "${name}"`,
      didYouMean(name, names, 'columns'),
    );
  }
  return missing.length > 0 ? null : wanted.map((column) => ({ index: names.indexOf(column.name), key: column.key }));
}

function knowsAll(reading: RowReading, header: CsvRow): boolean {
  const strange = header.fields.filter((field) => field.value !== '' && !isKey(field.value));
  for (const field of strange) {
    const advice = `${didYouMean(field.value, KEYS, 'possible columns')} (or write columns, then further ones are ignored)`;
    reading.findings.problem(placeOf(reading, field.line, field.column), reading.path, `unknown column "${field.value}"`, advice);
  }
  return strange.length === 0;
}

/** Undefined: no mapping is written. Null: it is wrong and reported. */
function mappedColumns(reading: RowReading): readonly Column[] | undefined | null {
  const written = reading.written.columns;
  if (written === undefined) return undefined;
  const strange = Object.keys(written).filter((key) => !isKey(key));
  for (const key of strange) {
    const at = childMap(reading.node, 'columns')?.entries.get(key)?.keyAt ?? reading.node.at;
    reading.findings.problem(
      at,
      [...reading.path, 'columns'],
      `"${key}" is no key of a mailbox`,
      didYouMean(key, KEYS, 'possible keys'),
    );
  }
  return strange.length > 0 ? null : Object.entries(written).map(([key, name]) => ({ key: key.split('.'), name }));
}

function csvNode(
  reading: RowReading,
  fields: readonly CsvField[],
  columns: readonly { index: number; key: readonly string[] }[],
  at: Place,
): MapNode {
  const node = emptyMap(at);
  for (const { index, key } of columns) {
    const field = fields[index]!;
    if (field.value === '') continue;
    const place = placeOf(reading, field.line, field.column);
    put(node, key, located(typed(field.value, key), place), place);
  }
  return node;
}

/** CSV knows only text; the schema says what it is meant as. */
function typed(value: string, key: readonly string[]): unknown {
  const options = schemasAt(shape, key);
  const is = (type: string) => options.some((option) => option.type === type);
  if (is('array'))
    return value
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  if (is('integer') && /^\d{1,15}$/.test(value)) return Number(value);
  if (is('boolean') && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  return value;
}

export function ndjsonRows(reading: RowReading, content: string): Row[] {
  const columns = mappedColumns(reading);
  if (columns === null) return [];
  const made: Row[] = [];
  content.split(/\r\n|\n|\r/).forEach((line, index) => {
    if (line.trim() === '') return;
    const at = placeOf(reading, index + 1, 1);
    const path = rowPath(reading, index + 1);
    const value = parseLine(line);
    if (value === undefined) {
      reading.findings.problem(
        at,
        path,
        'the line is not a JSON object',
        'write one object per line: {"address": "anna@example.com"}',
      );
    } else made.push(finish(reading, columns === undefined ? (located(value, at) as MapNode) : pick(value, columns, at), path));
  });
  return made;
}

function parseLine(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function pick(value: object, columns: readonly Column[], at: Place): MapNode {
  const node = emptyMap(at);
  const all = located(value, at);
  for (const { key, name } of columns) {
    const found = descend(all, [name]) ?? descend(all, name.split('.'));
    if (found !== undefined && !(found.kind === 'scalar' && (found.value === null || found.value === '')))
      put(node, key, found, at);
  }
  return node;
}

function finish(reading: RowReading, node: MapNode, path: Path): Row {
  const address = text(node.entries.get('address')?.node) ?? null;
  validate(node, mailboxSchema, reading.findings, path);
  refuseCommands(reading, node, path);
  return { node, path, address };
}

/** Whoever may write the list of people must not thereby be able to start programs here. */
function refuseCommands(reading: RowReading, node: MapNode, path: Path): void {
  for (const section of ['receive', 'send', 'items']) {
    const at = [section, 'auth', 'password', 'exec'];
    const command = descend(node, at);
    if (command === undefined) continue;
    reading.findings.problem(
      command.at,
      [...path, ...at],
      'a source cannot name commands',
      'write the exec under defaults or a group',
    );
  }
}

function put(target: MapNode, path: readonly string[], node: Node, keyAt: Place): void {
  const [key, ...rest] = path;
  if (rest.length === 0) {
    target.entries.set(key!, { keyAt, node });
    return;
  }
  const known = target.entries.get(key!)?.node;
  const next = known?.kind === 'map' ? known : emptyMap(keyAt);
  if (next !== known) target.entries.set(key!, { keyAt, node: next });
  put(next, rest, node, keyAt);
}

function isKey(key: string): boolean {
  return schemasAt(shape, key.split('.')).length > 0;
}

const KEYS: readonly string[] = leaves(shape, []);

function leaves(schema: JsonSchema, path: readonly string[]): string[] {
  const shapes = [schema, ...(schema.anyOf ?? [])].flatMap((option) => Object.entries(option.properties ?? {}));
  const deeper = shapes.flatMap(([key, next]) => leaves(next, [...path, key]));
  return shapes.length === 0 || schema.anyOf?.some((option) => option.type === 'string') ? [...deeper, path.join('.')] : deeper;
}

function placeOf(reading: RowReading, line: number, column: number): Place {
  return { source: reading.source, line, column };
}

function rowPath(reading: RowReading, line: number): Path {
  return [...reading.path, `row ${line}`];
}
