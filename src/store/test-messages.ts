import type { Database } from './database.ts';
import { execute, query } from './rows.ts';

/** Noted before the mail is sent, or it might come in as a stranger. */
export async function noteTestMessage(database: Database, messageId: string): Promise<void> {
  await execute(database, 'insert into test_messages (message_id) values (?)', [messageId]);
}

export async function recentTestMessages(database: Database): Promise<ReadonlySet<string>> {
  await execute(database, "delete from test_messages where sent_at < now() - interval '30 days'");
  const rows = await query<{ message_id: string }>(database, 'select message_id from test_messages');
  return new Set(rows.map((row) => row.message_id));
}
