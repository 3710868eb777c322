import { afterAll, beforeAll } from 'vitest';
import { emailDisposalContract } from './disposal.ts';
import { emailSourceContract } from './email-source.ts';
import { exchangeWorld, type StandIns, startStandIns, WAYS } from './exchange-world.ts';
import { emailMarkingContract } from './marking.ts';

const ABILITIES = { dates: true, flags: true, renumber: true, estimatedSizes: true };

let at: StandIns;
beforeAll(async () => {
  at = await startStandIns();
});
afterAll(() => at?.close());

for (const [name, login] of WAYS)
  emailSourceContract(`exchange (${name})`, ABILITIES, async () => exchangeWorld(at.plain, login));
for (const access of ['direct', 'impersonate', 'delegate'] as const) {
  emailDisposalContract(`exchange (${access})`, async () => exchangeWorld(at.plain, { method: 'password', access }));
  emailMarkingContract(`exchange (${access})`, async () => exchangeWorld(at.plain, { method: 'password', access }));
}
emailSourceContract('exchange (NTLM over TLS, channel binding required, by impersonation)', ABILITIES, async () =>
  exchangeWorld(at.bound, { method: 'ntlm', access: 'impersonate', ca: at.ca }),
);
