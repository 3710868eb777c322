/** The steps of a connection, one at a time: where it ends tells what to do. */
import type { Failure } from '../../model/failure.ts';
import { reach, step } from '../../platform/reach.ts';
import type { Credential, DiagnosticStep, SessionContext } from '../connector.ts';
import { createEws, type Ews } from './ews.ts';
import { ExchangeFailure, networkFailure } from './failures.ts';
import { createFolders, type Folders } from './folders.ts';
import { type Greeting, greet, hostOf, portOf, secure } from './greeting.ts';
import type { Lanes } from './lane.ts';
import { checkClock, checkOffers, explainMailbox, explainRefusal, productOf, throttlingHint } from './remedies.ts';
import type { ExchangeSettings } from './settings.ts';

export async function* diagnose(
  settings: ExchangeSettings,
  context: SessionContext,
  lanes: Lanes,
): AsyncGenerator<DiagnosticStep> {
  const { url, timeoutMs } = settings;
  if (!(yield* reach({ host: hostOf(url), port: portOf(url), timeoutMs }, networkFailure))) return;
  if (!(yield* secured(settings))) return;
  const seen: { greeting: Greeting | null; credential: Credential | null } = { greeting: null, credential: null };
  const offered = await tell('authentication', async () => {
    seen.greeting = await greet(settings, context.signal);
    seen.credential = await context.credential();
    return checkOffers(seen.greeting.offers, seen.credential);
  });
  yield offered;
  if (!offered.ok) return;
  const { greeting, credential } = seen as { greeting: Greeting; credential: Credential };
  const skewMs = greeting.date === null ? null : greeting.date.getTime() - context.clock.now().getTime();
  yield await tell('clock', async () => checkClock(skewMs, credential));
  const ews = createEws(settings, context, lanes);
  const folders = createFolders(ews);
  yield* loggedIn(settings, credential, ews, folders, skewMs);
}

const tell = (name: string, work: () => Promise<string>): Promise<DiagnosticStep> => step(name, networkFailure, work);

async function* secured(settings: ExchangeSettings): AsyncGenerator<DiagnosticStep, boolean> {
  if (settings.url.protocol === 'http:') {
    yield { step: 'tls', ok: true, detail: 'none: everything goes in clear text, as configured' };
    return true;
  }
  let certificate = async (): Promise<string> => '';
  const tls = await tell('tls', async () => {
    const { protocol, certificate: shown, problem } = await secure(settings);
    certificate = async () => {
      if (problem) throw networkFailure(problem, `checking the certificate (${shown})`);
      return shown;
    };
    return protocol;
  });
  yield tls;
  if (!tls.ok) return false;
  const checked = await tell('certificate', certificate);
  yield checked;
  return checked.ok;
}

/** The first call shows both: a 401 is about the login, any other refusal is about the mailbox. */
async function* loggedIn(
  settings: ExchangeSettings,
  credential: Credential,
  ews: Ews,
  folders: Folders,
  skewMs: number | null,
): AsyncGenerator<DiagnosticStep> {
  const failure = await folders.standard().then(
    () => null,
    (error: unknown) => networkFailure(error, 'opening the mailbox'),
  );
  // Only EWS itself knows who has logged in; a redirect, a page or an address without EWS does not.
  const atMailbox = failure instanceof ExchangeFailure && (failure.code === 'refused' || failure.code === 'missing');
  if (failure !== null && !atMailbox) {
    return yield failed(
      'login',
      failure.code === 'auth-rejected' ? explainRefusal(failure, settings, credential, skewMs) : failure,
    );
  }
  yield { step: 'login', ok: true, detail: `accepted (${credential.method === 'ntlm' ? 'NTLM' : 'Basic'})` };
  const version = ews.serverVersion();
  // A fault carries no version.
  if (version !== null) yield { step: 'version', ok: true, detail: productOf(version) };
  if (failure !== null) return yield failed('mailbox', explainMailbox(failure, settings, credential));
  yield { step: 'mailbox', ok: true, detail: describeAccess(settings) };
  yield await tell('folders', () => describeFolders(folders));
  yield { step: 'limits', ok: true, detail: throttlingHint(settings, credential) };
}

const failed = (name: string, failure: Failure): DiagnosticStep => ({ step: name, ok: false, detail: failure.message, failure });

function describeAccess({ access, mailbox }: ExchangeSettings): string {
  if (access === 'direct') return 'the own mailbox of the login';
  return access === 'impersonate' ? `acting as ${mailbox}` : `opening the folders of ${mailbox} as a delegate`;
}

async function describeFolders(folders: Folders): Promise<string> {
  const all = await folders.all();
  const names = all.slice(0, 40).map(({ path, role }) => (role === null || role === 'inbox' ? path : `${path} (${role})`));
  return `${all.length}: ${names.join(', ')}${all.length > names.length ? ' …' : ''}`;
}
