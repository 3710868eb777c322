/** Free ports of 127.0.0.1 for servers that cannot be told "any port". */
import { createServer, connect as openSocket, type Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export const HOST = '127.0.0.1';
const START_LIMIT_MS = 60_000;

/** All are held at once and then let go, so that one call never names a port twice. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => listen(createServer())));
  const ports = held.map((server) => portOf(server));
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export function listen(server: Server, port = 0): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server is not listening on a port');
  return address.port;
}

/** Resolves as soon as the server says something of its own accord, as IMAP, POP3 and SMTP servers do. */
export async function untilGreeted(port: number, stillWorth: () => string | null, host = HOST): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (!(await greets(port, host))) {
    const dead = stillWorth();
    if (dead !== null) throw new Error(dead);
    if (performance.now() > deadline) throw new Error(`nothing greets on port ${port} after ${START_LIMIT_MS} ms`);
    await wait(15);
  }
}

function greets(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openSocket({ port, host });
    const done = (heard: boolean) => {
      socket.destroy();
      resolve(heard);
    };
    socket.setTimeout(2000, () => done(false));
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}
