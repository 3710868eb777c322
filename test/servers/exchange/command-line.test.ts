// bin/mailroom-exchange from a shell: one line when it serves, a state file over a restart, faults from a file, words for mistakes.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, send, textAt } from './check/client.ts';

const program = join(fileURLToPath(new URL('.', import.meta.url)), '..', '..', '..', 'bin', 'mailroom-exchange');
const folder = mkdtempSync(join(tmpdir(), 'mailroom-exchange-'));
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

/** Starts it; resolves with what it printed first, and with what ends it as an operator would. */
async function start(...words: string[]) {
  const child = spawn(process.execPath, [program, '--port', '0', '--mailbox', 'alice@example.com:alicepw', ...words]);
  running.add(child);
  let text = '';
  let trouble = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    trouble += part;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes('\n')) resolve(text.split('\n')[0]!);
    });
    void ended.then((code) => reject(new Error(`it ended with ${code}: ${trouble}`)));
  });
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  const port = Number(/SMTP on [^:]+:(\d+)/.exec(line)?.[1] ?? 0);
  return { line, all: () => text, url: /http\S+asmx/.exec(line)?.[0] ?? '', smtp: port, stop };
}

const CREATE =
  '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>kept over a restart</t:Subject></t:Message></m:Items></m:CreateItem>';
const read = (id: string) =>
  `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`;
const INBOX =
  '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>';

describe('mailroom-exchange', () => {
  it('prints one line once it serves, and ends at a signal', async () => {
    const one = await start('--service', 'svc@example.com:svcpw', '--version', '2019', '--smtp-port', '0');
    expect(one.line).toMatch(
      /^mailroom-exchange serves 2 mailboxes at http:\/\/127\.0\.0\.1:\d+\/EWS\/Exchange\.asmx, SMTP on 127\.0\.0\.1:\d+$/,
    );
    const reply = await send(one.url, INBOX);
    expect(codesOf(reply)).toEqual(['NoError']);
    expect(reply.text).toContain('MajorBuildNumber="1544"');
    const acting = await send(one.url, INBOX, { user: 'svc@example.com', password: 'svcpw', impersonate: 'alice@example.com' });
    expect(codesOf(acting)).toEqual(['NoError']);
    expect(await one.stop()).toBe(0);
    expect(one.all().trim().split('\n')).toHaveLength(1);
  });

  it('keeps everything in the state file: the same ids and keys after a restart', async () => {
    const file = join(folder, 'state.json');
    const before = await start('--state', file, '--smtp-port', '0');
    const made = idOf(itemsOf(await send(before.url, CREATE))[0]);
    const transport = createTransport({ host: '127.0.0.1', port: before.smtp, secure: false, ignoreTLS: true });
    await transport.sendMail({ from: 'x@example.net', to: 'alice@example.com', subject: 'by SMTP', text: 'x' });
    expect(await before.stop()).toBe(0);
    const after = await start('--state', file);
    const [item] = itemsOf(await send(after.url, read(made.id)));
    expect([textAt(item, 'Subject'), idOf(item)]).toEqual(['kept over a restart', made]);
    expect(itemsOf(await send(after.url, INBOX)).map((one) => textAt(one, 'Subject'))).toEqual(['by SMTP']);
    await after.stop();
  });

  it('plays the faults of a file', async () => {
    const file = join(folder, 'faults.json');
    writeFileSync(
      file,
      '[{"fault": "item-error", "code": "ErrorQuotaExceeded", "operation": "CreateItem", "after": 1, "times": 1}]',
    );
    const one = await start('--faults', file);
    const codes = [];
    for (let round = 0; round < 3; round++) codes.push(...codesOf(await send(one.url, CREATE)));
    expect(codes).toEqual(['NoError', 'ErrorQuotaExceeded', 'NoError']);
    await one.stop();
  });

  it.each([
    [['--faults', join(folder, 'wrong.json')], /"fault" is one of/],
    [['--switch', 'nothing=on'], /Known switches: rewriteBodies/],
    [['--version', '2010'], /Known are 2013, 2016, 2019, se/],
    [['--auth', 'kerberos'], /none of basic, ntlm, negotiate/],
    [['--tls', 'one.pem'], /two files: certificate and key/],
  ])('says what is wrong with %j', (words, expected) => {
    writeFileSync(join(folder, 'wrong.json'), '[{"fault": "rain"}]');
    const run = spawnSync(process.execPath, [program, '--port', '0', '--mailbox', 'a@example.com:x', ...words], {
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(expected);
    expect(run.stdout).toBe('');
  });

  it('tells all switches and faults in its help', () => {
    const { stdout } = spawnSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
    for (const word of ['rewriteBodies (on)', 'moveLosesSyncStates (off)', 'lost-answer', 'failover', 'probe'])
      expect(stdout).toContain(word);
  });
});

process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
