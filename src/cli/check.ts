import { checkSecrets } from '../config/check-secret.ts';
import type { Config, Problem } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { problemLine } from '../config/problem.ts';
import { type Command, EXIT } from './command.ts';
import type { Output } from './output.ts';

export const check: Command = {
  name: 'check',
  summary: 'validate the config without touching a server',
  usage: '[--json]',
  help: `Reads the config, what it includes and the lists of people it names, and tells everything that is wrong at once, each with
file, line, column and what to do. Looks whether environment variables and files of secrets are there; reads none of them.
Exit code 3: there are errors. Warnings alone exit 0.`,
  options: {},
  async run(_, context) {
    const { environment: env, out } = context;
    const loaded = await loadConfig(context.configFile, { env, now: new Date() });
    if ('problems' in loaded) {
      tell(out, 'error', loaded.problems);
      tell(out, 'warning', loaded.warnings);
      const counts = { problems: loaded.problems.length, warnings: loaded.warnings.length };
      out.answer({ ok: false, file: context.configFile, ...counts }, `${context.configFile}: ${countOf(counts)}`);
      return EXIT.config;
    }
    const warnings = [...loaded.config.warnings, ...(await checkSecrets(loaded.explanation, env))];
    tell(out, 'warning', warnings);
    summarize(out, loaded.config, warnings.length);
    return EXIT.done;
  },
};

function tell(out: Output, severity: 'error' | 'warning', problems: readonly Problem[]): void {
  for (const problem of problems)
    out.answer({ severity, ...problem }, `${severity === 'warning' ? 'warning: ' : ''}${problemLine(problem)}`);
}

function summarize(out: Output, config: Config, warnings: number): void {
  const { mailboxes, servers } = config;
  const counts = {
    mailboxes: mailboxes.length,
    servers: servers.size,
    groups: new Set(mailboxes.flatMap(({ group }) => group ?? [])).size,
    problems: 0,
    warnings,
  };
  const what = [count(counts.mailboxes, 'mailbox', 'mailboxes'), count(counts.servers, 'server'), count(counts.groups, 'group')];
  out.answer({ ok: true, file: config.file, ...counts }, `${config.file}: ${what.join(', ')}; ${countOf(counts)}`);
}

function countOf({ problems, warnings }: { problems: number; warnings: number }): string {
  return `${problems === 0 ? 'no problem' : count(problems, 'problem')}, ${count(warnings, 'warning')}`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
