import { type RefusedConfig, readRefusal } from '../config/refusal.ts';
import { type MailboxStatus, readStatus, type Stopped } from '../store/status.ts';
import { type Command, EXIT } from './command.ts';

export const status: Command = {
  name: 'status',
  summary: 'each mailbox: is it served, when did it last succeed, what is stored',
  usage: '[--json]',
  help: `Exits 1 while a mailbox or its sending is stopped, its last run failed, a mail it sent is in doubt, or a running server does
not take over the changed config.`,
  options: {},
  async run(_, context) {
    const house = await context.openHouse();
    const mailboxes = await readStatus(house.database);
    const clearText = [...house.config.servers.values()]
      .filter(({ tls, allowClearText }) => tls === 'none' && allowClearText)
      .map(({ name }) => name);
    const refused = await readRefusal(house.config.dataDir);
    if (context.out.json) context.out.line(JSON.stringify({ mailboxes, clearTextServers: clearText, refusedConfig: refused }));
    else tell(mailboxes, clearText, refused, context.out);
    return mailboxes.every(isWell) && refused === null ? EXIT.done : EXIT.failed;
  },
};

const isWell = (mailbox: MailboxStatus) =>
  !mailbox.outbox['in-doubt'] &&
  mailbox.state !== 'stopped' &&
  mailbox.state !== 'moved' &&
  mailbox.sendingStopped === null &&
  mailbox.workloads.every(({ lastOutcome }) => lastOutcome !== 'failed');

function tell(
  mailboxes: readonly MailboxStatus[],
  clearText: readonly string[],
  refused: RefusedConfig | null,
  out: { table(c: readonly string[], r: readonly (readonly string[])[]): void; line(t: string): void },
) {
  out.table(
    ['mailbox', 'state', 'workload', 'last success', 'stored', 'quarantined', 'excluded', 'outbox', 'trouble'],
    mailboxes.flatMap((mailbox) => rowsOf(mailbox)),
  );
  for (const { address, stopped, sendingStopped } of mailboxes) {
    tellStopped(out, `${address} is stopped`, stopped);
    tellStopped(out, `${address} sends nothing`, sendingStopped);
  }
  if (refused !== null) {
    out.line(
      `\nThe running server has not taken over the config since ${refused.since.slice(0, 19).replace('T', ' ')}; the last good one is in force:`,
    );
    for (const line of refused.lines) out.line(`  ${line}`);
  }
  for (const { address, outbox } of mailboxes.filter(({ outbox }) => outbox['in-doubt'])) {
    out.line(
      `\n${address} has ${outbox['in-doubt']} mail(s) in doubt: nobody knows whether they arrived. "mailroom outbox list --state in-doubt"`,
    );
  }
  for (const name of clearText)
    out.line(`\nWARNING: server "${name}" is used in clear text; passwords and mail can be read on the way.`);
}

function tellStopped(out: { line(text: string): void }, what: string, stopped: Stopped | null): void {
  if (stopped === null) return;
  out.line(`\n${what}: ${stopped.message}`);
  if (stopped.remedy) out.line(`  what to do: ${stopped.remedy}`);
}

function rowsOf(mailbox: MailboxStatus): string[][] {
  const { counts, outbox } = mailbox;
  const waiting = Object.entries(outbox).map(([state, count]) => `${count} ${state}`);
  const numbers = [String(counts.stored), String(counts.quarantined), String(counts.excluded), waiting.join(', ')];
  if (mailbox.workloads.length === 0) return [[mailbox.address, mailbox.state, '', 'never', ...numbers, '']];
  return mailbox.workloads.map((workload, at) => [
    at === 0 ? mailbox.address : '',
    at === 0 ? mailbox.state : '',
    workload.workload,
    workload.lastSuccessAt ? workload.lastSuccessAt.slice(0, 19).replace('T', ' ') : 'never',
    ...(at === 0 ? numbers : ['', '', '', '']),
    workload.lastOutcome === 'failed' ? `${workload.failureCode}: ${workload.failureMessage}` : '',
  ]);
}
