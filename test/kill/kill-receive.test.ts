import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { needsServer } from '../servers/needs.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';
import { killReceive } from './kill-receive.ts';

const RANDOM_KILLS = 2; // 100 by hand: npm run kill

describe.runIf(await needsServer('dovecot'))('killed while it receives', () => {
  let dovecot: Dovecot;
  let postgres: TestDatabase;
  beforeAll(async () => {
    [dovecot, postgres] = await Promise.all([startDovecot({ users: {} }), startTestDatabase({ migrated: false })]);
  });
  afterAll(async () => {
    await postgres?.stop();
    await dovecot?.stop();
  });

  test.each(['imap', 'pop3'] as const)(
    'by %s, at every step point and at random moments, it loses and doubles nothing',
    async (protocol) => {
      const report = await killReceive({ dovecot, postgres }, protocol, { random: RANDOM_KILLS, seed: 7 });
      expect(report.problems).toEqual([]);
      expect(report.steps.length).toBeGreaterThanOrEqual(protocol === 'imap' ? 4 : 6);
      expect(report.gatewayKills + report.databaseKills).toBe(report.steps.length + RANDOM_KILLS);
      expect(report.ledger.once).toBe(report.ledger.messages);
    },
  );
});
