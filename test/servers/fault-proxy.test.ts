import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { connectLine } from './line-client.ts';
import { type ScriptedServer, startScripted } from './scripted.ts';

let server: ScriptedServer;
let proxy: FaultProxy;
beforeAll(async () => {
  server = await startScripted(async (peer) => {
    await peer.say('hello');
    for (;;) await peer.say(`echo ${await peer.line()}`);
  });
});
beforeEach(async () => {
  await proxy?.stop();
  proxy = await startFaultProxy(server);
});
afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

async function greeted() {
  const client = await connectLine({ port: proxy.port });
  await client.until(/hello\r\n/);
  return client;
}

test('it passes bytes on and counts them and the round trips', async () => {
  const client = await greeted();
  expect(await client.ask('one')).toBe('echo one\r\n');
  client.send('two\r\nthree\r\n');
  await client.until(/three\r\n/);
  client.close();
  expect(proxy.counts()).toEqual({ connections: 1, bytesToServer: 17, bytesToClient: 7 + 10 + 10 + 12, roundTrips: 2 });
});

test('it cuts after exactly so many bytes, once', async () => {
  for (const afterBytes of [1, 7, 8, 16]) {
    const cut = proxy.arm({ kind: 'cut', direction: 'to-client', afterBytes, how: 'close' });
    const client = await connectLine({ port: proxy.port });
    client.send('one\r\n');
    expect(await client.rest()).toBe('hello\r\necho one\r\n'.slice(0, afterBytes));
    await cut.struck;
  }
  await greeted();
});

test('it cuts when a text has passed, even in pieces, and the server has that text', async () => {
  proxy.arm({ kind: 'cut', direction: 'to-server', after: 'QUIT\r\n' });
  const client = await greeted();
  client.send('QU');
  await server.untilHeard(/QU$/);
  client.send('IT\r\nmore\r\n');
  await client.rest();
  await server.untilHeard(/QUIT\r\n$/);
});

test('it swallows one reply and cuts', async () => {
  const fault = proxy.arm({ kind: 'swallow-reply', direction: 'to-server', after: '\r\n.\r\n' });
  const client = await greeted();
  client.send('data');
  client.send('\r\n.\r\n');
  expect(await client.rest()).not.toContain('echo .');
  expect(fault.strikes()).toBe(1);
});

test('it stalls and resumes', async () => {
  const stall = proxy.arm({ kind: 'stall', direction: 'to-server', after: 'two\r\n' });
  const client = await greeted();
  await client.ask('one');
  client.send('two\r\n');
  await stall.struck;
  proxy.resume();
  await client.until(/echo two\r\n/);
});

test('it damages one byte', async () => {
  proxy.arm({ kind: 'flip-bit', direction: 'to-client', afterBytes: 7 + 5 });
  const client = await greeted();
  expect(await client.ask('abc')).toBe('echo `bc\r\n');
});

test('it refuses connections and takes them again on the same port', async () => {
  await proxy.refuse();
  await expect(connectLine({ port: proxy.port })).rejects.toThrow('ECONNREFUSED');
  await proxy.accept();
  await greeted();
});

test('it delays, slows down and keeps the order', async () => {
  proxy.delay(30);
  const client = await greeted();
  const started = performance.now();
  for (let n = 0; n < 50; n += 1) client.send(`${n}\r\n`);
  const heard = await client.until(/echo 49\r\n/);
  expect(performance.now() - started).toBeGreaterThanOrEqual(55);
  expect(heard).toBe(Array.from({ length: 50 }, (_, n) => `echo ${n}\r\n`).join(''));
  proxy.delay(0);
  proxy.rate(10_000);
  const slow = performance.now();
  await client.ask('x'.repeat(500), /echo x+\r\n/);
  expect(performance.now() - slow).toBeGreaterThanOrEqual(95);
});

test('all connections can be cut at once', async () => {
  const clients = await Promise.all([greeted(), greeted()]);
  proxy.cutAll();
  for (const client of clients) await client.rest();
});
