import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { connectLine } from './line-client.ts';
import { type SmtpSink, startSmtpSink } from './smtp-sink.ts';

const mail = (id: string, ...to: string[]) => ({
  ...{ from: 'anna@example.test', to, subject: 'S', text: 'one\n.two\n', messageId: `<${id}@example.test>` },
});

function transport(sink: SmtpSink, options: { secure?: boolean; auth?: { user: string; pass: string } } = {}) {
  const { secure = false, auth } = options;
  return createTransport({
    ...{ host: sink.host, port: secure ? sink.tlsPort : sink.port, secure, requireTLS: true, auth },
    tls: { ca: sink.caPem },
  });
}

test('what is accepted is counted for each recipient, over STARTTLS and implicit TLS', async () => {
  await using sink = await startSmtpSink({ users: { anna: 'secret' } });
  for (const secure of [false, true]) {
    const auth = { user: 'anna', pass: 'secret' };
    await transport(sink, { secure, auth }).sendMail({
      ...mail('a', 'x@example.test', 'y@example.test'),
      dsn: { id: 'E1', return: 'headers' },
    });
  }
  expect(sink.ledger.count('<a@example.test>', 'X@example.test')).toBe(2);
  expect(sink.ledger.count('<a@example.test>', 'z@example.test')).toBe(0);
  expect(sink.ledger.all()[0]).toMatchObject({
    from: 'anna@example.test',
    envid: 'E1',
    user: 'anna',
    messageId: '<a@example.test>',
  });
  expect(String(sink.ledger.all()[0]?.raw)).toContain('\r\n.two\r\n');
  await expect(transport(sink, { auth: { user: 'anna', pass: 'wrong' } }).sendMail(mail('b', 'x@example.test'))).rejects.toThrow(
    '535',
  );
});

test('an address answers as told, as often as told, at RCPT or after the dot', async () => {
  await using sink = await startSmtpSink();
  sink.answer('once@example.test', { stage: 'rcpt', reply: '451 4.7.1 Come back later', times: 1 });
  sink.answer('full@example.test', { stage: 'data', reply: '552 5.2.2 Mailbox full' });
  const send = (id: string, to: string) => transport(sink).sendMail(mail(id, to));
  await expect(send('a', 'once@example.test')).rejects.toMatchObject({
    rejectedErrors: [{ response: '451 4.7.1 Come back later' }],
  });
  await send('a', 'once@example.test');
  await expect(send('b', 'full@example.test')).rejects.toMatchObject({ response: '552 5.2.2 Mailbox full' });
  expect(sink.ledger.all().map((arrival) => arrival.messageId)).toEqual(['<a@example.test>']);
});

test('the reply to the dot is lost, refused or never comes, and the ledger knows what was accepted', async () => {
  const fates = ['lose-reply', 'cut', 'stall', 'accept'] as const;
  await using sink = await startSmtpSink({ afterDot: (_, number) => fates[number - 1] ?? 'accept' });
  await expect(transport(sink).sendMail(mail('lost', 'x@example.test'))).rejects.toThrow();
  await expect(transport(sink).sendMail(mail('cut', 'x@example.test'))).rejects.toThrow();
  const stalled = transport(sink)
    .sendMail(mail('stalled', 'x@example.test'))
    .catch(() => 'cut at the end');
  await sink.ledger.until((arrival) => arrival.messageId === '<stalled@example.test>');
  await transport(sink).sendMail(mail('good', 'x@example.test'));
  expect(sink.ledger.all().map((arrival) => arrival.messageId)).toEqual([
    ...['<lost@example.test>', '<stalled@example.test>', '<good@example.test>'],
  ]);
  expect(sink.dots()).toBe(4);
  await sink.stop();
  expect(await stalled).toBe('cut at the end');
});

test('it can offer less', async () => {
  await using sink = await startSmtpSink({ withoutStartTls: true, without: ['PIPELINING', 'DSN'], sizeLimit: 1000 });
  const client = await connectLine({ port: sink.port });
  await client.until(/\r\n/);
  const offers = await client.ask('EHLO me', /250 .*\r\n/);
  client.close();
  expect(offers).toContain('SIZE 1000');
  expect(offers).not.toMatch(/STARTTLS|PIPELINING|DSN/);
});
