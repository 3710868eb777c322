import { afterAll, beforeAll } from 'vitest';
import { authority } from '../servers/certificates.ts';
import { Exchange } from '../servers/exchange/exchange.ts';
import { type ServerOptions, serve } from '../servers/exchange/server.ts';
import { emailDisposalContract } from './disposal.ts';
import { emailSourceContract } from './email-source.ts';
import { exchangeWorld, type Login, PASSWORD, SERVICE, type StandIn } from './exchange-world.ts';
import { emailMarkingContract } from './marking.ts';

const ABILITIES = { dates: true, flags: true, renumber: true, estimatedSizes: true };

let plain: StandIn;
let bound: StandIn;
let ca: string;

async function start(options: ServerOptions): Promise<StandIn> {
  const exchange = new Exchange();
  exchange.addMailbox(SERVICE, PASSWORD, { mayImpersonate: true });
  return { exchange, server: await serve(exchange, options) };
}

beforeAll(async () => {
  const trusted = await authority();
  ca = trusted.caPem;
  plain = await start({ auth: { schemes: ['ntlm', 'basic'] } });
  const ntlmOnly = { schemes: ['negotiate', 'ntlm'], extendedProtection: 'require' } as const;
  bound = await start({ auth: ntlmOnly, tls: await trusted.certificate() });
});
afterAll(() => Promise.all([plain?.server.close(), bound?.server.close()]));

const WAYS: readonly (readonly [string, Login])[] = [
  ['Basic', { method: 'password', access: 'direct' }],
  ['Basic, by impersonation', { method: 'password', access: 'impersonate' }],
  ['NTLM', { method: 'ntlm', access: 'direct' }],
  ['a delegate by Basic', { method: 'password', access: 'delegate' }],
];
for (const [name, login] of WAYS) emailSourceContract(`exchange (${name})`, ABILITIES, async () => exchangeWorld(plain, login));
for (const access of ['direct', 'impersonate', 'delegate'] as const) {
  emailDisposalContract(`exchange (${access})`, async () => exchangeWorld(plain, { method: 'password', access }));
  emailMarkingContract(`exchange (${access})`, async () => exchangeWorld(plain, { method: 'password', access }));
}
emailSourceContract('exchange (NTLM over TLS, channel binding required, by impersonation)', ABILITIES, async () =>
  exchangeWorld(bound, { method: 'ntlm', access: 'impersonate', ca }),
);
