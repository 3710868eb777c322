import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readServed, writeApproval } from '../config/approval.ts';
import type { Config } from '../config/config.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { dropsTooMany, type KnownMailbox, type MailboxPlan, planMailboxes } from '../config/plan.ts';
import { nearest } from '../config/suggest.ts';
import { Failure } from '../model/failure.ts';
import { readStatus } from '../store/status.ts';
import { count } from './check.ts';
import { type Command, type CommandContext, EXIT, textFlag, UsageError } from './command.ts';
import { ConfigError } from './frame.ts';
import type { Output } from './output.ts';

export const plan: Command = {
  name: 'plan',
  summary: 'what the config would change: mailboxes added, renamed, changed, paused',
  usage: '[--explain ADDRESS | --approve] [--json]',
  help: `Changes nothing. Mailboxes that are no longer in the config are paused and keep their data.
  --explain ADDRESS   each value of this mailbox and where it came from
  --approve           let a running server (or the next start) take over a config that drops more than 5 % of the mailboxes
Exit code 1: the config waits for --approve.`,
  options: { explain: { type: 'string' }, approve: { type: 'boolean' } },
  async run(args, context) {
    const loaded = await loadConfig(context.configFile, { env: context.environment, now: new Date() });
    if ('problems' in loaded) throw new ConfigError(loaded);
    const address = textFlag(args, 'explain') ?? (args.words.length > 0 ? args.words[0] : undefined);
    if (address !== undefined) return explain(loaded, address, context.out);
    const known = await readKnown(context, loaded.config);
    const planned = planMailboxes(known, loaded.config.mailboxes, loaded.explanation.fingerprint);
    tell(context.out, planned, new Map(known.map(({ id, stored }) => [id, stored])));
    return args.flags.approve === true ? approve(context.out, loaded.config, planned) : conclude(context.out, planned);
  },
};

type Good = Extract<Loaded, { config: Config }>;

function explain(loaded: Good, address: string, out: Output): number {
  const rows = loaded.explanation.explain(address);
  if (rows === null) {
    const near = nearest(address, loaded.explanation.names());
    throw new UsageError(`there is no mailbox "${address}"${near === null ? '' : `; did you mean ${near}?`}`);
  }
  if (out.json) for (const row of rows) out.line(JSON.stringify(row));
  else
    out.table(
      ['setting', 'value', 'from'],
      rows.map(({ path, value, origin }) => [path, value, origin]),
    );
  return EXIT.done;
}

type Stored = KnownMailbox & { readonly stored: number };

/** The database knows which mailboxes there are, the data folder with which settings they were last served. */
async function readKnown(context: CommandContext, config: Config): Promise<Stored[]> {
  const served = await readServed(config.dataDir);
  // Without a database there is nothing to compare with, and planning should not create one.
  const used = served !== null || existsSync(join(config.dataDir, 'postgres.users'));
  if (!used && config.databaseUrl === null) return [];
  const fingerprints = new Map(served?.map(({ id, fingerprint }) => [id, fingerprint]));
  const rows = await readStatus(await context.openStore());
  return rows.map(({ id, address, state, counts }) => ({
    id,
    address,
    paused: state === 'paused',
    fingerprint: fingerprints.get(id) ?? null,
    stored: counts.stored,
  }));
}

function tell(out: Output, planned: MailboxPlan, stored: ReadonlyMap<string, number>): void {
  const line = (change: string, id: string, address: string, words: string) =>
    out.answer({ change, id, address, stored: stored.get(id) ?? 0 }, `${change.padEnd(8)}  ${address}${words}`);
  for (const { id, address } of planned.added) line('add', id, address, '');
  for (const { id, address, from } of planned.renamed) line('rename', id, address, `  (was ${from})`);
  for (const { id, address } of planned.changed) line('change', id, address, '');
  for (const { id, address } of planned.resumed) line('resume', id, address, '');
  for (const { id, address } of planned.dropped) {
    line('pause', id, address, `  (${count(stored.get(id) ?? 0, 'message')} kept)`);
  }
}

function conclude(out: Output, planned: MailboxPlan): number {
  const waits = dropsTooMany(planned);
  const counts = countsOf(planned);
  out.answer({ ...counts, waits }, sentence(counts));
  if (!waits) return EXIT.done;
  const share = Math.round((100 * planned.dropped.length) / planned.served);
  out.note(
    `This drops ${planned.dropped.length} of ${planned.served} mailboxes (${share} %) and waits for "mailroom plan --approve".`,
  );
  return EXIT.failed;
}

async function approve(out: Output, config: Config, planned: MailboxPlan): Promise<number> {
  const counts = countsOf(planned);
  const approval = await writeApproval(config, planned.dropped.length, new Date()).catch((error: Error) => {
    throw new Failure('refused', `cannot write the approval into ${config.dataDir}: ${error.message}`, {
      cause: error,
      remedy: 'run it as the user that runs the server',
    });
  });
  out.answer({ ...counts, waits: false, approvedAt: approval.approvedAt }, `${sentence(counts)}; approved`);
  return EXIT.done;
}

function countsOf(planned: MailboxPlan) {
  return {
    added: planned.added.length,
    renamed: planned.renamed.length,
    changed: planned.changed.length,
    resumed: planned.resumed.length,
    paused: planned.dropped.length,
    unchanged: planned.unchanged,
  };
}

function sentence(counts: ReturnType<typeof countsOf>): string {
  return Object.entries(counts)
    .map(([word, number]) => `${number.toLocaleString('en')} ${word}`)
    .join(', ');
}
