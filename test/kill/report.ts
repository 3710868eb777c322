/** What a series of kills found. */
export interface KillReport {
  readonly what: 'imap' | 'pop3' | 'send' | 'items';
  readonly steps: readonly string[];
  readonly gatewayKills: number;
  readonly databaseKills: number;
  /** What the ledger outside of Mailroom says about all messages of all kills. */
  readonly ledger: LedgerCount;
  readonly problems: readonly string[];
}

export interface LedgerCount {
  messages: number;
  /** Stored once, or arrived once at each recipient. */
  once: number;
  lost: number;
  doubled: number;
  /** Of those that are sent: nobody knows, and Mailroom says so; how many of them arrived all the same. */
  inDoubt: number;
  inDoubtArrived: number;
}

export const noLedger = (): LedgerCount => ({ messages: 0, once: 0, lost: 0, doubled: 0, inDoubt: 0, inDoubtArrived: 0 });

export function addLedger(sum: LedgerCount, more: LedgerCount): void {
  for (const key of Object.keys(sum) as (keyof LedgerCount)[]) sum[key] += more[key];
}

export interface KillOptions {
  readonly random: number;
  readonly seed: number;
  tell?(line: string): void;
}

export function summary({ what, steps, gatewayKills, databaseKills, ledger, problems }: KillReport): string {
  const sends = what === 'send' || what === 'items';
  const doubt = sends ? `, ${ledger.inDoubt} in doubt (${ledger.inDoubtArrived} of them arrived)` : '';
  return (
    `${what}: ${steps.length} step points, gateway killed ${gatewayKills} times, database ${databaseKills} times; ` +
    `ledger: ${ledger.messages} ${what === 'items' ? 'mails to guests' : 'messages'}, ` +
    `${ledger.once} ${sends ? 'arrived' : 'stored'} once, ` +
    `${ledger.lost} lost, ${ledger.doubled} doubled${doubt}; ${problems.length} problems`
  );
}
