import type { Config, MailboxConfig, OAuthProvider } from '../config/config.ts';
import type { Secret } from '../model/auth.ts';
import { Failure } from '../model/failure.ts';
import { resumeMailbox, resumeSending } from '../store/mailboxes.ts';
import { requestSync } from '../store/requests.ts';
import { authStatus } from './auth-status.ts';
import { type Command, type CommandArguments, type CommandContext, EXIT, textFlag, UsageError } from './command.ts';
import { findMailbox } from './find-mailbox.ts';
import type { House } from './house.ts';
import { harmless, type Output } from './output.ts';
import { readPastedLines } from './pasted-lines.ts';

export const auth: Command = {
  name: 'auth',
  summary: 'sign mailboxes in at their OAuth2 provider, and care for the tokens',
  usage: 'login <mailbox> [--device | --browser] | status | logout <mailbox | --all> | rotate-key  [--json]',
  help: `login        signs a mailbox in and stores its tokens, encrypted
  --device     by a short code, entered on any device with a browser (default where the provider has it)
  --browser    by a browser on this machine; from elsewhere paste the address it ends at
status       each mailbox that logs in by OAuth2: signed in, as whom, until when; exits 1 when one is not
logout       gives the tokens of a mailbox back and forgets them; --all forgets every token
rotate-key   gives every token a new key, in one transaction
  --new-key-file FILE, --new-key-env NAME
               where the new key is, when the present one comes from a place Mailroom cannot write to; name it as
               tokens.key in the config afterwards
docs/oauth2.md tells how to register Mailroom with Google, Microsoft and Yahoo.`,
  options: {
    device: { type: 'boolean' },
    browser: { type: 'boolean' },
    all: { type: 'boolean' },
    'new-key-file': { type: 'string' },
    'new-key-env': { type: 'string' },
  },
  async run(args, context) {
    const [verb, word, ...more] = args.words;
    if (more.length > 0) throw new UsageError(`one word too many: ${more[0]}`);
    switch (verb) {
      case 'login':
        return login(args, context, word);
      case 'status':
        return authStatus(await context.openHouse(), context.out);
      case 'logout':
        return logout(args, context, word);
      case 'rotate-key':
        return rotate(args, context);
      default:
        throw new UsageError(verb === undefined ? 'login, status, logout or rotate-key?' : `there is no "auth ${verb}"`);
    }
  },
};

async function login(args: CommandArguments, context: CommandContext, word: string | undefined): Promise<number> {
  if (word === undefined) throw new UsageError('which mailbox? give its address');
  if (args.flags.device === true && args.flags.browser === true) throw new UsageError('either --device or --browser');
  const { config, mailbox } = await findIn(context, word);
  const providers = providersOf(config, mailbox);
  const house = await context.openHouse();
  for (const provider of providers) {
    const byDevice = args.flags.device === true || (provider.deviceUrl !== null && args.flags.browser !== true);
    const signedIn = await (byDevice ? loginByDevice : loginByBrowser)({ house, context, mailbox, provider });
    report(context.out, mailbox, provider, signedIn);
  }
  await resumeMailbox(house.database, mailbox.id);
  await resumeSending(house.database, mailbox.id);
  await requestSync(house.database, mailbox.id);
  return EXIT.done;
}

/** Before the database is opened, so that a slip of the pen is told at once. */
async function findIn(context: CommandContext, word: string): Promise<{ config: Config; mailbox: MailboxConfig }> {
  const config = await context.loadConfig();
  return { config, mailbox: findMailbox(config, word) };
}

/** Receiving and sending may use different ones; usually it is one. */
function providersOf(config: Config, mailbox: MailboxConfig): readonly OAuthProvider[] {
  const auths = [mailbox.receive?.auth, mailbox.send?.auth, mailbox.items?.auth].filter((auth) => auth?.method === 'oauth2');
  const names = new Set(auths.map((auth) => auth?.provider ?? ''));
  if (names.size === 0) {
    throw new Failure('refused', `${mailbox.address} does not log in by OAuth2`, {
      remedy: 'name a provider in its auth: (docs/oauth2.md)',
    });
  }
  return [...names].map((name) => {
    const provider = config.oauth.get(name);
    if (provider !== undefined) return provider;
    throw new Failure('refused', `the provider ${name} of ${mailbox.address} is not configured`, {
      remedy: `add it under oauth: in ${config.file}`,
    });
  });
}

type SignedIn = Awaited<ReturnType<House['credentials']['signIn']['byDevice']>>;

interface LoginAt {
  readonly house: House;
  readonly context: CommandContext;
  readonly mailbox: MailboxConfig;
  readonly provider: OAuthProvider;
}

function loginByDevice({ house, context, mailbox, provider }: LoginAt): Promise<SignedIn> {
  const { out, signal } = context;
  return house.credentials.signIn.byDevice({
    ...{ mailboxId: mailbox.id, provider, signal },
    tell({ userCode, url, completeUrl, expiresAt }) {
      const until = expiresAt.toISOString();
      const direct = completeUrl === null ? '' : `\n(or open ${harmless(completeUrl)})`;
      const sentence = `To sign in ${mailbox.address} at ${provider.name}, open\n\n  ${harmless(url)}\n\nand enter the code  ${userCode}${direct}\nWaiting until ${until} …`;
      out.answer(
        { event: 'enter-code', mailbox: mailbox.address, provider: provider.name, url, completeUrl, userCode, expiresAt: until },
        sentence,
      );
    },
  });
}

async function loginByBrowser({ house, context, mailbox, provider }: LoginAt): Promise<SignedIn> {
  const { out, signal } = context;
  using pasted = readPastedLines();
  const accesses = [mailbox.receive?.auth, mailbox.send?.auth];
  const loginHint = accesses.find((access) => access?.provider === provider.name)?.username ?? mailbox.address;
  return await house.credentials.signIn.byBrowser({
    ...{ mailboxId: mailbox.id, provider, signal, loginHint, pasted: pasted.lines },
    tell({ url, redirectUri, listening }) {
      const paste = listening
        ? `Waiting on ${redirectUri} … If the browser runs on another machine, its last page will not load: paste its address here.`
        : 'Then paste the address (or the code) the browser ends at here:';
      const sentence = `To sign in ${mailbox.address} at ${provider.name}, open this in a browser:\n\n${url}\n\n${paste}`;
      out.answer(
        { event: 'open-browser', mailbox: mailbox.address, provider: provider.name, url, redirectUri, listening },
        sentence,
      );
    },
    complain: (sentence) => out.note(sentence),
  });
}

function report(out: Output, mailbox: MailboxConfig, provider: OAuthProvider, signedIn: SignedIn): void {
  const { account, scope, missingScopes } = signedIn;
  const as = account === null || account === mailbox.address ? '' : ` as ${account}`;
  out.answer(
    { event: 'signed-in', mailbox: mailbox.address, provider: provider.name, account, scope, missingScopes },
    `${mailbox.address} is signed in at ${provider.name}${as}. Try it: mailroom test ${mailbox.address}`,
  );
  if (as !== '') out.note(`warning: if ${account} may not open ${mailbox.address}, the mail server will refuse the login`);
  if (missingScopes.length > 0) out.note(`warning: ${provider.name} did not grant ${missingScopes.join(', ')}`);
}

async function logout(args: CommandArguments, context: CommandContext, word: string | undefined): Promise<number> {
  if ((word === undefined) !== (args.flags.all === true)) throw new UsageError('which mailbox? give its address, or --all');
  const house = await context.openHouse();
  const { vault, signIn } = house.credentials;
  const wanted = word === undefined ? undefined : (tryFind(house.config, word)?.id ?? word);
  const chosen = (await vault.list()).filter(({ mailboxId }) => wanted === undefined || mailboxId === wanted);
  if (chosen.length === 0) context.out.note(word === undefined ? 'there is no token' : `${word} is not signed in`);
  for (const { mailboxId, provider } of chosen) {
    const configured = house.config.oauth.get(provider);
    const givenBack = configured !== undefined && (await signIn.out(mailboxId, configured));
    // Also one that was signed in before the provider's settings changed.
    await vault.remove({ mailboxId, provider });
    const where = givenBack ? `, and ${provider} took the token back` : `; revoke Mailroom's access at ${provider} as well`;
    context.out.answer({ mailbox: mailboxId, provider, givenBack }, `${mailboxId} is signed out here${where}`);
  }
  return chosen.length > 0 || word === undefined ? EXIT.done : EXIT.notFound;
}

/** A mailbox that is no longer in the config can still be signed out, by its id. */
function tryFind(config: Config, word: string): MailboxConfig | null {
  try {
    return findMailbox(config, word);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

async function rotate(args: CommandArguments, context: CommandContext): Promise<number> {
  const next = newKey(args);
  const { credentials, config } = await context.openHouse();
  const rotation = await credentials.rotateKey(next);
  context.out.answer(
    { formerKeyId: rotation.formerKeyId, keyId: rotation.keyId, tokens: rotation.tokens },
    `${rotation.tokens} tokens are encrypted with the new key ${rotation.keyId}`,
  );
  if (next === null) return EXIT.done;
  const written = next.kind === 'file' ? `{ file: ${next.path} }` : next.kind === 'env' ? `{ env: ${next.name} }` : '';
  context.out.note(`now set  tokens: { key: ${written} }  in ${config.file} and in every process that uses this database`);
  return EXIT.done;
}

function newKey(args: CommandArguments): Secret | null {
  const [path, name] = [textFlag(args, 'new-key-file'), textFlag(args, 'new-key-env')];
  if (path !== undefined && name !== undefined) throw new UsageError('either --new-key-file or --new-key-env');
  if (path !== undefined) return { kind: 'file', path };
  return name === undefined ? null : { kind: 'env', name };
}
