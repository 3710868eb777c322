/** Random histories on scripted servers with and without the extensions, and a few on a real one. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { EmailWorld } from '../../../test/contract/email-source.ts';
import { emailHistories } from '../../../test/contract/history.ts';
import { imapWorld, USERS } from '../../../test/contract/imap-world.ts';
import { stage } from '../../../test/contract/scripted-imap.ts';
import { type Dovecot, startDovecot } from '../../../test/servers/dovecot.ts';
import { needsServer } from '../../../test/servers/needs.ts';

async function scriptedWorld(capability: string): Promise<EmailWorld> {
  const lasting = capability.includes('CONDSTORE');
  const staged = await stage({ state: { capability, messages: [], uidNext: 1, modseq: lasting ? 1 : null } });
  const { state } = staged;
  let now = 0;
  let modseq = 1;
  const changed = () => {
    modseq += 1;
    if (lasting) state.modseq = modseq;
    return modseq;
  };
  const find = (raw: string) => state.messages.find((message) => message.raw === raw)!;
  return {
    folder: 'INBOX',
    open: () => staged.open({ clock: { now: () => new Date(now), monotonicMs: () => 0, sleep: async () => {} } }),
    async deliver(raw) {
      state.messages.push({ uid: state.uidNext!, raw, modseq: changed() });
      state.uidNext! += 1;
    },
    async remove(raw) {
      state.expunged.push({ uid: find(raw).uid, modseq: changed() });
      state.messages = state.messages.filter((message) => message.raw !== raw);
    },
    setFlags: async (raw, flags) => void Object.assign(find(raw), { flags, modseq: changed() }),
    async renumber() {
      now += 24 * 3_600_000;
      state.validity! += 1;
      state.messages = state.messages.map((message, n) => ({ ...message, uid: n + 1, modseq: changed() }));
      state.uidNext = state.messages.length + 1;
      state.expunged = [];
    },
    close: () => staged.server.stop(),
  };
}

const BASE = 'IMAP4rev1 AUTH=PLAIN';
emailHistories('without extensions', 60, () => scriptedWorld(BASE));
emailHistories('with CONDSTORE', 60, () => scriptedWorld(`${BASE} ENABLE CONDSTORE`));
emailHistories('with QRESYNC', 60, () => scriptedWorld(`${BASE} ENABLE CONDSTORE QRESYNC`));
describe.runIf(await needsServer('dovecot'))('on a real server', () => {
  let dovecot: Dovecot;
  beforeAll(async () => {
    dovecot = await startDovecot({ users: USERS });
  });
  afterAll(() => dovecot?.stop());
  emailHistories('on Dovecot', 6, async () => imapWorld(dovecot));
});
