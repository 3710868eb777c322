/**
 * Takes mail off the server: DELE for what this very session has matched, QUIT to make it so (RFC 1939 6).
 *
 * - A removal is confirmed by +OK to QUIT and by nothing else. Whoever does not come to `settle` removes nothing.
 * - QUIT makes some servers hide or expire what was read (quirks.md; RFC 2449 6.7). So it is sent here alone: who settles says
 *   that everything handed out is safe.
 */
import { Failure } from '../../model/failure.ts';
import type { EmailDisposal, RemoteRef } from '../connector.ts';
import type { Maildrop } from './maildrop.ts';
import type { Request } from './window.ts';

export function createDisposal(drop: Maildrop): EmailDisposal {
  return { remove: (refs) => remove(drop, refs), settle: () => settle(drop) };
}

async function remove(drop: Maildrop, refs: readonly RemoteRef[]): Promise<void> {
  const here = [...new Set(refs)].filter((ref) => drop.matched.has(ref) && !drop.marked.has(ref));
  const requests = here.map(
    (ref): Request<RemoteRef> => ({ tag: ref, line: `DELE ${drop.matched.get(ref)}`, body: null, bytes: 0 }),
  );
  for await (const { tag, reply } of drop.run(requests)) {
    if (reply.status === 'ok') drop.marked.add(tag);
    else drop.log.warn('the server does not remove a message', { server: drop.connection.where, answer: reply.text });
  }
}

async function settle(drop: Maildrop): Promise<readonly RemoteRef[]> {
  if (drop.midPass) throw new Failure('conflict', 'A POP3 session cannot be settled in the middle of a pass');
  const marked = [...drop.marked];
  drop.marked.clear();
  try {
    await drop.moveOn();
    const reply = await drop.connection.command('QUIT');
    if (reply.status === 'ok') return marked;
    drop.log.warn('the server does not confirm the end of the session', { server: drop.connection.where, answer: reply.text });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    drop.log.warn('the end of the session was not confirmed', { server: drop.connection.where, reason: error.message });
  } finally {
    drop.connection.close();
  }
  return [];
}
