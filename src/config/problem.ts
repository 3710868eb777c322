import type { Problem } from './config.ts';
import { dotted, type Path, type Place } from './node.ts';

/** Where problems are gathered while a file is read; nothing stops at the first one. */
export interface Findings {
  problem(at: Place, path: Path | string, message: string, suggestion?: string | null): void;
  warning(at: Place, path: Path | string, message: string, suggestion?: string | null): void;
  add(problems: readonly Problem[]): void;
  count(): number;
  problems(): Problem[];
  warnings(): Problem[];
}

export function createFindings(): Findings {
  const errors = new Map<string, { problem: Problem; times: number }>();
  const warnings = new Map<string, { problem: Problem; times: number }>();
  return {
    problem: (at, path, message, suggestion = null) => count(errors, toProblem(at, path, message, suggestion)),
    warning: (at, path, message, suggestion = null) => count(warnings, toProblem(at, path, message, suggestion)),
    add: (problems) => {
      for (const problem of problems) count(errors, problem);
    },
    count: () => errors.size,
    problems: () => sorted(errors),
    warnings: () => sorted(warnings),
  };
}

function toProblem(at: Place, path: Path | string, message: string, suggestion: string | null): Problem {
  const where = typeof path === 'string' ? path : dotted(path);
  return { file: at.source.name, line: at.line, column: at.column, path: where, message, suggestion };
}

// One wrong line under defaults concerns every mailbox and is still one problem.
function count(found: Map<string, { problem: Problem; times: number }>, problem: Problem): void {
  const key = `${problem.file}\n${problem.line}\n${problem.column}\n${problem.message}`;
  const known = found.get(key);
  if (known === undefined) found.set(key, { problem, times: 1 });
  else known.times += 1;
}

function sorted(found: ReadonlyMap<string, { problem: Problem; times: number }>): Problem[] {
  return [...found.values()]
    .map(({ problem, times }) => (times === 1 ? problem : { ...problem, message: `${problem.message} (${times} mailboxes)` }))
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column || a.path.localeCompare(b.path));
}

/** file:line:column: path: message (suggestion) */
export function problemLine(problem: Problem): string {
  const where = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  const path = problem.path === '' ? '' : `${problem.path}: `;
  return `${where}: ${path}${problem.message}${problem.suggestion === null ? '' : `; ${problem.suggestion}`}`;
}
