/** A private PostgreSQL for one test file, through the same door as the product. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, type Database } from '../../src/store/database.ts';
import { joinEmbeddedPostgres } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  /** The process number of the server, for tests that kill it. */
  readonly serverPid: number;
  readonly dataDir: string;
  stop(): Promise<void>;
}

/** A migrated, empty database on a server of its own. */
export async function startTestDatabase(options: { readonly migrated?: boolean } = {}): Promise<TestDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mailroom-test-pg-'));
  const server = await joinEmbeddedPostgres(dataDir);
  const database = connectDatabase(server.url);
  if (options.migrated !== false) await migrate(database);
  return {
    url: server.url,
    database,
    serverPid: server.pid,
    dataDir,
    async stop() {
      await database.destroy();
      await server.leave();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
