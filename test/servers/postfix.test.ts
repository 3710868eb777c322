import { createTransport, type SendMailOptions } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectLine } from './line-client.ts';
import { needsServer } from './needs.ts';
import { type Postfix, startPostfix } from './postfix.ts';

describe.runIf(await needsServer('postfix'))('Postfix', () => {
  let postfix: Postfix;
  beforeAll(async () => {
    postfix = await startPostfix({ users: { anna: 'secret' }, sizeLimit: 100_000 });
  });
  afterAll(() => postfix?.stop());

  const send = (id: string, to: string | string[], more: SendMailOptions = {}, secure = false) =>
    createTransport({
      ...{ host: postfix.host, port: secure ? postfix.tlsPort : postfix.port, secure, requireTLS: true },
      ...{ tls: { ca: postfix.caPem }, auth: { user: 'anna', pass: 'secret' } },
    }).sendMail({ from: 'anna@example.test', to, subject: 'S', text: 'one\n.two\n', messageId: `<${id}@example.test>`, ...more });

  test('delivers what it accepts into the ledger, by STARTTLS and implicit TLS', async () => {
    await send('a', ['x@example.test', 'y@example.test']);
    await send('b', 'x@example.test', {}, true);
    const arrival = await postfix.ledger.until((one) => one.messageId === '<a@example.test>');
    expect(arrival.recipients.map((one) => one.address)).toEqual(['x@example.test', 'y@example.test']);
    expect(String(arrival.raw)).toContain('\r\n.two\r\n');
    await postfix.ledger.until((one) => one.messageId === '<b@example.test>');
    expect(postfix.ledger.count('<a@example.test>', 'x@example.test')).toBe(1);
  });

  test('demands a login, after TLS only, and refuses a wrong password', async () => {
    const wrong = createTransport({
      ...{ host: postfix.host, port: postfix.port, requireTLS: true },
      ...{ tls: { ca: postfix.caPem }, auth: { user: 'anna', pass: 'wrong' } },
    });
    await expect(wrong.sendMail({ from: 'a@example.test', to: 'b@example.test', text: 'x' })).rejects.toThrow('535 5.7.8');
    const clear = await connectLine({ port: postfix.port });
    await clear.until(/\r\n/);
    expect(await clear.ask('EHLO me', /250 .*\r\n/)).toMatch(/^(?!.*AUTH).*STARTTLS.*DSN/s);
    await clear.ask('MAIL FROM:<a@example.test>');
    expect(await clear.ask('RCPT TO:<b@example.test>')).toMatch(/^554 5\.7\.1/);
    clear.close();
  });

  test('addresses refuse at RCPT, as often as told, and the others get the mail', async () => {
    postfix.answer('never@example.test', { stage: 'rcpt', reply: '550 5.1.1 No such user' });
    postfix.answer('twice@example.test', { stage: 'rcpt', reply: '451 4.7.1 Come back later', times: 2 });
    const sent = await send('mixed', ['never@example.test', 'good@example.test', 'twice@example.test']);
    expect(sent.accepted).toEqual(['good@example.test']);
    expect(sent.rejectedErrors?.map((error) => error.responseCode)).toEqual([550, 451]);
    await expect(send('mixed', 'twice@example.test')).rejects.toThrow('451 4.7.1');
    await send('mixed', 'twice@example.test');
  });

  test('addresses refuse after the dot, alone or among others', async () => {
    postfix.answer('full@example.test', { stage: 'data', reply: '452 4.2.2 Mailbox full' });
    await expect(send('full', 'full@example.test')).rejects.toThrow('452 4.2.2');
    await expect(send('full', ['full@example.test', 'good@example.test'])).rejects.toThrow('452 4.2.2');
    expect(postfix.ledger.count('<full@example.test>', 'good@example.test')).toBe(0);
    await expect(send('big', 'good@example.test', { text: 'x'.repeat(200_000) })).rejects.toThrow('552 5.3.4');
  });

  test('what fails at delivery comes back as a real bounce, and a wanted success is reported', async () => {
    postfix.answer('gone@example.test', { stage: 'delivery', reply: '550 5.1.1 No such user here' });
    await send('late', 'gone@example.test', {
      dsn: { id: 'ENV7', return: 'headers', notify: ['failure'], recipient: 'gone@example.test' },
    });
    const bounce = await postfix.ledger.until((one) => one.from === '' && String(one.raw).includes('ENV7'));
    expect(bounce.recipients.map((one) => one.address)).toEqual(['anna@example.test']);
    expect(String(bounce.raw)).toMatch(/Original-Envelope-Id: ENV7[\s\S]*Action: failed\r\nStatus: 5\.1\.1/);
    await send('told', 'good@example.test', {
      dsn: { id: 'ENV8', return: 'headers', notify: ['success'], recipient: 'good@example.test' },
    });
    const report = await postfix.ledger.until((one) => one.from === '' && String(one.raw).includes('ENV8'));
    expect(String(report.raw)).toMatch(/Action: relayed\r\nStatus: 2\.0\.0/);
  });

  test('comes back on the same ports after a kill', async () => {
    await postfix.kill();
    await expect(send('c', 'x@example.test')).rejects.toThrow('ECONNREFUSED');
    await postfix.restart();
    await send('c', 'x@example.test');
    await postfix.ledger.until((one) => one.messageId === '<c@example.test>');
  });
});
