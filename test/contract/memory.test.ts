import { createMemoryMailbox } from '../../src/connector/memory/mailbox.ts';
import { createMemoryConnector } from '../../src/connector/memory/memory-connector.ts';
import { contextFor } from './context.ts';
import { emailDisposalContract } from './disposal.ts';
import { emailSenderContract } from './email-sender.ts';
import { emailSourceContract } from './email-source.ts';
import { filingContract } from './filing.ts';
import { emailHistories } from './history.ts';
import { emailMarkingContract } from './marking.ts';
import { pushContract } from './push.ts';

const context = (signal?: AbortSignal) => contextFor({ method: 'none' }, signal ? { signal } : {});

function world() {
  const mailbox = createMemoryMailbox();
  const inbox = mailbox.folders.get('INBOX')!;
  const connector = createMemoryConnector(new Map([['box', mailbox]]));
  const find = (raw: string) => inbox.messages.find((message) => Buffer.from(message.raw).toString() === raw)!;
  return {
    folder: 'INBOX',
    open: (signal?: AbortSignal) => connector.open({ host: 'box' }, context(signal)),
    async deliver(raw: string, { date = new Date(), flags = [] }: { date?: Date; flags?: readonly string[] } = {}) {
      mailbox.deliver('INBOX', Buffer.from(raw), date, flags);
    },
    remove: async (raw: string) => mailbox.remove('INBOX', find(raw).uid),
    setFlags: async (raw: string, flags: readonly string[]) => mailbox.setFlags('INBOX', find(raw).uid, flags),
    flagsOf: async (raw: string) => find(raw).flags,
    renumber: async () => mailbox.renumber('INBOX'),
    cut: async () => mailbox.cut(),
    second: 'Sent',
    categoriesOf: async (raw: string) => find(raw).flags.map((flag) => flag.replace('category:', '')),
    setCategories: async (raw: string, categories: readonly string[]) =>
      mailbox.setFlags(
        'INBOX',
        find(raw).uid,
        categories.map((category) => `category:${category}`),
      ),
    lyingIn: async (folder: string) =>
      mailbox.folders.get(folder)?.messages.map(({ raw }) => Buffer.from(raw).toString()) ?? null,
    throwAway: async (folder: string) => mailbox.dropFolder(folder),
    remaining: async () => inbox.messages.map((message) => Buffer.from(message.raw).toString()),
    sent: async () =>
      mailbox.folders.get('Sent')!.messages.map(({ raw, flags }) => ({ raw: Buffer.from(raw).toString(), flags })),
  };
}

emailSourceContract('memory', { dates: true, flags: true, renumber: true }, async () => world());
pushContract('memory', async () => world());
emailSenderContract('memory', async () => {
  const mailbox = createMemoryMailbox();
  const connector = createMemoryConnector(new Map([['box', mailbox]]));
  return {
    ...{ from: 'a@x.test', good: ['b@x.test', 'c@x.test'], deferred: 'deferred@x.test', refused: 'refused@x.test' },
    open: (signal) => connector.open({ host: 'box' }, context(signal)),
    taken: async () => mailbox.sent.map(({ recipients, source }) => ({ recipients, raw: Buffer.from(source) })),
  };
});
filingContract('memory', async () => world());
emailDisposalContract('memory', async () => world());
emailMarkingContract('memory', async () => world());
emailHistories('memory', 300, async () => world());
