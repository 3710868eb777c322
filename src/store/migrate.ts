/**
 * Migrations go forward only, under an advisory lock, so that any number of processes may start at once. Names carry no
 * file extension: the same migration is .ts here and .js in a package. A schema that holds a migration unknown to this
 * version is fine when it was marked `// safe` and refused when it was `// breaking`.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Failure } from '../model/failure.ts';
import type { Database } from './database.ts';

const LOCK = 7_305_912_441; // any constant of our own
const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

export interface Migration {
  readonly name: string;
  readonly breaking: boolean;
  up(knex: Database): Promise<void>;
}

/** Applies what is missing, all or nothing, and answers the names it applied. */
export async function migrate(database: Database, migrations?: readonly Migration[]): Promise<readonly string[]> {
  const wanted = migrations ?? (await readMigrations(FOLDER));
  return database.transaction(async (transaction) => {
    await transaction.raw('select pg_advisory_xact_lock(?)', [LOCK]);
    await transaction.raw(
      'create table if not exists schema_migrations (name text primary key, breaking boolean not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await transaction.raw<{ rows: AppliedMigration[] }>('select name, breaking from schema_migrations');
    refuseNewer(rows, wanted);
    const missing = wanted.filter(({ name }) => !rows.some((row) => row.name === name));
    for (const { name, breaking, up } of missing) {
      await up(transaction);
      await transaction('schema_migrations').insert({ name, breaking });
    }
    return missing.map(({ name }) => name);
  });
}

interface AppliedMigration {
  readonly name: string;
  readonly breaking: boolean;
}

function refuseNewer(applied: readonly AppliedMigration[], known: readonly Migration[]): void {
  const unknown = applied.filter((row) => row.breaking && !known.some((migration) => migration.name === row.name));
  if (unknown.length === 0) return;
  const names = unknown.map((row) => row.name).join(', ');
  throw new Failure('refused', `the database was migrated by a newer Mailroom (${names}), which this version cannot work with`, {
    remedy: 'start the newer version, or restore a backup from before the upgrade',
  });
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => /^\d{4}-.*\.[jt]s$/.test(file) && !file.endsWith('.d.ts')).sort();
  return Promise.all(
    files.map(async (file) => {
      const { up } = (await import(pathToFileURL(join(folder, file)).href)) as Pick<Migration, 'up'>;
      const [first] = (await readFile(join(folder, file), 'utf8')).split('\n', 1);
      return { name: basename(file, extname(file)), breaking: first !== '// safe', up };
    }),
  );
}
