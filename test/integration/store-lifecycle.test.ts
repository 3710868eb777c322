import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { processIdentity } from '../../src/platform/process-identity.ts';
import { connectDatabase } from '../../src/store/database.ts';
import { joinEmbeddedPostgres } from '../../src/store/embedded.ts';
import { keepAlive } from '../../src/store/embedded-watch.ts';
import { migrate } from '../../src/store/migrate.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mailroom-lifecycle-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

function pauseUntil(reached: PromiseWithResolvers<void>, signal?: AbortSignal): Promise<void> {
  reached.resolve();
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

const joinIn = (script: string) =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { joinEmbeddedPostgres } from '${join(process.cwd(), 'src/store/embedded.ts')}'; ${script}`,
    ],
    { encoding: 'utf8' },
  );

describe('the embedded PostgreSQL', () => {
  test('is started by the first user, joined by the second and stopped by the last', async () => {
    const first = await joinEmbeddedPostgres(dataDir);
    const second = joinIn(`const s = await joinEmbeddedPostgres('${dataDir}'); console.log(s.pid); await s.leave();`);
    expect(second.stdout.trim()).toBe(String(first.pid));
    expect(await processIdentity(first.pid)).not.toBeNull();
    await first.leave();
    expect(await processIdentity(first.pid)).toBeNull();
  });

  test('is adopted after its user was killed, and started again after itself was killed', async () => {
    const killed = joinIn(
      `const s = await joinEmbeddedPostgres('${dataDir}'); console.log(s.pid); process.kill(process.pid, 'SIGKILL');`,
    );
    const pid = Number(killed.stdout.trim());
    expect(pid, killed.stderr).toBeGreaterThan(0);
    expect(await processIdentity(pid)).not.toBeNull();
    process.kill(pid, 'SIGKILL');
    const next = await joinEmbeddedPostgres(dataDir);
    expect(next.pid).not.toBe(pid);
    const database = connectDatabase(next.url);
    expect((await database.raw('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.destroy();
    await next.leave();
  });

  test('killed under those who use it, it is started again on its port, and their connections come back', async () => {
    const server = await joinEmbeddedPostgres(dataDir);
    const database = connectDatabase(server.url);
    await database.raw('create table kept as select 1 as one');
    expect(await server.revive()).toBe(false);
    const said: string[] = [];
    const log = { ...silentLog, error: (line: string) => void said.push(line) };
    process.kill(server.pid, 'SIGKILL');
    // The clock's pause ends the watch, so that it looks exactly once.
    const looked = Promise.withResolvers<void>();
    const clock = { ...systemClock, sleep: (_ms: number, signal?: AbortSignal) => pauseUntil(looked, signal) };
    while ((await processIdentity(server.pid)) !== null) await new Promise(setImmediate);
    const end = keepAlive(server, log, clock);
    await looked.promise;
    await end();
    expect(said).toEqual(['the embedded PostgreSQL had ended and was started again; its log says why']);
    await database.raw('select 1').catch(() => {}); // the connection that broke
    expect((await database.raw('select * from kept')).rows).toEqual([{ one: 1 }]);
    await database.destroy();
    await server.leave();
  });

  test('is not confused by the process number of something else in postmaster.pid', async () => {
    const first = await joinEmbeddedPostgres(dataDir);
    await first.leave();
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n${dataDir}\n0\n1\n\n\n\nready\n`);
    const second = await joinEmbeddedPostgres(dataDir);
    expect(second.pid).not.toBe(process.pid);
    await second.leave();
  });

  test('refuses data of another major version and says how to upgrade', async () => {
    const server = await joinEmbeddedPostgres(dataDir);
    await server.leave();
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '14\n');
    await expect(joinEmbeddedPostgres(dataDir)).rejects.toMatchObject({
      code: 'refused',
      remedy: expect.stringContaining('pg_dump'),
    });
  });
});

describe('migrations', () => {
  test('run once when twenty processes start at the same moment', async () => {
    const server = await joinEmbeddedPostgres(dataDir);
    const databases = Array.from({ length: 20 }, () => connectDatabase(server.url, { connections: 1 }));
    const applied = await Promise.all(databases.map((database) => migrate(database)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await migrate(databases[0]!)).toEqual([]);
    await Promise.all(databases.map((database) => database.destroy()));
    await server.leave();
  });

  test('leave nothing behind when one fails, and refuse a newer breaking schema', async () => {
    const server = await joinEmbeddedPostgres(dataDir);
    const database = connectDatabase(server.url);
    const good = {
      name: '0001-good',
      breaking: false,
      up: async (knex: typeof database) => void (await knex.raw('create table good (id int)')),
    };
    const bad = { name: '0002-bad', breaking: true, up: async () => Promise.reject(new Error('broken')) };
    await expect(migrate(database, [good, bad])).rejects.toThrow('broken');
    expect((await database.raw("select to_regclass('good') as found")).rows).toEqual([{ found: null }]);
    await migrate(database, [good, { ...bad, up: async () => {} }]);
    await expect(migrate(database, [good])).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('0002-bad'),
    });
    await database('schema_migrations').where({ name: '0002-bad' }).update({ breaking: false });
    expect(await migrate(database, [good])).toEqual([]);
    await database.destroy();
    await server.leave();
  });
});
