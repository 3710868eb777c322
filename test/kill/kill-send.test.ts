/** Killed while sending: the ledger of the server, outside of Mailroom, says what arrived. */
import { describe, expect, test } from 'vitest';
import { startDovecot } from '../servers/dovecot.ts';
import { needsServer } from '../servers/needs.ts';
import { killSend } from './kill-send.ts';

const RANDOM_KILLS = 3; // 100 by hand: npm run kill -- --only send; the third is the database's

describe.runIf(await needsServer('dovecot'))('killed while it sends', () => {
  test('each recipient has it once, or it is in doubt, and that only between mark and result', async () => {
    await using dovecot = await startDovecot({ users: { anna: 'pw' } });
    const report = await killSend(dovecot, { random: RANDOM_KILLS, seed: 7 });
    expect(report.problems).toEqual([]);
    expect(report.steps).toEqual(UNINTERRUPTED);
    expect(report).toMatchObject({ gatewayKills: UNINTERRUPTED.length + 2, databaseKills: 1 });
    expect(report.ledger.once + report.ledger.inDoubt).toBe(report.ledger.messages);
  });
});

const ATTEMPT = [
  'outbox: claimed',
  'outbox: all but the dot is out',
  'outbox: dot committed',
  'outbox: answer known',
  'outbox: settled',
];
const FILED = ['outbox: copy begun', 'outbox: copy appended', 'outbox: copy noted'];
const UNINTERRUPTED = ['outbox: submitted', ...ATTEMPT, ...FILED, ...ATTEMPT];
