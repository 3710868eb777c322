import type { Config } from '../config/config.ts';
import type { TokenRow } from '../store/tokens.ts';
import { EXIT } from './command.ts';
import type { House } from './house.ts';
import type { Output } from './output.ts';

type State = 'signed-in' | 'refused' | 'not-signed-in' | 'by-client' | 'no-longer-used';

interface AuthState {
  readonly mailbox: string;
  readonly provider: string;
  readonly state: State;
  readonly account: string | null;
  readonly accessExpiresAt: string | null;
  readonly renewedAt: string | null;
  readonly trouble: string | null;
  readonly remedy: string | null;
}

/** Needs no key and asks nobody: it tells what is on record. */
export async function authStatus(house: House, out: Output): Promise<number> {
  const states = describe(house.config, await house.credentials.vault.list());
  if (out.json) for (const state of states) out.line(JSON.stringify(state));
  else if (states.length === 0) out.line('no mailbox logs in by OAuth2');
  else tell(states, out);
  return states.some(({ remedy }) => remedy !== null) ? EXIT.failed : EXIT.done;
}

export function describe(config: Pick<Config, 'mailboxes' | 'oauth'>, rows: readonly TokenRow[]): readonly AuthState[] {
  const kept = new Map(rows.map((row) => [keyOf(row.mailboxId, row.provider), row]));
  const states: AuthState[] = [];
  for (const { id, address, receive, send, items } of config.mailboxes) {
    const used = [receive?.auth, send?.auth, items?.auth].filter((auth) => auth?.method === 'oauth2');
    for (const provider of new Set(used.map((auth) => auth?.provider ?? ''))) {
      const byClient = config.oauth.get(provider)?.grant === 'client-credentials';
      const row = kept.get(keyOf(byClient ? '*' : id, provider));
      kept.delete(keyOf(id, provider));
      states.push(byClient ? clientState(address, provider, row) : loginState(address, provider, row));
    }
  }
  const forClients = new Set(
    [...config.oauth.values()].filter(({ grant }) => grant === 'client-credentials').map(({ name }) => name),
  );
  const left = [...kept.values()].filter((row) => !(row.mailboxId === '*' && forClients.has(row.provider)));
  return [
    ...states,
    ...left.map((row) => ({ ...loginState(row.mailboxId, row.provider, row), state: 'no-longer-used' as const, remedy: null })),
  ];
}

const keyOf = (mailboxId: string, provider: string) => JSON.stringify([mailboxId, provider]);

function loginState(mailbox: string, provider: string, row: TokenRow | undefined): AuthState {
  const signedIn = row !== undefined && row.refreshToken !== null;
  const state = !signedIn ? 'not-signed-in' : row.refusedAt === null ? 'signed-in' : 'refused';
  const remedy = state === 'signed-in' ? null : `mailroom auth login ${mailbox}`;
  return { mailbox, provider, state, remedy, ...factsOf(row) };
}

function clientState(mailbox: string, provider: string, row: TokenRow | undefined): AuthState {
  const refused = row !== undefined && row.refusedAt !== null;
  const remedy = refused ? `check clientId, clientSecret and scopes under oauth.${provider}` : null;
  return { mailbox, provider, state: refused ? 'refused' : 'by-client', remedy, ...factsOf(row) };
}

function factsOf(row: TokenRow | undefined) {
  return {
    account: row?.account ?? null,
    accessExpiresAt: row?.accessExpiresAt?.toISOString() ?? null,
    renewedAt: row?.refreshedAt?.toISOString() ?? null,
    trouble: row?.refusedReason ?? null,
  };
}

function tell(states: readonly AuthState[], out: Output): void {
  const short = (time: string | null) => time?.slice(0, 16).replace('T', ' ') ?? '';
  out.table(
    ['mailbox', 'provider', 'state', 'signed in as', 'renewed', 'token until', 'trouble'],
    states.map((one) => [
      one.mailbox,
      one.provider,
      one.state,
      one.account ?? '',
      short(one.renewedAt),
      short(one.accessExpiresAt),
      one.trouble ?? '',
    ]),
  );
  for (const { mailbox, remedy } of states) if (remedy !== null) out.line(`${mailbox}: what to do: ${remedy}`);
}
