/** A ledger outside of Mailroom: each message carries a token that nothing else in the world has. */
import { randomBytes } from 'node:crypto';
import { type LedgerCount, noLedger } from './report.ts';

export interface LedgerMessage {
  readonly token: string;
  readonly raw: Buffer;
}

export function makeMessages(count: number): LedgerMessage[] {
  return Array.from({ length: count }, (_, number) => {
    const token = `token-${randomBytes(8).toString('hex')}`;
    const filler = `line of filler ${token}\r\n`.repeat(5 + ((number * 37) % 60));
    const raw = Buffer.from(
      `From: Customer ${number} <customer${number}@example.net>\r\nTo: box@example.com\r\nSubject: ${token}\r\n` +
        `Date: Sun, 22 Nov 2026 10:${String(number % 60).padStart(2, '0')}:00 +0000\r\nMessage-ID: <${token}@example.net>\r\n\r\n${filler}`,
    );
    return { token, raw };
  });
}

/** What is wrong with what was stored, told one by one; nothing when each message is there exactly once. */
export function compareLedger(messages: readonly LedgerMessage[], storedSubjects: readonly (string | null)[]): string[] {
  const counts = new Map<string, number>();
  for (const subject of storedSubjects) counts.set(subject ?? '', (counts.get(subject ?? '') ?? 0) + 1);
  const problems = messages
    .filter(({ token }) => counts.get(token) !== 1)
    .map(({ token }) => (counts.has(token) ? `${token} is stored ${counts.get(token)} times` : `${token} is LOST`));
  const known = new Set(messages.map(({ token }) => token));
  return [
    ...problems,
    ...[...counts.keys()].filter((subject) => !known.has(subject)).map((subject) => `"${subject}" came from nowhere`),
  ];
}

export function countLedger(messages: readonly LedgerMessage[], storedSubjects: readonly (string | null)[]): LedgerCount {
  const counts = messages.map(({ token }) => storedSubjects.filter((subject) => subject === token).length);
  const having = (test: (count: number) => boolean) => counts.filter(test).length;
  return {
    ...noLedger(),
    ...{ messages: messages.length, once: having((count) => count === 1) },
    ...{ lost: having((count) => count === 0), doubled: having((count) => count > 1) },
  };
}
