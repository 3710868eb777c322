// The table of switches in the README.
import { SWITCHES } from '../switches.ts';

/** Where a switch tells its evidence at its end, in parentheses. */
const EVIDENCE = /^(.*?) ?\(([^()]*)\)$/;

export function switchTable(): string {
  const rows = Object.entries(SWITCHES).map(([name, { default: on, what, test }]) => {
    const [, said = what, evidence = ''] = EVIDENCE.exec(what) ?? [];
    return `| \`${name}\` | ${on ? 'on' : 'off'} | ${said} | ${evidence} | \`${test}\` |`;
  });
  return ['| switch | default | what it does | evidence | turned by |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}
