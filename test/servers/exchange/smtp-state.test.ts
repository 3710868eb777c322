// Mail in and out by SMTP, and the file that keeps a server over a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { expect, it } from 'vitest';
import { StillClock } from './clock.ts';
import { Exchange } from './exchange.ts';
import { relayTo, serveSmtp } from './smtp.ts';
import { keepState, readState } from './state-file.ts';

function company(address: string): Exchange {
  const exchange = new Exchange({ seed: 1, clock: new StillClock('2026-11-02T08:00:00Z') });
  exchange.addMailbox(address, 'secret');
  return exchange;
}

const subjects = (exchange: Exchange, address: string) => {
  const mailbox = exchange.mailboxOf(address)!;
  return mailbox.itemsIn(mailbox.folderNamed('inbox').key).map((item) => item.fields.Subject?.text);
};

const client = (port: number, pass?: string) =>
  createTransport({
    host: '127.0.0.1',
    port,
    secure: false,
    ignoreTLS: true,
    ...(pass === undefined ? {} : { auth: { user: 'alice@example.com', pass } }),
  });

const mail = (to: string, subject: string) => ({ from: 'alice@example.com', to, subject, text: 'hello' });

it('takes mail for its mailboxes from strangers, for others from those signed in, and hands that on', async () => {
  const [ours, theirs] = [company('alice@example.com'), company('jane@example.net')];
  const [here, there] = [await serveSmtp(ours, 0), await serveSmtp(theirs, 0)];
  relayTo(ours, '127.0.0.1', there.port);
  await client(here.port).sendMail(mail('alice@example.com', 'in'));
  expect(subjects(ours, 'alice@example.com')).toEqual(['in']);
  await expect(client(here.port).sendMail(mail('jane@example.net', 'relay'))).rejects.toThrow('550');
  await expect(client(here.port, 'wrong').sendMail(mail('jane@example.net', 'relay'))).rejects.toThrow('535');
  await client(here.port, 'secret').sendMail(mail('jane@example.net', 'out'));
  await expect.poll(() => subjects(theirs, 'jane@example.net')).toEqual(['out']);
  await Promise.all([here.close(), there.close()]);
});

it('keeps mailboxes in the state file, with ids and change keys', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'exchange-state-'));
  const file = join(folder, 'state.json');
  expect(readState(file)).toBeUndefined();
  const before = company('alice@example.com');
  const stop = keepState(file, before);
  const smtp = await serveSmtp(before, 0);
  await client(smtp.port).sendMail(mail('alice@example.com', 'kept'));
  await smtp.close();
  stop();
  const data = readState(file)!;
  const after = new Exchange({ seed: 1, clock: before.clock });
  after.addMailbox('alice@example.com', 'secret', { data: data.mailboxes[0]! });
  expect(subjects(after, 'alice@example.com')).toEqual(['kept']);
  expect(after.toData()).toEqual(JSON.parse(JSON.stringify(before.toData())));
  rmSync(folder, { recursive: true });
});
