import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { isAddress } from '../config/value.ts';
import { Failure } from '../model/failure.ts';
import { type Ask, askAtTerminal } from './ask.ts';
import { type Command, type CommandArguments, type CommandContext, EXIT, textFlag, UsageError } from './command.ts';
import { discover, type Network, realNetwork } from './discover.ts';
import { ConfigError } from './frame.ts';
import { type Endpoint, isWithin, type Servers } from './known-provider.ts';
import { test } from './test.ts';
import { type NewMailbox, type NewServer, writeMailbox, writeSecret } from './write-mailbox.ts';

export interface InitParts {
  network(): Network;
  ask(signal: AbortSignal): Ask;
  /** Connects and logs in; an exit code. */
  test(address: string, context: CommandContext): Promise<number>;
}

const HELP = `Finds the servers of the address (known providers, autoconfig, SRV records, usual names), asks for the rest, adds the mailbox
to the config and tests it. A password that is typed goes into a file of its own that only you may read.
  --imap HOST[:PORT], --pop3 HOST[:PORT], --smtp HOST[:PORT]   the servers, in place of what is found; port 143, 110 and 587
                         mean STARTTLS, any other TLS from the first byte
  --no-send              the mailbox only receives
  --username NAME        default: the address
  --password-env NAME    the password is in this environment variable
  --password-file FILE   the password is in this file
  --oauth PROVIDER       log in by OAuth2: gmail, microsoft, yahoo or one of the config
  --client-id ID, --client-secret-env NAME   the OAuth2 client, if the config has none yet (docs/oauth2.md)
  --yes                  ask nothing, take what is found
  --no-test              do not connect`;

export function createInit(parts: InitParts): Command {
  return {
    name: 'init',
    summary: 'add a mailbox: find its servers, write the config, test it',
    usage: 'ADDRESS [--imap HOST:PORT] [--smtp HOST:PORT] [--password-env NAME] [--yes] …',
    help: HELP,
    options: {
      imap: { type: 'string' },
      pop3: { type: 'string' },
      smtp: { type: 'string' },
      'no-send': { type: 'boolean' },
      username: { type: 'string' },
      'password-env': { type: 'string' },
      'password-file': { type: 'string' },
      oauth: { type: 'string' },
      'client-id': { type: 'string' },
      'client-secret-env': { type: 'string' },
      yes: { type: 'boolean' },
      'no-test': { type: 'boolean' },
    },
    run: (args, context) => runInit(parts, args, context),
  };
}

export const init = createInit({
  network: realNetwork,
  ask: (signal) => askAtTerminal(process.stdin, process.stderr, signal),
  test: (address, context) => test.run({ words: [address], flags: {} }, context),
});

interface Initiation {
  readonly address: string;
  readonly args: CommandArguments;
  readonly context: CommandContext;
  /** Null when nobody is to be asked. */
  readonly ask: Ask | null;
}

async function runInit(parts: InitParts, args: CommandArguments, context: CommandContext): Promise<number> {
  const ask = parts.ask(context.signal);
  const asking = args.flags.yes !== true && ask.present ? ask : null;
  const address = args.words[0] ?? (await asking?.text('Email address'));
  if (address === undefined) throw new UsageError('which mailbox? give its address');
  if (!isAddress(address)) throw new UsageError(`"${address}" is not an email address`);
  await checkBefore(address, context);
  const initiation: Initiation = { address, args, context, ask: asking };
  const servers = await chooseServers(initiation, parts.network);
  const { auth, client } = await chooseAuth(initiation, servers);
  const mailbox: NewMailbox = { address, incoming: servers.incoming, outgoing: servers.outgoing, auth, client };
  const undo = await writeMailbox(context.configFile, mailbox).catch((error: Error) => {
    throw new Failure('refused', `cannot write ${context.configFile}: ${error.message}`, {
      cause: error,
      remedy: 'check who may write there',
    });
  });
  await checkAfter(context, undo);
  const { out } = context;
  out.answer(
    { address, file: context.configFile, incoming: mailbox.incoming, outgoing: mailbox.outgoing },
    `${address} is in ${context.configFile}`,
  );
  if (typeof auth.provider === 'string') {
    out.note(`Next: mailroom auth login ${address}, then mailroom test ${address}`);
    return EXIT.done;
  }
  return args.flags['no-test'] === true ? EXIT.done : parts.test(address, context);
}

async function checkBefore(address: string, context: CommandContext): Promise<void> {
  if (!existsSync(context.configFile)) return;
  const loaded = await loadConfig(context.configFile, { env: context.environment, now: new Date() });
  if ('problems' in loaded) throw new ConfigError(loaded);
  if (loaded.explanation.explain(address) === null) return;
  throw new UsageError(`${address} is in ${context.configFile} already; "mailroom plan --explain ${address}" shows it`);
}

/** What was written must load; if it does not, the file is as it was and the lines say what is missing. */
async function checkAfter(context: CommandContext, undo: () => Promise<void>): Promise<void> {
  const loaded = await loadConfig(context.configFile, { env: context.environment, now: new Date() });
  if (!('problems' in loaded)) return;
  await undo();
  throw new ConfigError(loaded);
}

interface Chosen {
  readonly incoming: NewServer;
  readonly outgoing: NewServer | null;
  readonly username: string;
  readonly oauth: Servers['oauth'];
  readonly note: string | null;
}

async function chooseServers(initiation: Initiation, network: () => Network): Promise<Chosen> {
  const { args, address, ask, context } = initiation;
  const imap = textFlag(args, 'imap');
  const pop3 = textFlag(args, 'pop3');
  const smtp = textFlag(args, 'smtp');
  if (imap !== undefined && pop3 !== undefined) throw new UsageError('--imap and --pop3: which of the two?');
  const sends = args.flags['no-send'] !== true;
  const given = imap ?? pop3;
  const complete = given !== undefined && (smtp !== undefined || !sends);
  if (!complete) context.out.note(`Looking for the servers of ${address} …`);
  const found = complete ? null : await discover(address, network());
  if (found !== null) tellFound(initiation, found);
  const incoming =
    given === undefined ? await confirmIncoming(initiation, found) : parseServer(imap === undefined ? 'pop3' : 'imap', given);
  const written = smtp === undefined ? null : parseServer('smtp', smtp);
  const outgoing = !sends ? null : (written ?? (await confirmOutgoing(initiation, found)));
  const preset = fill(found?.username ?? '{address}', address);
  const username = textFlag(args, 'username') ?? (ask === null ? preset : await ask.text('User name', preset));
  return { incoming, outgoing, username, oauth: found?.oauth ?? null, note: found?.note ?? null };
}

function tellFound({ context, address }: Initiation, found: Servers): void {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  context.out.note(`Found by ${found.foundBy}.`);
  // RFC 6186 6: what the DNS says is not proven; a name outside the domain is for a person to judge.
  const foreign = [found.incoming, found.outgoing].filter((server) => server !== null && !isWithin(server.host, domain));
  if (foreign.length > 0 && found.foundBy.startsWith('SRV')) {
    context.out.note(
      `Note: ${foreign.map((server) => server!.host).join(' and ')} is outside ${domain}; be sure that the password may go there.`,
    );
  }
  if (found.note !== null) context.out.note(found.note);
}

async function confirmIncoming({ ask, address }: Initiation, found: Servers | null): Promise<NewServer> {
  const server = found?.incoming ?? null;
  if (ask === null) {
    if (server !== null) return server;
    throw notFound(address, '--imap HOST:PORT or --pop3 HOST:PORT');
  }
  const preset = server === null ? undefined : `${server.type} ${server.host}:${server.port}`;
  const answer = await ask.text('Receive from (imap or pop3, then host:port)', preset);
  if (answer === preset && server !== null) return server;
  const [, type, place] = /^(?:(imap|pop3)\s+)?(\S+)$/i.exec(answer) ?? [];
  if (place === undefined) throw notFound(address, '--imap HOST:PORT or --pop3 HOST:PORT');
  return parseServer((type?.toLowerCase() as 'imap' | 'pop3' | undefined) ?? 'imap', place);
}

async function confirmOutgoing({ ask, address }: Initiation, found: Servers | null): Promise<NewServer | null> {
  const server: NewServer | null = found?.outgoing ? { type: 'smtp', ...found.outgoing } : null;
  if (ask === null) {
    if (server !== null) return server;
    throw notFound(address, '--smtp HOST:PORT, or --no-send');
  }
  const preset = server === null ? 'none' : `${server.host}:${server.port}`;
  const answer = await ask.text('Send by (host:port, or none)', preset);
  if (answer === preset) return server;
  return answer === 'none' ? null : parseServer('smtp', answer);
}

function notFound(address: string, flags: string): UsageError {
  const what = flags.includes('smtp') ? 'sending server' : 'receiving server';
  return new UsageError(`no ${what} found for ${address} (or the network cannot be reached); give it with ${flags}`);
}

const STARTTLS_PORTS = new Set([143, 110, 587, 25]);
const PORTS = { imap: 993, pop3: 995, smtp: 465 } as const;

function parseServer(type: NewServer['type'], written: string): NewServer {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/@]+)(?::(\d{1,5}))?$/i.exec(written);
  const port = Number(match?.[2] ?? PORTS[type]);
  if (match === null || port < 1 || port > 65535) throw new UsageError(`"${written}" is not HOST or HOST:PORT`);
  const tls: Endpoint['tls'] = STARTTLS_PORTS.has(port) ? 'starttls' : 'implicit';
  return { type, host: match[1]!.replace(/^\[|\]$/g, ''), port, tls };
}

function fill(username: string, address: string): string {
  const at = address.lastIndexOf('@');
  return username
    .replaceAll('{address}', address)
    .replaceAll('{localpart}', address.slice(0, at))
    .replaceAll('{domain}', address.slice(at + 1));
}

interface ChosenAuth {
  readonly auth: Record<string, unknown>;
  readonly client: NewMailbox['client'];
}

async function chooseAuth(initiation: Initiation, servers: Chosen): Promise<ChosenAuth> {
  const { args, ask, address, context } = initiation;
  const { username } = servers;
  const provider = textFlag(args, 'oauth');
  if (provider !== undefined) return { auth: { username, provider }, client: clientOf(args, provider) };
  const env = textFlag(args, 'password-env');
  if (env !== undefined) return { auth: { username, password: { env } }, client: null };
  const file = textFlag(args, 'password-file');
  if (file !== undefined) return { auth: { username, password: { file: resolve(file) } }, client: null };
  if (servers.oauth === 'microsoft') throw new UsageError(`${servers.note}; "docs/oauth2.md" shows how to register the client`);
  if (ask === null) {
    const oauth = servers.oauth === null ? '' : `, or --oauth ${servers.oauth} --client-id ID`;
    throw new UsageError(`how does ${address} log in? give --password-env NAME or --password-file FILE${oauth}`);
  }
  const typed = await ask.secret(servers.note?.includes('app password') ? 'App password (not shown)' : 'Password (not shown)');
  if (typed === '') throw new UsageError('no password was given');
  return { auth: { username, password: { file: await writeSecret(context.configFile, address, typed) } }, client: null };
}

function clientOf(args: CommandArguments, provider: string): NewMailbox['client'] {
  const clientId = textFlag(args, 'client-id');
  const secret = textFlag(args, 'client-secret-env');
  if (clientId === undefined) return null;
  return { provider, settings: { clientId, ...(secret === undefined ? {} : { clientSecret: { env: secret } }) } };
}
