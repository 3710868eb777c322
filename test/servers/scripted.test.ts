import { ImapFlow } from 'imapflow';
import { expect, test } from 'vitest';
import { answering } from './answering.ts';
import { connectLine } from './line-client.ts';
import { gate, startScripted } from './scripted.ts';

test('a script talks, takes literals, upgrades to TLS and keeps a transcript', async () => {
  const server = await startScripted(async (peer) => {
    await peer.say('+OK hello');
    await peer.expect('STLS');
    await peer.say('+OK begin');
    await peer.upgrade();
    await peer.expect(/^DATA/);
    expect(String(await peer.bytes(4))).toBe('1234');
    expect(String(await peer.until('\r\n.\r\n'))).toBe('5\r\n.\r\n');
    await peer.raw('+OK bye\r\n', 1);
  });
  const client = await connectLine({ port: server.port });
  await client.until(/hello\r\n/);
  await client.ask('STLS');
  await client.upgrade(server.caPem);
  client.send('DATA x\r\n12345\r\n.\r\n');
  expect(await client.rest()).toBe('+OK bye\r\n');
  expect(server.heard()).toContain('DATA x\r\n12345');
  expect(server.transcript()[0]).toEqual({ connection: 1, from: 'server', text: '+OK hello\r\n' });
  await server.stop();
});

test('stop fails when a client said what the script did not expect', async () => {
  const server = await startScripted((peer) => peer.expect('QUIT').then(() => {}));
  const client = await connectLine({ port: server.port });
  client.send('NOOP\r\n');
  await client.rest();
  await expect(server.stop()).rejects.toThrow('the client said "NOOP"');
});

test('a pause lasts until the test ends it, and a client that leaves ends the script', async () => {
  const pause = gate();
  const server = await startScripted(async (peer, number) => {
    if (number > 1) return peer.hang();
    await peer.raw('half');
    await pause.opened;
    await peer.say(' whole');
    peer.reset();
  });
  const client = await connectLine({ port: server.port });
  await client.until(/half/);
  pause.open();
  await client.until(/ whole\r\n/);
  const second = await connectLine({ port: server.port });
  second.close();
  await server.stop();
  expect(server.connections()).toBe(2);
});

test('rules make an IMAP server that a real client takes for one', async () => {
  const server = await startScripted(
    answering(
      '* OK ready\r\n',
      [
        [/^\S+ CAPABILITY/i, '* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n'],
        [/^\S+ LOGIN "?anna"? "?secret"?/i, '{tag} OK in\r\n'],
        [/^\S+ LOGOUT/i, '* BYE\r\n{tag} OK out\r\n'],
      ],
      '{tag} BAD what\r\n',
    ),
    { implicitTls: 'good' },
  );
  const client = new ImapFlow({
    ...{ host: server.host, port: server.port, secure: true, logger: false, tls: { ca: server.caPem } },
    auth: { user: 'anna', pass: 'secret' },
  });
  await client.connect();
  await client.logout();
  await server.untilHeard(/LOGOUT/);
  await server.stop();
});
