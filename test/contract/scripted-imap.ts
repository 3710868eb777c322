/** The IMAP connector before a scripted server. */

import type { Credential, Session, SessionContext } from '../../src/connector/connector.ts';
import { createImapConnector } from '../../src/connector/imap/imap-connector.ts';
import type { ImapSettings } from '../../src/connector/imap/settings.ts';
import type { Answers, ImapState } from '../servers/imap-script.ts';
import { imapScript, imapState } from '../servers/imap-script.ts';
import { type Script, type ScriptedServer, startScripted } from '../servers/scripted.ts';
import { contextFor } from './context.ts';

export interface Staged extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly state: ImapState;
  readonly settings: ImapSettings;
  open(context?: Partial<SessionContext>): Promise<Session>;
  /** A session that has been closed by the end. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** What clients asked, one command a line, without tags. */
  asked(): string[];
}

interface StageOptions {
  readonly state?: Partial<ImapState>;
  readonly answers?: Answers;
  readonly script?: Script;
  readonly settings?: Partial<ImapSettings>;
  readonly credential?: Credential | (() => Promise<Credential>);
}

export const SECRET = 'canary-pässword';
const PASSWORD: Credential = { method: 'password', username: 'anna', password: SECRET };

export async function stage(options: StageOptions = {}): Promise<Staged> {
  const state = imapState(options.state);
  const server = await startScripted(options.script ?? imapScript(state, options.answers));
  const settings: ImapSettings = {
    ...{ host: server.host, port: server.port, tls: 'none', allowClearText: true },
    ...{ ca: server.caPem, serverName: null, timeoutMs: 5000 },
    ...options.settings,
  };
  const connector = createImapConnector();
  const open = (context: Partial<SessionContext> = {}) =>
    connector.open(settings, contextFor(options.credential ?? PASSWORD, context));
  return {
    ...{ server, state, settings, open },
    async use(work) {
      const session = await open();
      try {
        return await work(session);
      } finally {
        await session[Symbol.asyncDispose]();
      }
    },
    asked: () =>
      server
        .heard()
        .split('\r\n')
        .filter((line) => line !== '')
        .map((line) => line.replace(/^\S+ /, '')),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
