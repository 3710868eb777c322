// Runs the stand-in's tests and validates every answer they got: node bin/run.js test/servers/exchange/check/validate-main.ts [test …]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validateFolder } from './validate.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'exchange-answers-'));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['test/servers/exchange'];
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const run = spawnSync(process.execPath, [vitest, 'run', ...wanted], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, MAILROOM_EXCHANGE_ANSWERS: folder },
});
const verdict = validateFolder(folder);
rmSync(folder, { recursive: true, force: true });
for (const { file, problems } of verdict.invalid) console.log(`${file}\n  ${problems.join('\n  ')}`);
if (verdict.skipped !== undefined) console.log(`not validated: ${verdict.skipped}`);
console.log(`${verdict.answers} different answers, ${verdict.invalid.length} invalid`);
process.exitCode = run.status === 0 && verdict.invalid.length === 0 ? 0 : 1;
