// Validates answers against Microsoft's schema with xmllint, many at once.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceFolder } from './reference.ts';

export interface Verdict {
  answers: number;
  invalid: { file: string; problems: string[] }[];
  /** Why nothing was validated. */
  skipped?: string;
}

/** Keeps answers in a folder until they are validated; the same answer is kept once, but counted each time. */
export class AnswerLog {
  readonly folder: string;
  readonly #own: boolean;
  #count = 0;

  constructor(folder?: string) {
    this.#own = folder === undefined;
    this.folder = folder ?? mkdtempSync(join(tmpdir(), 'exchange-answers-'));
    mkdirSync(this.folder, { recursive: true });
  }

  readonly take = (text: string, operation: string) => {
    this.#count++;
    const name = `${operation}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.xml`;
    const part = join(this.folder, `${name}.${process.pid}`);
    writeFileSync(part, text);
    // Another file of tests may validate the same folder at this very moment.
    renameSync(part, join(this.folder, name));
  };

  get count() {
    return this.#count;
  }

  validate(): Verdict {
    return { ...validateFolder(this.folder), answers: this.#count };
  }

  dispose() {
    if (this.#own) rmSync(this.folder, { recursive: true, force: true });
  }
}

export function validateFolder(folder: string): Verdict {
  const files = readdirSync(folder).filter((name) => name.endsWith('.xml'));
  const reference = referenceFolder();
  if (reference === undefined) return { answers: files.length, invalid: [], skipped: 'the schema is not installed here' };
  const schema = join(reference, 'schema-se', 'soap-envelope.xsd');
  const invalid: Verdict['invalid'] = [];
  for (let at = 0; at < files.length; at += 400) {
    const batch = files.slice(at, at + 400);
    const run = spawnSync('xmllint', ['--noout', '--schema', schema, ...batch], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (run.error !== undefined) return { answers: files.length, invalid: [], skipped: 'xmllint is not installed here' };
    for (const name of batch) {
      if (run.stderr.includes(`${name} validates\n`)) continue;
      const problems = run.stderr.split('\n').filter((line) => line.startsWith(`${name}:`));
      invalid.push({
        file: name,
        problems: problems.length > 0 ? problems : [readFileSync(join(folder, name), 'utf8').slice(0, 300)],
      });
    }
  }
  return { answers: files.length, invalid };
}
