import { describe } from 'vitest';
import { smtpConnector } from '../../src/connector/smtp/smtp-connector.ts';
import { needsServer } from '../servers/needs.ts';
import { startPostfix } from '../servers/postfix.ts';
import { startSmtpSink } from '../servers/smtp-sink.ts';
import type { SubmissionServer } from '../servers/submission.ts';
import { contextFor } from './context.ts';
import { emailSenderContract, type SenderWorld } from './email-sender.ts';

async function worldOn(server: SubmissionServer): Promise<SenderWorld> {
  const settings = smtpConnector.parseSettings({ host: 'localhost', port: server.port, tls: 'starttls', ca: server.caPem });
  server.answer('later@example.test', { stage: 'rcpt', reply: '450 4.2.0 Greylisted' });
  server.answer('never@example.test', { stage: 'rcpt', reply: '550 5.1.1 No such user' });
  const { ledger } = server;
  const context = (signal?: AbortSignal) => contextFor({ method: 'none' }, signal ? { signal } : {});
  return {
    from: 'anna@example.test',
    good: ['b@example.test', 'c@example.test'],
    deferred: 'later@example.test',
    refused: 'never@example.test',
    open: (signal) => smtpConnector.open(settings, context(signal)),
    async taken(count) {
      if (ledger.all().length < count) await ledger.until(() => ledger.all().length >= count);
      return ledger.all().map(({ recipients, raw }) => ({ raw, recipients: recipients.map(({ address }) => address) }));
    },
    close: () => server.stop(),
  };
}

emailSenderContract('smtp on a scriptable server', async () => worldOn(await startSmtpSink()));

describe.runIf(await needsServer('postfix'))('on Postfix', () => {
  emailSenderContract('smtp on Postfix', async () => worldOn(await startPostfix()));
});
