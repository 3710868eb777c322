import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Email, ReadEmail } from '../../src/model/email.ts';
import { readChanges } from '../../src/store/changes.ts';
import { type EmailPageToSave, type StoredEmail, saveEmailPage, saveRemoved } from '../../src/store/email-page.ts';
import { adoptMailboxes } from '../../src/store/mailboxes.ts';
import { query } from '../../src/store/rows.ts';
import { allKnownRefs, endAttempt, takeStream } from '../../src/store/streams.ts';
import { startTestDatabase, type TestDatabase } from '../servers/postgres.ts';

let pg: TestDatabase;
beforeAll(async () => {
  pg = await startTestDatabase();
});
afterAll(() => pg.stop());
beforeEach(async () => {
  await pg.database.raw('truncate mailboxes, activities, copies, sources, conversation_ids, changes cascade');
  await pg.database.raw('update feed_counter set position = 0');
  await adoptMailboxes(pg.database, [
    { id: 'anna', address: 'anna@example.com' },
    { id: 'info', address: 'info@example.com' },
  ]);
});

const EMPTY: Email = {
  parse: 'ok',
  parseNote: null,
  parserVersion: 1,
  messageId: null,
  inReplyTo: [],
  references: [],
  subject: 'x',
  from: [{ name: null, email: 'a@example.com' }],
  sender: [],
  replyTo: [],
  to: [],
  cc: [],
  bcc: [],
  sentAt: '2026-01-02T03:04:05Z',
  preview: '',
  text: 'text',
  html: null,
  attachments: [],
  hasAttachment: false,
  bounce: null,
  autoReply: false,
  list: null,
  calendarMethod: null,
  encrypted: false,
  signed: false,
  importance: 'normal',
};

function mail(ref: string, content: string, options: { trace?: string; email?: Partial<Email> } = {}): StoredEmail {
  const source = Buffer.from(`${options.trace ?? ''}${content}`);
  const read: ReadEmail = {
    email: { ...EMPTY, ...options.email },
    identity: createHash('sha256').update(content).digest('hex'),
    identityVersion: 1,
    sourceSha256: createHash('sha256').update(source).digest('hex'),
  };
  return { ref, source, headersOnly: false, sizeBytes: source.length, receivedAt: null, flags: [], direction: 'in', read };
}

const page = (parts: Partial<EmailPageToSave>): EmailPageToSave => ({
  reset: false,
  arrived: [],
  excluded: [],
  flagged: [],
  gone: [],
  cursor: 'c',
  complete: true,
  ...parts,
});

const take = (mailboxId = 'anna', folder = 'INBOX') =>
  takeStream(pg.database, { mailboxId, kind: 'email', host: 'h', username: 'u', folder }, 'inbox');
const copies = () =>
  query<{ ref: string | null; gone: boolean; activity: string }>(
    pg.database,
    'select ref, gone_at is not null as gone, activity_id as activity from copies order by sequence',
  );

describe('a page of mail', () => {
  test('that comes twice is stored once', async () => {
    const stream = await take();
    const first = await saveEmailPage(pg.database, stream, page({ arrived: [mail('1', 'one'), mail('2', 'two')] }));
    const again = await saveEmailPage(
      pg.database,
      stream,
      page({ arrived: [mail('1', 'one'), mail('2', 'two'), mail('3', 'three')] }),
    );
    expect([first.stored, again.stored]).toEqual([2, 1]);
    expect(await copies()).toHaveLength(3);
  });

  test('makes one activity with a copy per mailbox, and two copies of identical twins', async () => {
    await saveEmailPage(pg.database, await take('anna'), page({ arrived: [mail('1', 'same'), mail('2', 'same')] }));
    await saveEmailPage(
      pg.database,
      await take('info'),
      page({ arrived: [mail('1', 'same', { trace: 'Received: elsewhere\r\n' })] }),
    );
    const all = await copies();
    expect(all).toHaveLength(3);
    expect(new Set(all.map((copy) => copy.activity)).size).toBe(1);
    expect(await query(pg.database, 'select 1 from sources')).toHaveLength(2);
  });

  test('by a run that lost the stream is refused whole', async () => {
    const old = await take();
    await take();
    await expect(saveEmailPage(pg.database, old, page({ arrived: [mail('1', 'one')] }))).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await copies()).toEqual([]);
    expect(await query(pg.database, 'select 1 from sources')).toEqual([]);
  });

  test('after the server renumbered finds every copy again, twins one for one, and marks what is gone', async () => {
    const stream = await take();
    await saveEmailPage(
      pg.database,
      stream,
      page({ arrived: [mail('1.1', 'a'), mail('1.2', 'twin'), mail('1.3', 'twin'), mail('1.4', 'lost')] }),
    );
    const reset = await saveEmailPage(
      pg.database,
      stream,
      page({ reset: true, complete: false, arrived: [mail('2.1', 'twin'), mail('2.2', 'twin'), mail('2.3', 'twin')] }),
    );
    const rest = await saveEmailPage(
      pg.database,
      stream,
      page({ arrived: [mail('2.4', 'a', { trace: 'X-Rewritten: yes\r\n' })] }),
    );
    expect([reset.relinked, reset.stored, rest.relinked, rest.gone]).toEqual([2, 1, 1, 1]);
    expect((await copies()).map(({ ref, gone }) => [ref, gone])).toEqual([
      ['2.4', false],
      ['2.1', false],
      ['2.2', false],
      [null, true],
      ['2.3', false],
    ]);
    expect([...(await allKnownRefs(pg.database, stream.id))].sort()).toEqual(['2.1', '2.2', '2.3', '2.4']);
  });

  test('that relists a message under another name in the same pass keeps one copy', async () => {
    const stream = await take();
    await saveEmailPage(pg.database, stream, page({ arrived: [mail('u1', 'a')] }));
    const next = await saveEmailPage(
      pg.database,
      await take(),
      page({ gone: ['u1'], arrived: [mail('u9', 'a', { trace: 'Status: RO\r\n' })] }),
    );
    expect([next.relinked, next.stored]).toEqual([1, 0]);
    expect(await copies()).toMatchObject([{ ref: 'u9', gone: false }]);
  });

  test('moves what went in an earlier pass back only when the bytes are the same', async () => {
    await saveEmailPage(pg.database, await take(), page({ arrived: [mail('1', 'a'), mail('2', 'b')] }));
    await saveEmailPage(pg.database, await take(), page({ gone: ['1', '2'] }));
    const back = await saveEmailPage(
      pg.database,
      await take(),
      page({ arrived: [mail('5', 'a'), mail('6', 'b', { trace: 'Received: again\r\n' })] }),
    );
    expect([back.relinked, back.stored]).toEqual([1, 1]);
  });

  test('never revives a copy that we took off the server', async () => {
    const stream = await take();
    await saveEmailPage(pg.database, stream, page({ arrived: [mail('1', 'a')] }));
    expect(await saveRemoved(pg.database, stream, ['1'])).toBe(1);
    const twin = await saveEmailPage(pg.database, stream, page({ arrived: [mail('2', 'a')] }));
    expect([twin.relinked, twin.stored]).toEqual([0, 1]);
  });

  test('notes flags and tells every change once, without a gap in the feed', async () => {
    const stream = await take();
    await saveEmailPage(pg.database, stream, page({ arrived: [mail('1', 'a'), mail('2', 'b')] }));
    await saveEmailPage(
      pg.database,
      stream,
      page({
        flagged: [
          { ref: '1', flags: ['\\Seen'] },
          { ref: '2', flags: [] },
        ],
        gone: ['2'],
      }),
    );
    const feed = await readChanges(pg.database, 0, 100);
    expect(feed.map(({ kind }) => kind)).toEqual([
      'activity-created',
      'activity-created',
      'copy-added',
      'copy-added',
      'copy-gone',
      'copy-changed',
    ]);
    expect(feed.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('counts starts without progress as attempts, and orderly ends not', async () => {
    const orderly = await take();
    await endAttempt(pg.database, orderly);
    expect((await take()).attempts).toBe(1);
    expect((await take()).attempts).toBe(2);
    const third = await take();
    await saveEmailPage(pg.database, third, page({ complete: false, arrived: [mail('1', 'a')] }));
    expect((await take()).attempts).toBe(2);
  });

  test('by two runs at once in two mailboxes makes one activity', async () => {
    const [anna, info] = [await take('anna'), await take('info')];
    const many = Array.from({ length: 50 }, (_, n) =>
      mail(String(n), `content ${n}`, { email: { messageId: `${n}@x`, references: [`${n + 1}@x`] } }),
    );
    await Promise.all([
      saveEmailPage(pg.database, anna, page({ arrived: many })),
      saveEmailPage(pg.database, info, page({ arrived: [...many].reverse() })),
    ]);
    const rows = await query<{ activities: string; copies: string; conversations: string }>(
      pg.database,
      'select count(distinct activity_id) as activities, count(*) as copies, (select count(distinct conversation_id) from activities) as conversations from copies',
    );
    expect(rows).toEqual([{ activities: '50', copies: '100', conversations: '1' }]);
  });
});

describe('a conversation', () => {
  test.each([
    ['in order', ['root', 'reply', 'answer']],
    ['backwards', ['answer', 'reply', 'root']],
    ['with the middle last', ['root', 'answer', 'reply']],
  ])('is one whatever order its mails arrive in: %s', async (_, order) => {
    const mails: Record<string, StoredEmail> = {
      root: mail('1', 'root', { email: { messageId: 'root@x' } }),
      reply: mail('2', 'reply', { email: { messageId: 'reply@x', inReplyTo: ['root@x'] } }),
      answer: mail('3', 'answer', { email: { messageId: 'answer@x', inReplyTo: ['reply@x'] } }),
    };
    const stream = await take();
    for (const name of order) await saveEmailPage(pg.database, stream, page({ arrived: [mails[name]!] }));
    await saveEmailPage(pg.database, stream, page({ arrived: [mail('9', 'other')] }));
    const rows = await query<{ conversations: string; all: string }>(
      pg.database,
      'select count(distinct conversation_id) as conversations, count(conversation_id) as all from activities',
    );
    expect(rows).toEqual([{ conversations: '2', all: '4' }]);
  });
});
