// SMTP in: mail for the company's mailboxes. SMTP out: what goes to others is handed to a smart host.
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import type { Exchange } from './exchange.ts';
import { expandGroup, submit } from './mime/transport.ts';

export interface SmtpIn {
  port: number;
  close(): Promise<void>;
}

export async function serveSmtp(exchange: Exchange, port: number, host = '127.0.0.1'): Promise<SmtpIn> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    size: 36 * 1024 * 1024,
    // A signed-in client may send anywhere, a stranger only to us.
    onAuth(auth, _session, done) {
      const account = exchange.accountOf(auth.username ?? '');
      if (account === undefined || account.password !== auth.password)
        return done(new Error('535 5.7.3 Authentication unsuccessful'));
      done(null, { user: account.address });
    },
    onRcptTo(address, session, done) {
      const known = expandGroup(exchange, address.address).some((one) => exchange.mailboxOf(one) !== undefined);
      if (known || session.user !== undefined) return done();
      done(
        Object.assign(new Error('5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'), {
          responseCode: 550,
        }),
      );
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
        const to = session.envelope.rcptTo.map((one) => one.address);
        submit(exchange, from, to, Buffer.concat(parts)).then(
          () => done(null, '2.6.0 Queued mail for delivery'),
          (error: Error) => done(error),
        );
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Hands outgoing mail to another server; what it refuses is said on standard error, as there is nobody to bounce to. */
export function relayTo(exchange: Exchange, host: string, port: number) {
  const transport = createTransport({ host, port, secure: false, ignoreTLS: true });
  exchange.relay = (from, to, mime) => {
    transport.sendMail({ envelope: { from, to }, raw: mime }).catch((error: unknown) => {
      process.stderr.write(`mailroom-exchange: ${host}:${port} did not take a message: ${String(error)}\n`);
    });
  };
}
