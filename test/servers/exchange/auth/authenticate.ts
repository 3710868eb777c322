// Who is at the other end (reference 2, 3): Basic per request, NTLM per TCP connection.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Account, Exchange } from '../exchange.ts';
import { type NtlmConnection, ntlmStep } from './ntlm.ts';

export type Scheme = 'negotiate' | 'ntlm' | 'basic';

export interface AuthOptions {
  schemes: readonly Scheme[];
  /** `require` refuses NTLM without the channel binding of the TLS connection (reference 37). */
  extendedProtection?: 'off' | 'allow' | 'require';
}

export type Verdict = { account: Account; persistent: boolean } | { challenge: string[] };

const connections = new WeakMap<Socket, NtlmConnection>();

/** One header per scheme; a real directory shows Negotiate and NTLM, Basic only when switched on [wire: two real servers]. */
function offers(options: AuthOptions): string[] {
  const names: Readonly<Record<Scheme, string>> = { negotiate: 'Negotiate', ntlm: 'NTLM', basic: 'Basic realm="exchange"' };
  return options.schemes.map((scheme) => names[scheme]);
}

export function authenticate(exchange: Exchange, options: AuthOptions, request: IncomingMessage): Verdict {
  const socket = request.socket;
  const header = request.headers.authorization;
  if (header === undefined) {
    const known = connections.get(socket)?.account;
    return known === undefined ? { challenge: offers(options) } : { account: known, persistent: true };
  }
  const [scheme = '', token = ''] = header.split(' ', 2);
  if (/^basic$/i.test(scheme) && options.schemes.includes('basic')) {
    const account = basic(exchange, token);
    if (account === undefined) exchange.refusedLogins++;
    return account === undefined ? { challenge: offers(options) } : { account, persistent: false };
  }
  const wanted = scheme.toLowerCase();
  if (
    (wanted === 'ntlm' && options.schemes.includes('ntlm')) ||
    (wanted === 'negotiate' && options.schemes.includes('negotiate'))
  ) {
    const state = connections.get(socket) ?? {};
    connections.set(socket, state);
    const step = ntlmStep(exchange, state, Buffer.from(token, 'base64'), socket, options.extendedProtection ?? 'allow');
    if (step.kind === 'challenge')
      return { challenge: [`${wanted === 'ntlm' ? 'NTLM' : 'Negotiate'} ${step.message.toString('base64')}`] };
    if (step.kind === 'account') return { account: step.account, persistent: true };
    exchange.refusedLogins++;
  }
  return { challenge: offers(options) };
}

function basic(exchange: Exchange, token: string): Account | undefined {
  const [user = '', ...rest] = Buffer.from(token, 'base64').toString('utf8').split(':');
  const account = exchange.accountOf(user);
  return account !== undefined && account.password === rest.join(':') ? account : undefined;
}
