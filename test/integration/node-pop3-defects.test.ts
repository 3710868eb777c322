/**
 * Why Mailroom has a POP3 client of its own: each defect of node-pop3 0.11, shown against a server that our client reads well.
 * A test here that fails says that upstream has mended something; when all do, the choice is due again (README, Decisions).
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Pop3Command from 'node-pop3';
import { afterEach, expect, test } from 'vitest';
import { createLedger } from '../contract/ledger.ts';
import { type Pop3Options, pop3Script, stuffed } from '../servers/pop3-script.ts';
import { pop3Client } from '../servers/pop3-session.ts';
import { type Peer, type Script, type ScriptedServer, startScripted } from '../servers/scripted.ts';

const MENDED = 'node-pop3 has mended this defect (test/integration/node-pop3-defects.test.ts): ';
const root = join(import.meta.dirname, '..', '..');
const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(messages: string[], options: Pop3Options = {}): Promise<ScriptedServer> {
  const script: Script = pop3Script({ messages }, { capabilities: ['UIDL'], ...options });
  const server = await startScripted(script);
  servers.push(server);
  return server;
}

interface Run {
  readonly result?: unknown;
  readonly error?: string;
  readonly answered?: boolean;
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs node-pop3 until its process ends by itself. */
async function nodePop3(server: ScriptedServer, scenario: 'one' | 'pair' | 'wait'): Promise<Run> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'node-pop3-main.ts'), String(server.port), scenario], {
    cwd: root,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const lines = stdout.split('\n').filter(Boolean);
  return Object.assign({ code, stderr }, ...lines.map((line) => JSON.parse(line)));
}

async function ours(server: ScriptedServer): Promise<Buffer[]> {
  const ledger = createLedger();
  await using session = await pop3Client(server).open();
  await ledger.pass(session.email!, 'INBOX');
  return ledger.arrivals.map(({ source }) => Buffer.from(source));
}

/** Two segments, far enough apart that no client reads them as one. */
async function apart(peer: Peer, first: string, second: string): Promise<void> {
  await peer.raw(first);
  await wait(100);
  await peer.raw(second);
}

const retr = (reaction: (peer: Peer) => Promise<void>): Pop3Options => ({ rules: [[/^RETR 1$/, reaction]] });
const letter = (body: string) => `Subject: s\r\n\r\n${body}\r\n`;
const latin1 = (buffers: readonly Buffer[]) => buffers.map((buffer) => buffer.toString('latin1'));

test('node-pop3 leaves the dots in that the protocol put before dots', async () => {
  const message = letter('.hidden file\r\n..\r\nend');
  const server = await serve([message]);
  const { result } = await nodePop3(server, 'one');
  expect(result, `${MENDED}dots are taken out`).toContain('\r\n..hidden file\r\n...\r\n');
  expect(latin1(await ours(server))).toEqual([message]);
});

test('node-pop3 destroys every 8-bit message that is not UTF-8', async () => {
  const message = letter('Gr\xfc\xdfe aus K\xf6ln');
  const server = await serve([message]);
  const { result } = await nodePop3(server, 'one');
  expect(result, `${MENDED}bytes are kept`).toContain('\ufffd');
  expect(latin1(await ours(server))).toEqual([message]);
});

test.each([
  ['\\r\\n. | \\r\\n', '\r\n.', '\r\n'],
  ['\\r | \\n.\\r\\n', '\r', '\n.\r\n'],
])('node-pop3 waits for ever when the end of a message comes in two segments: %s', async (_, first, second) => {
  const split = async (peer: Peer) => {
    await apart(peer, `+OK\r\nSubject: s\r\n\r\nbody${first}`, second);
    if (server.connections() === 1) peer.close(); // all is said; the loop of the client may drain
  };
  const server = await serve([letter('body')], retr(split));
  const run = await nodePop3(server, 'one');
  expect(run, `${MENDED}the end is found`).toMatchObject({ answered: false });
  expect(run.result).toBeUndefined();
  expect(latin1(await ours(server))).toEqual([letter('body')]);
});

test('node-pop3 waits for ever when the server closes in the middle of a message', async () => {
  const server = await serve(
    [letter('whole')],
    retr(async (peer) => {
      await peer.raw('+OK\r\nSubject: s\r\n\r\nwh');
      peer.close();
    }),
  );
  const run = await nodePop3(server, 'one');
  expect(run, `${MENDED}a lost connection is told`).toMatchObject({ answered: false });
  expect(run.error).toBeUndefined();
  await expect(ours(server)).rejects.toMatchObject({ name: 'Failure', code: 'unreachable' });
});

test('node-pop3 takes a status line for text of the message when it comes in two segments', async () => {
  const split = (peer: Peer) => apart(peer, '+', `OK 120 octets\r\n${stuffed(letter('body'))}`);
  const server = await serve([letter('body')], retr(split));
  const { result } = await nodePop3(server, 'one');
  expect(result, `${MENDED}status lines are put together`).toContain('OK 120 octets');
  expect(latin1(await ours(server))).toEqual([letter('body')]);
});

test('node-pop3 brings the process down when the server says -ERR between two commands', async () => {
  const server = await serve([letter('x')], {
    rules: [
      [
        /^(NOOP|UIDL)$/,
        async (peer, line) => {
          await peer.raw(line === 'NOOP' ? '+OK\r\n' : '+OK\r\n1 a\r\n.\r\n');
          await wait(100);
          await peer.raw('-ERR Autologout; idle for too long\r\n');
          await peer.hang();
        },
      ],
    ],
  });
  const { code, stderr } = await nodePop3(server, 'wait');
  expect(code, `${MENDED}an -ERR is no crash`).not.toBe(0);
  expect(stderr).toMatch(/Unhandled 'error' event/);
  await expect(ours(server)).rejects.toMatchObject({ name: 'Failure' });
});

test('node-pop3 gives two calls at a time the same message', async () => {
  const server = await serve([letter('first'), letter('second')]);
  const { result } = await nodePop3(server, 'pair');
  const [first, second] = result as [string, string];
  expect(second, `${MENDED}calls are kept apart`).toBe(first);
  expect(latin1(await ours(server))).toEqual([letter('first'), letter('second')]);
});

test('node-pop3 has no STLS, CAPA, APOP, AUTH and no pipelining', () => {
  const source = ['Command', 'Connection']
    .map((name) => readFileSync(join(root, `node_modules/node-pop3/src/${name}.js`), 'utf8'))
    .join('\n');
  for (const missing of ['STLS', 'CAPA', 'APOP', 'AUTH', 'PIPELINING', 'UTF8']) {
    expect(missing in Pop3Command.prototype || source.includes(missing), `${MENDED}${missing} is there`).toBe(false);
  }
});
