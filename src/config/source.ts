/** Mailboxes out of other systems: rows of a CSV file, lines of JSON, or what a command prints. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { guessDelimiter, readCsv } from './csv.ts';
import type { MapNode, Path, Place, Source } from './node.ts';
import { matchesPattern } from './pattern.ts';
import type { Findings } from './problem.ts';
import { decode, osReason, type ReadText, readText } from './read-text.ts';
import type { WrittenMailboxSource } from './schema.ts';
import { csvRows, ndjsonRows, type Row, type RowReading } from './source-row.ts';

export interface SourceRequest {
  readonly written: WrittenMailboxSource;
  readonly node: MapNode;
  readonly path: Path;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly findings: Findings;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

export async function readMailboxSource(request: SourceRequest): Promise<Row[]> {
  const { written, node, path, findings } = request;
  const given = (['csv', 'ndjson', 'exec'] as const).filter((kind) => written[kind] !== undefined);
  if (given.length !== 1) {
    findings.problem(node.at, path, 'names not exactly one of csv, ndjson and exec', 'write for example - csv: people.csv');
    return [];
  }
  const kind = given[0]!;
  const at = node.entries.get(kind)!.node.at;
  const source = sourceOf(request, kind, at);
  const result = kind === 'exec' ? await runCommand(request) : await readText(resolve(at.source.directory, source.name));
  if ('reason' in result) {
    const what = kind === 'exec' ? `the command "${source.name}" failed` : `cannot read ${source.name}`;
    findings.problem(
      at,
      [...path, kind],
      `${what}: ${result.reason}`,
      kind === 'exec' ? 'run it by hand to see more' : 'check the path',
    );
    return [];
  }
  const before = findings.count();
  const reading: RowReading = { source, written, node, path, findings };
  const format = kind === 'exec' ? (written.format ?? 'ndjson') : kind;
  const content = result.text.replace(/^\uFEFF/, '');
  const rows =
    format === 'csv'
      ? csvRows(reading, readCsv(content, written.delimiter ?? guessDelimiter(content)))
      : ndjsonRows(reading, content);
  return findings.count() > before && rows.length === 0 ? [] : select(request, rows);
}

function sourceOf(request: SourceRequest, kind: 'csv' | 'ndjson' | 'exec', at: Place): Source {
  const { written } = request;
  if (kind === 'exec') return { name: written.exec![0]!, directory: at.source.directory };
  return { name: written[kind]!, directory: at.source.directory };
}

/** Started without a shell, so that nothing in the arguments is ever interpreted. */
function runCommand(request: SourceRequest): Promise<ReadText> {
  const [command, ...args] = request.written.exec!;
  const timeout = request.written.timeout ?? DEFAULT_TIMEOUT_MS;
  const options = { cwd: request.node.at.source.directory, env: { ...request.env }, timeout, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((done) => {
    execFile(command!, args, { ...options, encoding: 'buffer' }, (error, stdout, stderr) => {
      if (error === null) return done(decode(stdout));
      done({ reason: commandReason(error, stderr, timeout) });
    });
  });
}

function commandReason(error: Error & { code?: unknown; killed?: boolean }, stderr: Buffer, timeout: number): string {
  if (error.killed) return `no end after ${timeout / 1000} s`;
  if (typeof error.code === 'string') return osReason(error);
  const said = stderr.toString('utf8').trim().split('\n')[0]!.slice(0, 200);
  return `exit code ${error.code}${said === '' ? '' : `, "${said}"`}`;
}

function select(request: SourceRequest, rows: readonly Row[]): Row[] {
  const list = (value: string | string[] | undefined) => (value === undefined ? [] : [value].flat());
  const include = list(request.written.include);
  const exclude = list(request.written.exclude);
  const kept = rows.filter(({ address }) => {
    if (address === null) return true;
    const wanted = include.length === 0 || include.some((pattern) => matchesPattern(address, pattern));
    return wanted && !exclude.some((pattern) => matchesPattern(address, pattern));
  });
  if (kept.length === 0) {
    const what = rows.length === 0 ? 'the source has no mailbox' : `no address of ${rows.length} passes include and exclude`;
    request.findings.warning(request.node.at, request.path, what, 'is this meant?');
  }
  return kept.map((row) => withGroup(request, row));
}

function withGroup(request: SourceRequest, row: Row): Row {
  const group = request.node.entries.get('group');
  if (group !== undefined && !row.node.entries.has('group')) row.node.entries.set('group', group);
  return row;
}
