/**
 * Every public message at hand goes through the gateway over a real server, by IMAP and by POP3: none may crash it, hang it or be
 * lost, and what is stored equals byte for byte what an independent client receives.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { corpus, needsServer } from '../servers/needs.ts';
import { readByImap, readByPop3 } from './independent-client.ts';

const CORPORA = [
  ...[
    'sa-public-corpus',
    'sisimai',
    'flufl-bounce',
    'mail-parser',
    'mime4j',
    'mimekit',
    'mimekit-tnef',
    'notmuch',
    'spamassassin-tests',
    'flanker',
  ],
  ...[
    'ruby-mail',
    'james',
    'python-email',
    'talon',
    'kmime',
    'gmime',
    'mailparser-fixtures',
    'postal-mime-fixtures',
    'tnef',
    'tnefparse',
  ],
];
const NOT_MAIL = new Set(['.json', '.xml', '.ics', '.vcf', '.md', '.list', '.out']);

function messagesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !NOT_MAIL.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => statSync(file).size > 0);
}

/** Made here, so that the promise is tested where the corpora are absent: what real servers are known to hand out. */
const ODD: readonly string[] = [
  'Subject: bare LF\nFrom: a@example.com\n\nline\n',
  'Subject: CR only\rFrom: a@example.com\r\rline\r',
  'Subject: no body\r\n\r\n',
  '\r\nno header at all\r\n',
  'Subject: dots\r\n\r\n.\r\n..\r\n...three\r\n.end',
  'Subject: eight bits\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nf\xfcr Gr\xf6\xdfe\r\n',
  `Subject: long\r\n\r\n${'x'.repeat(100_000)}\r\n`,
  'Subject: no final line break\r\n\r\nend',
  'Subject: a\x00b\r\n\r\nnul \x00 inside\r\n',
];

const here = await needsServer('dovecot');
const files = CORPORA.flatMap((name) => {
  const folder = corpus(name);
  return folder === null ? [] : messagesOf(folder);
});

describe.runIf(here)('every message at hand', () => {
  let dovecot: Dovecot;
  let gateway: Gateway;
  let delivered = 0;

  beforeAll(async () => {
    dovecot = await startDovecot({ users: { reader: 'secret' } });
    for (const raw of [...ODD.map((text) => Buffer.from(text, 'latin1')), ...files.map((file) => readFileSync(file))]) {
      await dovecot.deliver('reader', 'INBOX', raw);
      delivered += 1;
    }
    const auth = { username: 'reader', password: 'secret' };
    const server = (type: string, port: number) => ({ type, host: dovecot.host, port, tls: 'none', allowClearText: true });
    gateway = await createGateway({
      data: './data',
      http: false,
      log: { level: 'error' },
      servers: { imap: server('imap', dovecot.imapPort), pop3: server('pop3', dovecot.pop3Port) },
      mailboxes: [
        { address: 'imap@example.com', receive: { server: 'imap', auth } },
        { address: 'pop3@example.com', receive: { server: 'pop3', auth } },
      ],
    });
  }, 600_000);
  afterAll(async () => {
    await gateway?.remove();
    await dovecot?.stop();
  });

  test('is received by IMAP and by POP3, none lost and none doubled, with the bytes an independent client gets', async () => {
    const reports = await gateway.json<{ mailbox: string; stored: number; quarantined: number }>(['sync']);
    expect(reports.map(({ stored }) => stored)).toEqual([delivered, delivered]);
    const copies = await gateway.json<{ mailbox: string; sourceSha256: string; parse: string }>(['activities']);
    const count = (parse: string) => copies.filter((copy) => copy.parse === parse).length;
    console.log(
      `${delivered} messages by each protocol: ${count('ok')} copies read, ${count('partial')} partly, ${count('failed')} not at all`,
    );
    const stored = (mailbox: string) => copies.filter((copy) => copy.mailbox === mailbox).map((copy) => copy.sourceSha256);
    const login = { host: dovecot.host, user: 'reader', password: 'secret' };
    const byImap = await readByImap({ ...login, port: dovecot.imapPort });
    const byPop3 = await readByPop3({ ...login, port: dovecot.pop3Port });
    expect(byImap).toHaveLength(delivered);
    expect(stored('imap@example.com').sort()).toEqual(byImap.map(sha256).sort());
    expect(stored('pop3@example.com').sort()).toEqual(byPop3.map(sha256).sort());
  }, 600_000);

  test('is one activity in both mailboxes', async () => {
    const copies = await gateway.json<{ id: string; mailbox: string; subject: string; sourceBytes: number }>(['activities']);
    const idsOf = (mailbox: string) => new Set(copies.filter((copy) => copy.mailbox === mailbox).map(({ id }) => id));
    const [imap, pop3] = [idsOf('imap@example.com'), idsOf('pop3@example.com')];
    // Files that are no mail have no header to be recognised by; a NUL comes as 0x80 over IMAP, which cannot carry it.
    const mail = copies.filter(({ subject }) => subject !== null && !/^a.?b$/.test(subject));
    const apart = mail.filter(({ id }) => imap.has(id) !== pop3.has(id));
    expect(apart.map(({ mailbox, subject, sourceBytes }) => `${mailbox} ${sourceBytes} ${subject}`)).toEqual([]);
  });

  test('is not read again by a second pass', async () => {
    const reports = await gateway.json<{ stored: number; gone: number; relinked: number }>(['sync']);
    expect(reports.map(({ stored, gone, relinked }) => [stored, gone, relinked])).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
