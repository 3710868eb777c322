/** The habits of quirks.md that need a server of their own; each name is quoted there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createLedger } from '../../../test/contract/ledger.ts';
import { type Pop3Maildrop, type Pop3Options, pop3Script, steadyIds } from '../../../test/servers/pop3-script.ts';
import { type Pop3ClientOptions, pop3Client } from '../../../test/servers/pop3-session.ts';
import { type Script, startScripted } from '../../../test/servers/scripted.ts';
import type { EmailPage, PageBounds } from '../connector.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const mail = (name: string) => `Subject: ${name}\r\n\r\nText of ${name}\r\n`;
const mails = (count: number, from = 1) => Array.from({ length: count }, (_, n) => mail(`m${n + from}`));
const arrivals = (pages: readonly EmailPage[]) =>
  pages.flatMap((page) => page.arrived.map(({ source }) => Buffer.from(source).toString()));

async function world(script: Script, client: Pop3ClientOptions = {}) {
  const server = await startScripted(script);
  cleanups.push(() => server.stop());
  const { open } = pop3Client(server, client);
  const ledger = createLedger();
  /** A whole pass, as the mailbox room makes it. `crash`: everything is stored, and the process ends before it settles. */
  const pass = async (bounds: Partial<PageBounds> = {}, crash = false) => {
    await using session = await open();
    const pages = await ledger.pass(session.email!, 'INBOX', bounds);
    if (!crash) await session.disposal!.settle();
    return pages;
  };
  return { server, ledger, pass };
}

/**
 * Gmail: lists the oldest messages that have not been popped, so many at a time; popped is what was read by RETR in a session
 * that ended in QUIT. To `recent:` it lists everything of 30 days.
 */
function gmail(all: string[], atATime: number, options: Pop3Options = {}): Script {
  const popped = new Set<string>();
  return async (peer, number) => {
    const read = new Set<string>();
    let listed: string[] = [];
    let recent = false;
    const drop: Pop3Maildrop = { messages: [], uidls: () => steadyIds(listed) };
    const look = () => {
      listed = recent ? all : all.filter((message) => !popped.has(message)).slice(0, atATime);
      return listed;
    };
    // The maildrop is read when the script begins; Gmail's depends on the login, so it is asked for by the rules.
    const body = (nth: string) => look()[Number(nth) - 1]!;
    await pop3Script(drop, {
      capabilities: ['USER', 'UIDL', 'TOP', 'RESP-CODES', 'EXPIRE 0', 'X-GOOGLE-RICO', 'SASL PLAIN XOAUTH2 OAUTHBEARER'],
      ...options,
      rules: [
        [
          /^USER (.*)$/,
          (to, _, match) => {
            recent = match[1]!.startsWith('recent:');
            return to.raw('+OK\r\n');
          },
        ],
        [/^STAT$/, (to) => to.raw(`+OK ${look().length} 0\r\n`)],
        [
          /^LIST$/,
          (to) =>
            to.raw(
              `+OK\r\n${look()
                .map((message, at) => `${at + 1} ${message.length}\r\n`)
                .join('')}.\r\n`,
            ),
        ],
        [
          /^UIDL$/,
          (to) =>
            to.raw(
              `+OK\r\n${steadyIds(look())
                .map((id, at) => `${at + 1} ${id}\r\n`)
                .join('')}.\r\n`,
            ),
        ],
        [
          /^RETR (\d+)$/,
          (to, _, match) => {
            read.add(body(match[1]!));
            return to.raw(`+OK\r\n${body(match[1]!)}.\r\n`);
          },
        ],
        [/^TOP (\d+) 0$/, (to, _, match) => to.raw(`+OK\r\n${body(match[1]!).split('\r\n\r\n')[0]}\r\n\r\n.\r\n`)],
        [
          /^QUIT$/,
          async (to) => {
            for (const message of read) popped.add(message);
            await to.raw('+OK Farewell.\r\n');
            to.close();
          },
        ],
        ...(options.rules ?? []),
      ],
    })(peer, number);
  };
}

describe('Gmail', () => {
  test('lists some hundred messages at a time: each settled session brings the next ones into view', async () => {
    const { pass, ledger } = await world(gmail(mails(10), 4));
    for (let run = 1; run <= 4; run += 1) await pass();
    expect(ledger.arrivals).toHaveLength(10);
    expect(ledger.arrivals.map(({ source }) => Buffer.from(source).toString())).toEqual(mails(10));
  });

  test('after a crash between the commit and QUIT the same messages are listed again: they are read once more, so that the rest comes', async () => {
    const { pass, ledger } = await world(gmail(mails(6), 3));
    await pass({}, true);
    expect(ledger.arrivals).toHaveLength(3);
    await pass();
    await pass();
    expect(ledger.arrivals).toHaveLength(6);
  });

  test('messages left out by their age or size do not block the view either', async () => {
    const old = Array.from(
      { length: 5 },
      (_, n) => `Received: from a by b; Mon, 3 Feb 2003 08:00:00 +0000\r\n${mail(`old${n}`)}`,
    );
    const { pass, ledger } = await world(gmail([...old, mail('new')], 2));
    for (let run = 1; run <= 4; run += 1) await pass({ since: new Date('2026-01-01T00:00:00Z') });
    expect(ledger.arrivals.map(({ source }) => Buffer.from(source).toString())).toEqual([mail('new')]);
  });

  test('a session that ends before everything is stored says no QUIT, and nothing is hidden', async () => {
    const script = gmail(mails(3), 3);
    const { pass, ledger, server } = await world(script);
    await pass({}, true);
    expect(server.heard()).not.toContain('QUIT');
    ledger.commit({
      reset: false,
      arrived: [],
      flagged: [],
      gone: [...ledger.present.keys()],
      cursor: 'lost' as EmailPage['cursor'],
      complete: true,
    });
    expect(arrivals(await pass())).toEqual(mails(3));
  });

  test('in recent: mode all of 30 days is listed every time, and nothing is read twice', async () => {
    const { pass, server, ledger } = await world(gmail(mails(5), 2), { settings: { options: { recent: true } } });
    expect(arrivals(await pass())).toEqual(mails(5));
    expect(await pass()).toMatchObject([{ arrived: [], gone: [] }]);
    expect(server.heard()).toContain('USER recent:anna\r\n');
    expect(server.heard().match(/RETR/g)).toHaveLength(5);
    expect(ledger.present.size).toBe(5);
  });

  test('sent mail stands in the list like received mail', async () => {
    const sent = 'From: anna@gmail.com\r\nTo: b@example.com\r\nSubject: sent by myself\r\n\r\nhello\r\n';
    const { pass } = await world(gmail([mail('in'), sent], 10));
    expect(arrivals(await pass())).toEqual([mail('in'), sent]);
  });
});

describe('Outlook.com', () => {
  test('numbers its UIDLs by folder and changes them when the folder is rebuilt: the mail is met again by what is gone', async () => {
    let build = 'AAA';
    const drop: Pop3Maildrop = { messages: mails(4), uidls: (all) => all.map((_, at) => `${build}${at}`) };
    const { pass } = await world(pop3Script(drop));
    await pass();
    build = 'BBB';
    const [page] = await pass();
    expect(page!.gone).toHaveLength(4);
    expect(page!.arrived).toHaveLength(4);
  });
});

describe('Yahoo', () => {
  test('refuses a login under [AUTH] while it is out of order: the mailbox is not stopped', async () => {
    const drop: Pop3Maildrop = { messages: [] };
    const { pass } = await world(
      pop3Script(drop, { rules: [[/^PASS/, '-ERR [AUTH] (#AUTH006) Server error - Please try again later.\r\n']] }),
    );
    await expect(pass()).rejects.toMatchObject({ code: 'throttled' });
  });

  test('closes at once after a refused login: the refusal is told, not the close', async () => {
    const refuse = async (peer: Parameters<Script>[0]) => {
      await peer.raw('-ERR [AUTH] Invalid credentials\r\n');
      peer.close();
    };
    const { pass } = await world(pop3Script({ messages: [] }, { rules: [[/^PASS/, refuse]] }));
    await expect(pass()).rejects.toMatchObject({ code: 'auth-rejected' });
  });
});

describe('Courier', () => {
  test('makes new UIDLs when it loses its size list: nothing is doubled, what was known is told as gone first', async () => {
    let list = 1;
    const drop: Pop3Maildrop = { messages: mails(5), uidls: (all) => all.map((_, at) => `UID${at}-${list}`) };
    const { pass, ledger } = await world(
      pop3Script(drop, { capabilities: ['TOP', 'USER', 'LOGIN-DELAY 0', 'PIPELINING', 'UIDL'] }),
    );
    await pass();
    list = 2;
    const pages = await pass({ messages: 2 });
    expect(pages[0]!.gone).toHaveLength(5);
    expect(ledger.present.size).toBe(5);
    expect(await pass()).toMatchObject([{ arrived: [], gone: [] }]);
  });
});

describe('mailutils', () => {
  test('writes its own fields into the messages after a session: the id stays, the message is not new', async () => {
    const drop: Pop3Maildrop = {
      messages: mails(3),
      uidls: (all) => all.map((message) => `id-${/Subject: (.*)\r/.exec(message)![1]}`),
    };
    const { pass } = await world(pop3Script(drop));
    await pass();
    drop.messages = drop.messages.map((message) => `X-IMAPbase: 1 3\r\nStatus: O\r\n${message}`);
    expect(await pass()).toMatchObject([{ arrived: [], gone: [] }]);
  });
});

test('every fact of quirks.md names a test that is there', () => {
  const root = join(import.meta.dirname, '..', '..', '..');
  const tests = [import.meta.dirname, join(root, 'test/contract'), join(root, 'test/integration')].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(folder, file), 'utf8')),
  );
  const text = readFileSync(join(import.meta.dirname, 'quirks.md'), 'utf8').replace(/\s+/g, ' ');
  // A name may leave out what a table fills in, or its end.
  const named = [...text.matchAll(/_([^_]{12,})_/g)].flatMap(([, name]) =>
    name!.split(/…|: by |: although/).map((part) => part.trim()),
  );
  const missing = named.filter((part) => part.length > 11 && !tests.some((source) => source.includes(part)));
  expect(named.length).toBeGreaterThan(25);
  expect(missing).toEqual([]);
});
