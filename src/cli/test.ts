import type { MailboxConfig } from '../config/config.ts';
import { type Check, type CheckOptions, checkMailbox } from '../mailbox/check.ts';
import type { CheckedStep } from '../mailbox/checked-step.ts';
import { resumeMailbox, resumeSending } from '../store/mailboxes.ts';
import { requestSync } from '../store/requests.ts';
import { type Command, EXIT, textFlag, UsageError } from './command.ts';
import { findMailbox } from './find-mailbox.ts';
import type { House } from './house.ts';
import type { Output } from './output.ts';

export const test: Command = {
  name: 'test',
  summary: 'connect, log in and report each step, with the cause and the remedy of what fails',
  usage: '[address] [--group NAME | --server NAME | --all] [--send] [--json]',
  help: `Changes nothing on the servers and reads no mail. A mailbox that was stopped and passes is served again.
  --group NAME    all mailboxes of a group
  --server NAME   one mailbox of each credential that uses this server
  --all           every mailbox
  --send          also sends a mail from each mailbox to itself; when it comes in it is left out`,
  options: { group: { type: 'string' }, server: { type: 'string' }, all: { type: 'boolean' }, send: { type: 'boolean' } },
  async run(args, context) {
    const house = await context.openHouse();
    const chosen = choose(house, args.words[0], {
      group: textFlag(args, 'group'),
      server: textFlag(args, 'server'),
      all: args.flags.all === true,
    });
    let good = true;
    for (const { mailbox, only } of chosen) {
      if (context.signal.aborted) return EXIT.failed;
      const passed = await testOne(house, context.out, mailbox, { only, send: args.flags.send === true });
      good &&= passed;
    }
    return good ? EXIT.done : EXIT.failed;
  },
};

interface Chosen {
  readonly mailbox: MailboxConfig;
  /** Only the parts that use this server. */
  readonly only: string | null;
}

function choose(
  house: House,
  word: string | undefined,
  by: { group?: string; server?: string; all: boolean },
): readonly Chosen[] {
  const { mailboxes, servers } = house.config;
  const whole = (mailbox: MailboxConfig): Chosen => ({ mailbox, only: null });
  if (word !== undefined) return [whole(findMailbox(house.config, word))];
  if (by.group !== undefined) {
    const members = mailboxes.filter(({ group }) => group === by.group);
    if (members.length === 0) throw new UsageError(`no mailbox is in a group "${by.group}"`);
    return members.map(whole);
  }
  if (by.server !== undefined) {
    if (!servers.has(by.server))
      throw new UsageError(`there is no server "${by.server}"; there is ${[...servers.keys()].join(', ')}`);
    return oneOfEachCredential(mailboxes, by.server);
  }
  if (by.all || mailboxes.length === 1) return mailboxes.map(whole);
  throw new UsageError('which mailbox? give its address, or --group, --server or --all');
}

function oneOfEachCredential(mailboxes: readonly MailboxConfig[], server: string): readonly Chosen[] {
  const users = mailboxes.flatMap((mailbox) => {
    const access = [mailbox.receive, mailbox.send, mailbox.items].find((part) => part?.server.name === server);
    return access ? [{ mailbox, access }] : [];
  });
  const byCredential = new Map(
    users.map(({ mailbox, access: { auth } }) => [auth.shared ? `shared ${auth.username}` : mailbox.id, mailbox]),
  );
  return [...byCredential.values()].map((mailbox) => ({ mailbox, only: server }));
}

async function testOne(house: House, out: Output, mailbox: MailboxConfig, how: CheckOptions): Promise<boolean> {
  if (!out.json) out.line(`${mailbox.address}`);
  const checks: Check[] = [];
  for await (const check of checkMailbox(house.syncContext, mailbox, how)) {
    checks.push(check);
    if (!out.json) tell(out, check);
  }
  const ok = checks.every(({ steps }) => steps.every((step) => step.ok));
  if (ok && how.only === null) {
    await resumeMailbox(house.database, mailbox.id);
    await resumeSending(house.database, mailbox.id);
    await requestSync(house.database, mailbox.id); // a running server would otherwise try a stopped one only hours later
  }
  if (out.json) out.line(JSON.stringify({ mailbox: mailbox.address, ok, checks }));
  return ok;
}

function tell(out: Output, { part, server, type, steps }: Check): void {
  out.line(`  ${part} (${type} "${server}")`);
  for (const step of steps) out.line(`    ${step.ok ? 'ok    ' : 'FAILED'} ${step.step.padEnd(15)} ${describe(step)}`);
}

function describe(step: CheckedStep): string {
  if (step.ok) return step.detail;
  return `${step.detail}${step.remedy ? `\n                           what to do: ${step.remedy}` : ''}`;
}
