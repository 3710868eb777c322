/** A private PostgreSQL for one test file, through the same door as the product. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { processIdentity } from '../../src/platform/process-identity.ts';
import { connectDatabase, type Database } from '../../src/store/database.ts';
import { joinEmbeddedPostgres } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  /** The process number of the server, for tests that kill it. */
  readonly serverPid: number;
  readonly dataDir: string;
  /** Kills the server as it stands, and starts it again on the same port. */
  kill(): Promise<void>;
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
    async kill() {
      await killPostgres(dataDir);
      await server.revive();
    },
    async stop() {
      await database.destroy();
      await server.leave();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The one that runs now: it may have been started again since. */
export async function killPostgres(dataDir: string): Promise<void> {
  const pid = Number.parseInt(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => ''), 10);
  if (!(pid > 1)) return;
  process.kill(pid, 'SIGKILL');
  while ((await processIdentity(pid)) !== null) await pause(5);
}
