// The probe against the stand-in: what it says follows the switches, nothing of the mailbox is told, and nothing is left behind.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { authority } from '../../certificates.ts';
import { startStandIn } from '../check/client.ts';
import { serve } from '../server.ts';
import { SWITCHES, type SwitchName } from '../switches.ts';
import { transcribe } from './probe.ts';
import { QUESTIONS } from './questions.ts';
import { openSession } from './session.ts';

const { exchange, server } = await startStandIn({ auth: { schemes: ['negotiate', 'ntlm', 'basic'] } });
const mailbox = exchange.mailboxOf('alice@example.com')!;
exchange.heartbeatMilliseconds = 20;
const LOGIN = { user: 'alice@example.com', password: 'alicepw', ca: undefined };

/** The words of a transcript by what they are about. */
async function answers(): Promise<{ words: Map<string, string>; text: string }> {
  const session = openSession(server.url, LOGIN);
  const lines: string[] = [];
  await transcribe(session, 300, (line) => lines.push(line));
  session.close();
  return {
    words: new Map(lines.map((line) => [line.split(':')[0]!, line.split(': ')[1]!.split(/[; ]/)[0]!])),
    text: lines.join('\n'),
  };
}

describe('the probe', () => {
  it('finds the stand-in as its switches say, and the other way round when they are turned', async () => {
    const asked = QUESTIONS.map(({ about }) => about);
    const said = (on: (name: SwitchName) => boolean) => asked.map((name) => [name, on(name) ? 'on' : 'off']);
    const first = await answers();
    expect(asked.map((name) => [name, first.words.get(name)])).toEqual(said((name) => SWITCHES[name].default));
    expect(first.text).not.toContain('we say');
    for (const name of asked) exchange.switches[name] = !SWITCHES[name].default;
    const second = await answers();
    for (const name of asked) exchange.switches[name] = SWITCHES[name].default;
    expect(asked.map((name) => [name, second.words.get(name)])).toEqual(said((name) => !SWITCHES[name].default));
    expect(second.text.match(/we say/g)).toHaveLength(asked.length);
  });

  it('says something of every switch, and nothing of the mailbox or of who asked', async () => {
    const kept = mailbox.addFolder({
      parent: mailbox.folderNamed('msgfolderroot').key,
      name: 'Secret plans',
      kind: 'Folder',
      folderClass: 'IPF.Note',
    });
    const { words, text } = await answers();
    expect(Object.keys(SWITCHES).filter((name) => !words.has(name))).toEqual([]);
    expect(text).toMatch(/^server: 15\.2\.2562\.17 V2017_07_11; sign-in: NTLM$/m);
    expect(text).not.toMatch(/alice|secret|127\.0\.0\.1|AAMk|AAAk/i);
    mailbox.removeFolder(kept);
  });

  it('leaves nothing behind, also when a question fails', async () => {
    const folders = mailbox.folders.size;
    exchange.faults.add({ fault: 'item-error', operation: 'GetItem', code: 'ErrorInternalServerError' });
    const { words } = await answers();
    exchange.faults.clear();
    expect(words.get('searchUid')).toBe('on');
    expect(mailbox.folders.size).toBe(folders);
    expect(mailbox.itemsIn(mailbox.folderNamed('deleteditems').key)).toEqual([]);
  });

  it('signs in where Extended Protection is required', async () => {
    const ca = await authority();
    const tls = await ca.certificate();
    const bound = await serve(exchange, { auth: { schemes: ['ntlm'], extendedProtection: 'require' }, tls });
    const session = openSession(bound.url, { ...LOGIN, ca: Buffer.from(ca.caPem) });
    const lines: string[] = [];
    await transcribe(session, 0, (line) => lines.push(line));
    session.close();
    await bound.close();
    expect(lines[0]).toContain('sign-in: NTLM');
  });

  it('is a command, and takes the password from a variable', async () => {
    const root = join(fileURLToPath(new URL('.', import.meta.url)), '..', '..', '..', '..');
    const run = spawn(
      process.execPath,
      [
        join(root, 'bin', 'mailroom-exchange'),
        'probe',
        server.url,
        '--user',
        'EXAMPLE\\alice',
        '--password-env',
        'PROBE_WORD',
        '--patience',
        '0',
      ],
      { env: { ...process.env, PROBE_WORD: 'alicepw' } },
    );
    let text = '';
    run.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    const code = await new Promise((resolve) => run.once('close', resolve));
    expect(code).toBe(0);
    expect(text).toContain('heartbeats: unanswered');
    expect(text).not.toContain('alicepw');
  });
});
