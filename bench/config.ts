/**
 * How long 5,000 mailboxes in 5 groups take to check, plan and explain.
 *
 *   node bin/run.js bench/config.ts [mailboxes]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Loaded, loadConfig } from '../src/config/load.ts';
import { type KnownMailbox, planMailboxes } from '../src/config/plan.ts';

const count = Number(process.argv[2] ?? 5000);

function head(more: string): string {
  const groups = Array.from(
    { length: 5 },
    (_, index) =>
      `  g${index}: { receive: { server: s${index}, folders: [INBOX, { role: sent }], auth: { password: { file: "secrets/{localpart}" } } }, send: { server: relay, auth: same } }`,
  );
  const servers = Array.from({ length: 5 }, (_, index) => `  s${index}: { type: imap, host: mail${index}.example.com }`);
  return `servers:\n${servers.join('\n')}\n  relay: { type: smtp, host: smtp.example.com }\ngroups:\n${groups.join('\n')}\n${more}`;
}

function yaml(): string {
  const boxes = Array.from(
    { length: count },
    (_, index) =>
      `  - address: user${index}@example.com\n    aliases: [u${index}@example.com]\n    owner: { user: user${index} }\n    group: g${index % 5}\n    receive: { auth: { username: user${index} } }`,
  );
  return head(`mailboxes:\n${boxes.join('\n')}\n`);
}

function csv(): string {
  const rows = Array.from(
    { length: count },
    (_, index) => `user${index}@example.com,u${index}@example.com,user${index},g${index % 5},user${index}`,
  );
  return `address,aliases,owner.user,group,receive.auth.username\n${rows.join('\n')}\n`;
}

async function measure(what: string, files: Readonly<Record<string, string>>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'mailroom-bench-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(home, name), content);
    const started = performance.now();
    const loaded = await loadConfig(join(home, 'mailroom.yaml'), { env: {}, now: new Date() });
    const checkedMs = performance.now() - started;
    if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems.slice(0, 3)));
    console.log(
      JSON.stringify({ what, mailboxes: loaded.config.mailboxes.length, checkMs: Math.round(checkedMs), ...laterSteps(loaded) }),
    );
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function laterSteps({ config, explanation }: Extract<Loaded, { config: unknown }>) {
  const known: KnownMailbox[] = config.mailboxes.map(({ id, address }) => ({
    id,
    address,
    paused: false,
    fingerprint: explanation.fingerprint(id),
  }));
  const planStarted = performance.now();
  const plan = planMailboxes(known.slice(1), config.mailboxes, explanation.fingerprint);
  const planMs = performance.now() - planStarted;
  const explainStarted = performance.now();
  for (const { address } of config.mailboxes) explanation.explain(address);
  const explainAllMs = performance.now() - explainStarted;
  const memoryMb = Math.round(process.memoryUsage().rss / 1e6);
  return {
    planMs: Math.round(planMs),
    explainEachMs: Number((explainAllMs / count).toFixed(3)),
    unchanged: plan.unchanged,
    memoryMb,
  };
}

await measure('one YAML file', { 'mailroom.yaml': yaml() });
await measure('a CSV list', { 'mailroom.yaml': head('mailboxesFrom: [{ csv: people.csv }]\n'), 'people.csv': csv() });
