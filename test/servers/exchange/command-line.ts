// What may stand on the command line of bin/mailroom-exchange, and what is wrong with it in words.
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Scheme } from './auth/authenticate.ts';
import { findZone } from './calendar/zone.ts';
import { VERSIONS } from './exchange.ts';
import { FAULTS } from './faults.ts';
import type { ProbeOptions } from './probe/probe.ts';
import { SWITCHES, type SwitchName } from './switches.ts';

export interface MailboxOption {
  address: string;
  password: string;
}

export interface Settings {
  host: string;
  port: number;
  mailbox: MailboxOption[];
  service: MailboxOption[];
  group: { address: string; members: string[] }[];
  version: string;
  auth: Scheme[];
  extendedProtection: 'off' | 'allow' | 'require';
  seed: number;
  clock?: string;
  zone: string;
  tls?: string[];
  smtpPort?: number;
  smartHost?: { host: string; port: number };
  state?: string;
  faults?: string;
  switch: [SwitchName, boolean][];
}

function mailbox(text: string, before: MailboxOption[]): MailboxOption[] {
  const match = /^([^:@\s]+@[^:@\s]+):(.+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Write address:password, for example alice@example.com:secret.');
  return [...before, { address: match[1]!, password: match[2]! }];
}

function group(text: string, before: Settings['group']): Settings['group'] {
  const [address, members] = text.split('=');
  if (!address?.includes('@') || !members) throw new InvalidArgumentError('Write address=member,member.');
  return [...before, { address, members: members.split(',') }];
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535 (0 takes a free one).');
  return value;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('Write a whole number.');
  return value;
}

function schemes(text: string): Scheme[] {
  const words = text.toLowerCase().split(',');
  const wrong = words.find((word) => !['basic', 'ntlm', 'negotiate'].includes(word));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is none of basic, ntlm, negotiate.`);
  return words as Scheme[];
}

function version(text: string): string {
  if (!(text.toLowerCase() in VERSIONS)) throw new InvalidArgumentError(`Known are ${Object.keys(VERSIONS).join(', ')}.`);
  return text.toLowerCase();
}

function zone(text: string): string {
  if (findZone(text) === undefined)
    throw new InvalidArgumentError('Write a Windows time zone, for example "W. Europe Standard Time".');
  return text;
}

function instant(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError('Write an instant, for example 2026-11-02T08:00:00Z.');
  return text;
}

function turned(text: string, before: Settings['switch']): Settings['switch'] {
  const [name = '', value = ''] = text.split('=');
  if (!(name in SWITCHES)) throw new InvalidArgumentError(`Known switches: ${Object.keys(SWITCHES).join(', ')}.`);
  if (value !== 'on' && value !== 'off') throw new InvalidArgumentError('Write name=on or name=off.');
  return [...before, [name as SwitchName, value === 'on']];
}

function hostAndPort(text: string): { host: string; port: number } {
  const [host = '', number = ''] = text.split(':');
  if (host === '') throw new InvalidArgumentError('Write host:port.');
  return { host, port: port(number) };
}

const switchesHelp = () =>
  Object.entries(SWITCHES)
    .map(([name, { default: on, what }]) => `  ${name} (${on ? 'on' : 'off'})\n      ${what}`)
    .join('\n');
const faultsHelp = () =>
  Object.entries(FAULTS)
    .map(([name, what]) => `  ${name.padEnd(14)} ${what}`)
    .join('\n');

/** The command; `run` gets settings that were checked. */
export function command(
  run: (settings: Settings) => Promise<void>,
  probe: (url: string, options: ProbeOptions) => Promise<void>,
): Command {
  const program = new Command('mailroom-exchange')
    .description(
      "Starts a company's Exchange on this machine: EWS over HTTP, with mailboxes in memory, for tests and demonstrations.",
    )
    .option('--port <number>', 'port of EWS; 0 takes a free one', port, 18080)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--mailbox <address:password>', 'a mailbox; may be repeated', mailbox, [])
    .option('--service <address:password>', 'an account that may impersonate all others; may be repeated', mailbox, [])
    .option('--group <address=member,…>', 'a distribution group; may be repeated', group, [])
    .option('--version <name>', `answer with the version header of ${Object.keys(VERSIONS).join(', ')}`, version, 'se')
    .option('--auth <schemes>', 'comma separated: basic, ntlm, negotiate', schemes, ['basic', 'ntlm'] as Scheme[])
    .addOption(
      new Option('--extended-protection <mode>', 'channel binding of NTLM over TLS')
        .choices(['off', 'allow', 'require'])
        .default('allow'),
    )
    .option('--seed <number>', 'ids, keys and the like are the same in every run with this seed', whole, 1)
    .option('--clock <instant>', 'begin at this instant instead of now', instant)
    .option('--zone <windows zone>', 'time zone of the mailboxes', zone, 'W. Europe Standard Time')
    .option('--tls <files...>', 'certificate and key in PEM files: --tls CERT KEY')
    .option('--smtp-port <number>', 'take mail for the mailboxes here', port)
    .option('--smart-host <host:port>', 'hand mail for others to this SMTP server', hostAndPort)
    .option('--state <file>', 'keep everything in this file')
    .option('--faults <file>', 'bad moments: a JSON array of rules, see below')
    .option('--switch <name=on|off>', 'turn a behaviour, see below; may be repeated', turned, [])
    .addHelpText(
      'after',
      () =>
        `\nSwitches (their default):\n${switchesHelp()}\n\nFaults of a rule {"fault", "operation", "mailbox", "after", "times", "code", "backOffMilliseconds"}:\n${faultsHelp()}`,
    )
    .showHelpAfterError('(mailroom-exchange --help shows what there is)')
    .allowExcessArguments(false)
    .action(async (settings: Settings) => {
      if (settings.mailbox.length + settings.service.length === 0)
        program.error('error: give at least one --mailbox address:password');
      if (settings.tls !== undefined && settings.tls.length !== 2)
        program.error('error: --tls takes two files: certificate and key');
      await run(settings);
    });
  program
    .command('probe <url>')
    .description('asks a real Exchange the questions that nobody here could verify, in a test folder that it makes and removes')
    .requiredOption('--user <name>', 'user name: an address, or DOMAIN\\user')
    .option(
      '--password-env <name>',
      'the variable that holds the password; without it the password is asked for',
      'MAILROOM_PROBE_PASSWORD',
    )
    .option('--ca <file>', 'certificate authority of the server in a PEM file')
    .option('--patience <seconds>', 'how long to wait for the heart-beat of a stream; 0 does not ask', whole, 100)
    .action(probe);
  return program;
}
