import { afterEach, describe, expect, test } from 'vitest';
import { answering } from '../../../test/servers/answering.ts';
import type { CertificateKind } from '../../../test/servers/certificates.ts';
import { lines, type Pop3Options, pop3Script } from '../../../test/servers/pop3-script.ts';
import { hastyClock, type Pop3ClientOptions, pop3Client } from '../../../test/servers/pop3-session.ts';
import {
  type Peer,
  type Script,
  type ScriptedOptions,
  type ScriptedServer,
  startScripted,
} from '../../../test/servers/scripted.ts';
import type { Credential } from '../connector.ts';
import { createPop3Connector } from './pop3-connector.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});
async function serve(script: Script, options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const server = await startScripted(script, options);
  servers.push(server);
  return server;
}
/** What opening a session fails with. */
async function failureOf(server: ScriptedServer, options: Pop3ClientOptions = {}): Promise<unknown> {
  return pop3Client(server, options)
    .open()
    .then(
      () => 'it opened',
      (error: unknown) => error,
    );
}
const opened = async (server: ScriptedServer, options: Pop3ClientOptions = {}) => {
  await using _ = await pop3Client(server, options).open();
};
const empty = (options: Pop3Options = {}) => pop3Script({ messages: [] }, options);
const token = (accessToken: string): Credential => ({ method: 'oauth2', username: 'anna@example.com', accessToken });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const STARTTLS = (server: ScriptedServer) => ({ settings: { tls: 'starttls', ca: server.caPem, serverName: 'localhost' } });

describe('STLS', () => {
  test('a server that refuses it (or somebody who takes it away) gets no password', async () => {
    const server = await serve(empty());
    expect(await failureOf(server, STARTTLS(server))).toMatchObject({
      code: 'refused',
      remedy: expect.stringMatching(/implicit/),
    });
    expect(server.heard()).toBe('STLS\r\n');
  });

  test('text that comes with the reply, before TLS, ends the session', async () => {
    const server = await serve(async (peer) => {
      await peer.say('+OK ready');
      await peer.expect('STLS');
      await peer.raw('+OK begin TLS\r\n+OK injected\r\n');
      await peer.hang();
    });
    expect(await failureOf(server, STARTTLS(server))).toMatchObject({
      code: 'garbled',
      message: expect.stringMatching(/inject/),
    });
    expect(server.heard()).toBe('STLS\r\n');
  });

  test('half a line that comes with the reply does, too', async () => {
    const server = await serve(async (peer) => {
      await peer.say('+OK ready');
      await peer.expect('STLS');
      await peer.raw('+OK begin TLS\r\n+O');
      await peer.hang();
    });
    expect(await failureOf(server, STARTTLS(server))).toMatchObject({ code: 'garbled' });
  });

  test('capabilities are read after it and never before', async () => {
    const server = await serve(async (peer) => {
      await peer.say('+OK ready <1.2@example.com>');
      await peer.expect('STLS');
      await peer.say('+OK');
      await peer.upgrade();
      await peer.expect('CAPA');
      await peer.raw(`+OK\r\n${lines('SASL PLAIN')}`);
      await peer.expect(`AUTH PLAIN ${base64('\0anna\0secret')}`);
      await peer.say('+OK');
      await peer.expect('CAPA');
      await peer.raw(`+OK\r\n${lines('UIDL')}`);
      await peer.hang();
    });
    await opened(server, STARTTLS(server));
  });

  test.each<[CertificateKind, string]>([
    ['expired', 'expired'],
    ['wrong-name', 'serverName'],
    ['unknown-authority', 'ca'],
  ])('a certificate that is %s is refused before the login', async (kind, remedy) => {
    const script: Script = async (peer) => {
      await peer.say('+OK ready');
      await peer.expect('STLS');
      await peer.say('+OK');
      await peer.upgrade(kind);
      await peer.hang();
    };
    const server = await serve(script);
    expect(await failureOf(server, STARTTLS(server))).toMatchObject({
      code: 'unreachable',
      remedy: expect.stringContaining(remedy),
    });
    expect(server.heard()).not.toContain('anna');
  });
});

describe('clear text', () => {
  test('is refused unless it is allowed, whatever the login', () => {
    const { parseSettings } = createPop3Connector();
    for (const login of ['auto', 'apop', 'user'])
      expect(() => parseSettings({ host: 'x', port: 110, tls: 'none', options: { login } })).toThrow(/clear text/);
  });

  test('APOP hides the password where the server offers it (the example of RFC 1939)', async () => {
    const credential: Credential = { method: 'password', username: 'mrose', password: 'tanstaaf' };
    const greeting = '+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n';
    const server = await serve(empty({ greeting, rules: [[/^APOP /, '+OK maildrop has 1 message\r\n']] }));
    await opened(server, { credential });
    expect(server.heard()).toContain('APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n');
    expect(server.heard()).not.toContain('tanstaaf');
  });

  test('a challenge that is no msg-id is none: it may be chosen to find the password out (CVE-2007-1558)', async () => {
    const server = await serve(empty({ greeting: '+OK <\x80\xff\x01@x>\r\n' }));
    await opened(server);
    expect(server.heard()).toContain('PASS secret');
  });

  test('APOP that is asked for and not offered is told, and nothing else is tried', async () => {
    const server = await serve(empty());
    expect(await failureOf(server, { settings: { options: { login: 'apop' } } })).toMatchObject({ code: 'refused' });
    expect(server.heard()).not.toContain('secret');
  });

  test('APOP that is offered to all and refused to this account is not tried a second time', async () => {
    const server = await serve(empty({ greeting: '+OK <1@x>\r\n', rules: [[/^APOP /, '-ERR [AUTH] no\r\n']] }));
    await opened(server);
    const heard = server.heard();
    expect(heard.indexOf('APOP anna')).toBeLessThan(heard.indexOf('PASS secret'));
    expect(heard.split('APOP ')).toHaveLength(2);
  });

  test('a refused APOP that was asked for is not followed by the password', async () => {
    const server = await serve(empty({ greeting: '+OK <1@x>\r\n', rules: [[/^APOP /, '-ERR no\r\n']] }));
    expect(await failureOf(server, { settings: { options: { login: 'apop' } } })).toMatchObject({ code: 'auth-rejected' });
    expect(server.heard()).not.toContain('secret');
  });

  test('a mailbox in use is no refusal of APOP', async () => {
    const server = await serve(empty({ greeting: '+OK <1@x>\r\n', rules: [[/^APOP /, '-ERR [IN-USE] locked\r\n']] }));
    expect(await failureOf(server)).toMatchObject({ code: 'throttled' });
    expect(server.heard()).not.toContain('secret');
  });
});

describe('SASL', () => {
  const odd: Credential = { method: 'password', username: 'jürgen', password: 'geh heim' };

  test('what is not plain ASCII goes by PLAIN, which is UTF-8', async () => {
    const server = await serve(empty({ capabilities: ['USER', 'SASL PLAIN'], rules: [[/^AUTH PLAIN /, '+OK\r\n']] }));
    await opened(server, { credential: odd });
    expect(server.heard()).toContain(`AUTH PLAIN ${base64('\0jürgen\0geh heim')}\r\n`);
  });

  test('without PLAIN, UTF8 is switched on before USER (RFC 6856)', async () => {
    const server = await serve(
      empty({
        capabilities: ['USER', 'UTF8 USER'],
        rules: [
          [/^UTF8$/, '+OK\r\n'],
          [/^PASS /, '+OK\r\n'],
        ],
      }),
    );
    await opened(server, { credential: odd });
    expect(Buffer.from(server.heard(), 'latin1').toString()).toContain('UTF8\r\nUSER jürgen\r\nPASS geh heim\r\n');
  });

  test('a server that ignores the initial response gets it when it asks', async () => {
    const server = await serve(async (peer) => {
      await logInBy(peer, 'SASL PLAIN');
      await peer.expect(/^AUTH PLAIN \S+$/);
      await peer.say('+ ');
      await peer.expect(base64('\0anna\0secret'));
      await peer.say('+OK');
      await settle(peer);
    });
    await opened(server);
  });

  test('a server that takes the initial response for a syntax error gets it in a line of its own', async () => {
    const server = await serve(async (peer) => {
      await logInBy(peer, 'SASL PLAIN');
      await peer.expect(/^AUTH PLAIN \S+$/);
      await peer.say('-ERR Protocol error. 18');
      await peer.expect('AUTH PLAIN');
      await peer.say('+');
      await peer.expect(base64('\0anna\0secret'));
      await peer.say('+OK');
      await settle(peer);
    });
    await opened(server);
  });

  test('a refused password is not tried in another form', async () => {
    const server = await serve(empty({ capabilities: ['SASL PLAIN'], rules: [[/^AUTH PLAIN /, '-ERR [AUTH] wrong\r\n']] }));
    expect(await failureOf(server)).toMatchObject({ code: 'auth-rejected' });
    expect(server.heard().match(/AUTH PLAIN/g)).toHaveLength(1);
  });

  test('a line break in a password never reaches the wire', async () => {
    const server = await serve(empty());
    const credential: Credential = { method: 'password', username: 'anna', password: 'x\r\nDELE 1' };
    expect(await failureOf(server, { credential })).toMatchObject({ code: 'refused' });
    expect(server.heard()).not.toContain('DELE');
  });
});

/** The list is read again after the login. */
async function settle(peer: Peer): Promise<void> {
  await peer.expect('CAPA');
  await peer.say('-ERR');
  await peer.hang();
}

async function logInBy(peer: Peer, capability: string): Promise<void> {
  await peer.say('+OK ready');
  await peer.expect('CAPA');
  await peer.raw(`+OK\r\n${lines(capability)}`);
}

describe('OAuth2', () => {
  const long = 'T'.repeat(1500);

  test('XOAUTH2: a token longer than a command may be goes in a line of its own (RFC 5034, Outlook.com)', async () => {
    const server = await serve(async (peer) => {
      await logInBy(peer, 'SASL PLAIN XOAUTH2');
      await peer.expect('AUTH XOAUTH2');
      await peer.say('+ ');
      await peer.expect(base64(`user=anna@example.com\x01auth=Bearer ${long}\x01\x01`));
      await peer.say('+OK User successfully authenticated.');
      await settle(peer);
    });
    await opened(server, { credential: token(long) });
  });

  test('OAUTHBEARER where only that is offered (RFC 7628)', async () => {
    const server = await serve(async (peer) => {
      await logInBy(peer, 'SASL OAUTHBEARER');
      const line = await peer.expect(/^AUTH OAUTHBEARER \S+$/);
      const said = Buffer.from(line.split(' ')[2]!, 'base64').toString();
      expect(said).toBe(`n,a=anna@example.com,\x01host=127.0.0.1\x01port=${server.port}\x01auth=Bearer abc\x01\x01`);
      await peer.say('+OK');
      await settle(peer);
    });
    await opened(server, { credential: token('abc') });
  });

  test.each([
    ['XOAUTH2', ''],
    ['OAUTHBEARER', 'AQ=='],
  ])(
    '%s refused: the server tells why in a challenge that has to be answered, and a new token is tried once',
    async (mechanism, answer) => {
      const refusing: Script = async (peer) => {
        await logInBy(peer, `SASL ${mechanism}`);
        await peer.expect(/^AUTH /);
        await peer.say(`+ ${base64('{"status":"401","schemes":"bearer"}')}`);
        await peer.expect(answer);
        await peer.say('-ERR [AUTH] refused');
        await peer.hang();
      };
      const server = await serve(refusing);
      const asked: unknown[] = [];
      const connector = createPop3Connector();
      const settings = connector.parseSettings({ host: server.host, port: server.port, tls: 'none', allowClearText: true });
      const { contextFor } = await import('../../../test/contract/context.ts');
      const context = {
        ...contextFor(token('')),
        credential: async (options?: object) => {
          asked.push(options);
          return token(asked.length === 1 ? 'old' : 'new');
        },
      };
      const failure = await connector.open(settings, context).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'auth-rejected', message: expect.stringMatching(/status 401/) });
      expect(asked).toEqual([undefined, { rejected: true }]);
      expect(server.connections()).toBe(2);
    },
  );

  test('a password that was refused is not tried again when there is no other', async () => {
    const server = await serve(empty({ password: 'another' }));
    expect(await failureOf(server)).toMatchObject({ code: 'auth-rejected' });
    expect(server.connections()).toBe(1);
    expect(String(await failureOf(server))).not.toContain('secret');
  });
});

describe('LOGIN-DELAY', () => {
  test('what the server announces for this user after the login is kept without asking it', async () => {
    let capas = 0;
    const capa = (peer: Peer) => {
      capas += 1;
      return peer.raw(`+OK\r\n${lines(capas === 1 ? 'LOGIN-DELAY 10 USER' : 'LOGIN-DELAY 600')}`);
    };
    const server = await serve(empty({ rules: [[/^CAPA$/, capa]] }));
    const client = pop3Client(server);
    await (await client.open())[Symbol.asyncDispose]();
    const failure = (await client.open().catch((error: unknown) => error)) as { code: string; retryAfterMs: number };
    expect(failure.code).toBe('throttled');
    expect(failure.retryAfterMs).toBeGreaterThan(590_000);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(600_000);
    expect(server.connections()).toBe(1);
  });

  test('once it is over the next login goes through', async () => {
    const server = await serve(empty({ capabilities: ['LOGIN-DELAY 5'] }));
    const client = pop3Client(server, { context: { clock: hastyClock } });
    await (await client.open())[Symbol.asyncDispose]();
    await hastyClock.sleep(5100);
    await (await client.open())[Symbol.asyncDispose]();
    expect(server.connections()).toBe(2);
  });
});

describe('a server that misbehaves', () => {
  test.each<[string, string, string]>([
    ['turns us away', '-ERR too many connections\r\n', 'throttled'],
    ['speaks another protocol', '220 smtp.example.com ESMTP\r\n', 'garbled'],
    ['never ends its line', 'x'.repeat(100_000), 'garbled'],
    ['closes at once', '', 'unreachable'],
  ])('that %s is a failure', async (_, greeting, code) => {
    const server = await serve(async (peer) => {
      await peer.raw(greeting);
      if (greeting.length > 1000) await peer.hang();
    });
    expect(await failureOf(server)).toMatchObject({ code });
  });

  test('that says nothing is given up after the time it may take', async () => {
    const server = await serve((peer) => peer.hang());
    const failure = await failureOf(server, { settings: { limits: { timeoutMs: 200 } } });
    expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/waiting/) });
  });

  test('that sends a byte now and then makes no progress', async () => {
    const server = await serve(async (peer) => {
      for (;;) {
        await peer.raw('+');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    const failure = await failureOf(server, { settings: { limits: { timeoutMs: 300 } } });
    expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/waiting/) });
  });

  test('that is silent instead of a TLS handshake, too', async () => {
    const server = await serve((peer) => peer.hang());
    const settings = { tls: 'implicit', limits: { timeoutMs: 200 } };
    expect(await failureOf(server, { settings })).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/TLS handshake/),
    });
  });

  test('that speaks clear text on the port of TLS gets a remedy', async () => {
    const server = await serve(empty());
    expect(await failureOf(server, { settings: { tls: 'implicit' } })).toMatchObject({
      code: 'unreachable',
      remedy: expect.stringMatching(/TLS/),
    });
  });

  test('an abort ends whatever is under way', async () => {
    const controller = new AbortController();
    const server = await serve((peer) => peer.hang());
    const failing = failureOf(server, { context: { signal: controller.signal } });
    await expect.poll(() => server.connections()).toBe(1);
    controller.abort();
    expect(await failing).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/from our side/) });
  });

  test('lines that end in LF alone are understood', async () => {
    const rules = answering(
      '+OK ready\n',
      [
        [/^CAPA/, '-ERR\n'],
        [/^STAT/, '+OK 0 0\n'],
        [/^UIDL/, '+OK\n.\n'],
      ],
      '+OK\n',
    );
    const server = await serve(rules);
    await using session = await pop3Client(server).open();
    expect(await session.email!.probe(['INBOX'], new Map())).toMatchObject([{ path: 'INBOX', messages: 0 }]);
  });
});

describe('PIPELINING', () => {
  test('is given up for a server that offers it and loses commands, and the session goes on without', async () => {
    const script: Script = async (peer, number) => {
      const noops = number === 1 ? () => peer.hang() : '+OK\r\n';
      await empty({ rules: [[/^NOOP$/, noops]] })(peer, number);
    };
    const server = await serve(script);
    const client = pop3Client(server, { context: { clock: hastyClock }, settings: { limits: { timeoutMs: 60_000 } } });
    for (let pass = 1; pass <= 2; pass += 1) await (await client.open())[Symbol.asyncDispose]();
    expect(server.connections()).toBe(3);
    expect(server.heard().match(/NOOP/g)).toHaveLength(1);
  });

  test('and for one that ends the connection over it', async () => {
    const script: Script = async (peer, number) => {
      const noops = number === 1 ? () => peer.reset() : '+OK\r\n';
      await empty({ rules: [[/^NOOP$/, noops]] })(peer, number);
    };
    const server = await serve(script);
    await opened(server);
    expect(server.connections()).toBe(2);
  });

  test('is not used where it is not offered', async () => {
    const server = await serve(empty({ capabilities: null }));
    await using session = await pop3Client(server).open();
    await session.email!.probe(['INBOX'], new Map());
    const said = server.transcript().filter(({ from }) => from === 'client');
    expect(said.map(({ text }) => text)).toEqual(['CAPA\r\n', 'USER anna\r\n', 'PASS secret\r\n', 'STAT\r\n', 'UIDL\r\n']);
  });
});
