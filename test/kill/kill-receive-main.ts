import { parseArgs } from 'node:util';
import { startDovecot } from '../servers/dovecot.ts';
import { startTestDatabase } from '../servers/postgres.ts';
import { killReceive } from './kill-receive.ts';

const { values } = parseArgs({ options: { random: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } } });
const dovecot = await startDovecot({ users: {} });
const postgres = await startTestDatabase();
let failed = 0;
for (const protocol of ['imap', 'pop3'] as const) {
  const report = await killReceive({ dovecot, postgres }, protocol, {
    random: Number(values.random),
    seed: Number(values.seed),
    tell: (line) => console.log(line),
  });
  console.log(`${protocol}: ${report.kills} kills, ${report.problems.length} problems`);
  for (const problem of report.problems) console.log(`  ${problem}`);
  failed += report.problems.length;
}
await postgres.stop();
await dovecot.stop();
process.exitCode = failed === 0 ? 0 : 1;
