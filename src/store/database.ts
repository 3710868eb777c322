/** The one pool of connections. Every query of the house goes through it. */
import createKnex, { type Knex } from 'knex';
import { Failure } from '../model/failure.ts';

/** Either the pool or a transaction on it. */
export type Database = Knex;

export function connectDatabase(url: string, options: { readonly connections?: number } = {}): Database {
  return createKnex({
    client: 'pg',
    connection: { connectionString: url, application_name: 'mailroom', keepAlive: true, connectionTimeoutMillis: 15_000 },
    pool: { min: 0, max: options.connections ?? 10 },
    acquireConnectionTimeout: 60_000,
    log: SILENT,
  });
}

/** Knex tells of broken connections on stdout, where the answers of commands belong; we hear of them by what fails. */
const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} };

const PASSING = new Set(['40P01', '40001', '55P03']); // deadlock, serialization failure, lock timeout

/** Runs a transaction again when PostgreSQL gave it up for another one's sake. */
export async function inTransaction<T>(database: Database, work: (transaction: Database) => Promise<T>, tries = 5): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (left > 1 && PASSING.has((error as { code?: string }).code ?? '')) continue;
      throw databaseFailure(error);
    }
  }
}

/** A connection that is refused or breaks off is a Failure that passes; anything else is a bug and stays what it is. */
export function databaseFailure(error: unknown): unknown {
  if (error instanceof Failure) return error;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const gone = /^(08|57P0|53)/.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT'].includes(code);
  const broken = /Connection terminated|connection error|timeout exceeded|Unable to acquire a connection/i.test(message);
  if (!gone && !broken) return error;
  return new Failure('unreachable', `the database cannot be reached: ${message || code}`, {
    cause: error,
    remedy: 'check that PostgreSQL runs and that database.url is right',
  });
}
