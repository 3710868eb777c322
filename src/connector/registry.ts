/** Every kind of server Mailroom can talk to. `test/contract/registry.test.ts` demands a contract test for each capability. */
import type { Connector } from './connector.ts';
import { createExchangeConnector } from './exchange/exchange-connector.ts';
import { createImapConnector } from './imap/imap-connector.ts';
import { createMemoryConnector } from './memory/memory-connector.ts';
import { createPop3Connector } from './pop3/pop3-connector.ts';
import { smtpConnector } from './smtp/smtp-connector.ts';

const all: readonly Connector[] = [
  register(createExchangeConnector()),
  register(createImapConnector()),
  register(createMemoryConnector()),
  register(createPop3Connector()),
  register(smtpConnector),
];

export const connectors: ReadonlyMap<string, Connector> = new Map(all.map((connector) => [connector.kind, connector]));

/** Settings are the connector's own affair: it gets back only what its own `parseSettings` made. */
function register<Settings>(connector: Connector<Settings>): Connector {
  return connector as unknown as Connector;
}
