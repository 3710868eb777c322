import { afterAll, beforeAll, describe } from 'vitest';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { needsServer } from '../servers/needs.ts';
import { emailSourceContract } from './email-source.ts';
import { filingContract } from './filing.ts';
import { imapWorld, USERS } from './imap-world.ts';
import { pushContract } from './push.ts';

/** Without CONDSTORE, QRESYNC, LIST-STATUS, ESEARCH, UIDPLUS and SPECIAL-USE, much like an on-premises Exchange. */
const POOR = 'IMAP4rev1 IDLE NAMESPACE LITERAL+ AUTH=PLAIN';
const CONDSTORE_ONLY =
  'IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE CONDSTORE NAMESPACE UIDPLUS LIST-EXTENDED LIST-STATUS SPECIAL-USE';

const ABILITIES = { dates: true, flags: true, renumber: true };
describe.runIf(await needsServer('dovecot'))('on Dovecot', () => {
  let full: Dovecot;
  let poor: Dovecot;
  let condstore: Dovecot;
  beforeAll(async () => {
    [full, poor, condstore] = await Promise.all([
      startDovecot({ users: USERS }),
      startDovecot({ users: USERS, imapCapability: POOR, withoutSpecialUse: true }),
      startDovecot({ users: USERS, imapCapability: CONDSTORE_ONLY }),
    ]);
  });
  afterAll(() => Promise.all([full?.stop(), poor?.stop(), condstore?.stop()]));

  emailSourceContract('imap (Dovecot with all it has)', ABILITIES, async () => imapWorld(full));
  emailSourceContract('imap (CONDSTORE without QRESYNC)', ABILITIES, async () => imapWorld(condstore));
  emailSourceContract('imap (a server that has hardly anything)', ABILITIES, async () => imapWorld(poor));
  pushContract('imap', async () => imapWorld(full));
  filingContract('imap', async () => imapWorld(full));
  filingContract('imap (no SPECIAL-USE, no UIDPLUS)', async () => {
    const world = imapWorld(poor);
    await poor.deliver(world.user, 'Sent', 'Subject: first\r\n\r\n');
    return { ...world, sent: async () => (await world.sent()).filter(({ raw }) => !raw.startsWith('Subject: first')) };
  });
});
