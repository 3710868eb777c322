import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectLine } from './line-client.ts';
import { needsServer } from './needs.ts';
import { type Popa3d, startPopa3d } from './popa3d.ts';

const TABLE_END = /\r\n\.\r\n/;

describe.runIf(await needsServer('popa3d'))('popa3d', () => {
  let popa3d: Popa3d;
  beforeAll(async () => {
    popa3d = await startPopa3d({ users: { anna: 'secret', bert: 'other' } });
  });
  afterAll(() => popa3d?.stop());

  async function loggedIn(user: string, password: string) {
    const pop = await connectLine({ port: popa3d.pop3Port });
    await pop.until(/^\+OK.*\r\n/);
    await pop.ask(`USER ${user}`);
    return { pop, answer: await pop.ask(`PASS ${password}`) };
  }

  test('serves the mails that were delivered, and deletes them after QUIT only', async () => {
    popa3d.deliver('anna', 'Subject: one\r\n\r\nFrom here\r\n.dot\r\n\xe4');
    popa3d.deliver('anna', 'Subject: two\r\n\r\nbody\r\n');
    const { pop, answer } = await loggedIn('anna', 'secret');
    expect(answer).toMatch(/^\+OK/);
    expect(await pop.ask('STAT')).toMatch(/^\+OK 2 /);
    expect(await pop.ask('RETR 1', TABLE_END)).toContain('Subject: one\r\n\r\n>From here\r\n..dot\r\n');
    await pop.ask('DELE 1');
    expect(String(popa3d.mbox('anna'))).toContain('Subject: one');
    pop.send('QUIT\r\n');
    await pop.rest();
    expect(String(popa3d.mbox('anna'))).not.toContain('Subject: one');
    expect(String(popa3d.mbox('anna'))).toContain('Subject: two');
  });

  test('has the habits for which it is here: no CAPA, and one UIDL for twins', async () => {
    const twin = 'Subject: twin\r\nMessage-ID: <t@example.test>\r\n\r\nsame\r\n';
    popa3d.deliver('bert', twin);
    popa3d.deliver('bert', twin);
    const { pop } = await loggedIn('bert', 'other');
    const [, one, two] = (await pop.ask('UIDL', TABLE_END)).split('\r\n').map((line) => line.split(' ')[1]);
    expect(one).toBe(two);
    pop.close();
    const early = await connectLine({ port: popa3d.pop3Port });
    await early.until(/\r\n/);
    expect(await early.ask('CAPA')).toMatch(/^-ERR/);
    early.close();
  });

  test('refuses a wrong password', async () => {
    const { pop, answer } = await loggedIn('anna', 'other');
    expect(answer).toMatch(/^-ERR/);
    pop.close();
  });
});
