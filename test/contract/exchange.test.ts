import { afterAll, beforeAll } from 'vitest';
import { emailDisposalContract } from './disposal.ts';
import { emailSourceContract } from './email-source.ts';
import { exchangeWorld, placeOf, type StandIns, startStandIns, WAYS } from './exchange-world.ts';
import { emailMarkingContract } from './marking.ts';

const ABILITIES = { dates: true, flags: true, renumber: true, estimatedSizes: true };

let at: StandIns;
beforeAll(async () => {
  at = await startStandIns();
});
afterAll(() => at?.close());

for (const way of WAYS) emailSourceContract(`exchange (${way.name})`, ABILITIES, async () => exchangeWorld(...placeOf(at, way)));
for (const access of ['direct', 'impersonate', 'delegate'] as const) {
  emailDisposalContract(`exchange (${access})`, async () => exchangeWorld(at.plain, { method: 'password', access }));
  emailMarkingContract(`exchange (${access})`, async () => exchangeWorld(at.plain, { method: 'password', access }));
}
