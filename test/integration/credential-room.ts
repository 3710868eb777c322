/** The credential room as a test needs it: on a test database, with one provider, and a person who signs in at once. */
import { join } from 'node:path';
import { type Credentials, createCredentials } from '../../src/credential/credential.ts';
import { createRedactor, type Redactor } from '../../src/credential/redactor.ts';
import type { SignedIn } from '../../src/credential/sign-in.ts';
import type { AuthConfig, OAuthProvider } from '../../src/model/auth.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { type Log, silentLog } from '../../src/platform/log.ts';
import type { Database } from '../../src/store/database.ts';
import { openBrowser } from '../servers/browser.ts';

export const ANNA = 'anna@example.com';
export const anna = { id: ANNA, address: ANNA };
export const auth: AuthConfig = { method: 'oauth2', username: ANNA, password: null, provider: 'example', shared: false };

export interface RoomOptions {
  readonly database: Database;
  readonly folder: string;
  readonly provider: OAuthProvider;
  readonly clock?: Clock;
  readonly redactor?: Redactor;
  readonly log?: Log;
}

export function openRoom({
  folder,
  provider,
  clock = systemClock,
  redactor = createRedactor(),
  log = silentLog,
  ...rest
}: RoomOptions) {
  return createCredentials({
    ...{ ...rest, clock, redactor, log, tokenKey: null, environment: {}, ownKeyFile: join(folder, 'token.key') },
    providers: () => new Map([[provider.name, provider]]),
  });
}

export async function signIn(room: Credentials, provider: OAuthProvider, mailboxId = ANNA): Promise<SignedIn> {
  const visits: Promise<unknown>[] = [];
  const tell = ({ url }: { url: string }) => void visits.push(openBrowser().visit(url));
  const signedIn = await room.signIn.byBrowser({ mailboxId, provider, loginHint: ANNA, pasted: null, tell, complain: () => {} });
  await Promise.all(visits);
  return signedIn;
}
