import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { leftRunning } from './leftovers.ts';
import { membersOf, spawnServer, stillRunning, temporaryFolder } from './processes.ts';

const until = async (condition: () => boolean) => {
  while (!condition()) await wait(10);
};

test('a server ends with all its children, politely or not', async () => {
  for (const end of ['stop', 'kill'] as const) {
    const server = spawnServer('/bin/sh', ['-c', 'sleep 1000 & trap "" TERM; echo up; wait; wait']);
    await until(() => server.output().includes('up'));
    expect(membersOf(server.group).length).toBeGreaterThan(1);
    await (end === 'stop' ? server.stop(50) : server.kill());
    expect(membersOf(server.group)).toEqual([]);
    expect(stillRunning()).not.toContain(server.group);
  }
});

test('a program that cannot be started says why', async () => {
  const server = spawnServer('/nowhere/server', []);
  await until(() => server.exited());
  expect(server.output()).toContain('ENOENT');
  await server.stop();
});

/** A process of its own that starts a server, says its group and its folder, and waits. */
async function owner(ledger: string) {
  const script = `const { spawnServer, temporaryFolder } = await import(${JSON.stringify(join(import.meta.dirname, 'processes.ts'))});
    const server = spawnServer('/bin/sleep', ['1000']);
    console.log(JSON.stringify({ group: server.group, folder: temporaryFolder('owner').path }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    ...{ stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, MAILROOM_TEST_LEDGER: ledger } },
  });
  const said = await new Promise<Buffer>((resolve) => child.stdout?.once('data', resolve));
  return { child, ...(JSON.parse(String(said)) as { group: number; folder: string }) };
}

test('servers and folders end with their owner, be it by an end, a signal or SIGKILL', async () => {
  const ledger = join(temporaryFolder('ledger').path, 'ledger');
  writeFileSync(ledger, '');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
    const { child, group, folder } = await owner(ledger);
    expect(membersOf(group).length).toBe(1);
    child.kill(signal);
    await until(() => membersOf(group).length === 0 && !existsSync(folder));
  }
  expect(await leftRunning(ledger)).toEqual([]);
});

test('what is left running is found by the ledger and by its environment', async () => {
  const ledger = join(temporaryFolder('ledger').path, 'ledger');
  writeFileSync(ledger, '');
  const { child, group } = await owner(ledger);
  const stray = spawn('/bin/sleep', ['1000'], { detached: true, env: { MAILROOM_TEST_LEDGER: ledger }, stdio: 'ignore' });
  await until(() => stray.pid !== undefined);
  const left = await leftRunning(ledger, 0);
  expect(left.map((one) => one.pid)).toEqual(expect.arrayContaining([group, child.pid, stray.pid]));
  expect(left.find((one) => one.pid === stray.pid)?.command).toBe('/bin/sleep 1000');
  stray.kill('SIGKILL');
  child.kill('SIGKILL');
  expect(await leftRunning(ledger)).toEqual([]);
});
