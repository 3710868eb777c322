// `npm run check`: types, style, doors, dead code. Prints one line per tool, and what it found.
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

const tools: readonly (readonly [string, readonly string[]])[] = [
  ['types', ['node_modules/typescript/bin/tsc', '-p', '.']],
  ['style', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']],
  ['doors', ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'src', 'migrations', 'test', 'bench']],
  ['dead code', ['node_modules/knip/bin/knip.js']],
];

let failed = 0;
for (const [name, args] of tools) {
  const started = performance.now();
  const done = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (done.status === 0) {
    console.log(`check: ${name}: good (${seconds} s)`);
    continue;
  }
  failed += 1;
  console.log(`check: ${name}: FAILED (${seconds} s)\n${done.stdout}${done.stderr}`);
}
process.exitCode = failed === 0 ? 0 : 1;
