import { afterAll, beforeAll, describe } from 'vitest';
import { createPop3Connector } from '../../src/connector/pop3/pop3-connector.ts';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { needsServer } from '../servers/needs.ts';
import { contextFor } from './context.ts';
import { emailDisposalContract } from './disposal.ts';
import { emailSourceContract } from './email-source.ts';

describe.runIf(await needsServer('dovecot'))('on Dovecot', () => {
  let dovecot: Dovecot;
  beforeAll(async () => {
    const users = Array.from({ length: 100 }, (_, n) => [`user${n + 1}`, 'secret'] as const);
    dovecot = await startDovecot({ users: Object.fromEntries(users) });
  });
  afterAll(() => dovecot?.stop());

  let users = 0;

  /** A mailbox of its own for each test, and a fresh connector, because a process remembers servers. */
  function makeWorld(tls: 'implicit' | 'starttls') {
    return async () => {
      users += 1;
      const user = `user${users}`;
      const connector = createPop3Connector();
      const port = tls === 'implicit' ? dovecot.pop3sPort : dovecot.pop3Port;
      const settings = connector.parseSettings({ host: dovecot.host, port, tls, ca: dovecot.caPem, serverName: 'localhost' });
      const context = (signal?: AbortSignal) =>
        contextFor({ method: 'password', username: user, password: 'secret' }, signal ? { signal } : {});
      return {
        folder: 'INBOX',
        open: (signal?: AbortSignal) => connector.open(settings, context(signal)),
        deliver: (raw: string) => dovecot.deliver(user, 'INBOX', raw),
        async remove(raw: string) {
          dovecot.remove(user, 'INBOX', dovecot.messages(user).find((message) => message.raw.toString('utf8') === raw)!);
        },
        remaining: async () => dovecot.messages(user).map((message) => message.raw.toString('utf8')),
      };
    };
  }

  const abilities = { dates: false, flags: false, renumber: false };
  emailSourceContract('pop3 (Dovecot, implicit TLS)', abilities, makeWorld('implicit'));
  emailSourceContract('pop3 (Dovecot, STLS)', abilities, makeWorld('starttls'));
  emailDisposalContract('pop3 (Dovecot)', makeWorld('implicit'));
});
