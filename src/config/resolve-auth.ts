/** Which credential goes to which server. */

import { PROVIDER_ALIASES } from './built-in.ts';
import type { AuthConfig, AuthMethod, OAuthProvider, ServerType } from './config.ts';
import { descend, hasBroken, type MapNode, type Node, type Path, text } from './node.ts';
import type { ResolvedServer } from './resolve-server.ts';
import { LITERAL_ADVICE, LITERAL_WARNING, toSecret } from './secret.ts';
import { didYouMean } from './suggest.ts';

const METHODS: Record<ServerType, readonly AuthMethod[]> = {
  imap: ['password', 'oauth2'],
  pop3: ['password', 'oauth2'],
  smtp: ['password', 'oauth2', 'none'],
  exchange: ['password', 'oauth2', 'ntlm', 'kerberos'],
  memory: ['none', 'password', 'oauth2'],
};

export interface AuthRequest {
  /** receive, send or items: how the section is called in messages. */
  readonly section: 'receive' | 'send' | 'items';
  readonly server: ResolvedServer;
  readonly node: Node | undefined;
  /** Whether the mailbox, its group or the defaults added anything to the server's own credential. */
  readonly own: boolean;
  readonly address: string;
  readonly providers: ReadonlyMap<string, OAuthProvider>;
  readonly brokenProviders: ReadonlySet<string>;
  /** The credential for receiving; undefined when it could not be resolved, null when nothing is received. */
  readonly receiving: AuthConfig | null | undefined;
  readonly droppedServer: string | null;
  readonly problem: (path: Path, message: string, suggestion: string) => void;
  readonly warning: (path: Path, message: string, suggestion: string) => void;
}

const NONE: AuthConfig = { method: 'none', username: null, password: null, provider: null, shared: false };

export function resolveAuth(request: AuthRequest): AuthConfig | undefined {
  const { node, server } = request;
  if (hasBroken(node)) return undefined;
  if (node === undefined) return withoutAuth(request);
  if (text(node) === 'same') return sameAuth(request);
  if (node.kind !== 'map') return undefined;
  const method = (text(node.entries.get('method')?.node) ?? 'password') as AuthMethod;
  if (!fits(request, method)) return undefined;
  if (method === 'none') return NONE;
  const password = passwordOf(request, node, method);
  const provider = providerOf(request, node, method);
  if (password === undefined || provider === undefined) return undefined;
  const username = text(node.entries.get('username')?.node) ?? request.address;
  return { method, username, password, provider, shared: server.sharedAuth && !request.own };
}

function withoutAuth(request: AuthRequest): AuthConfig | undefined {
  const { server, section, droppedServer } = request;
  if (server.config.type === 'memory') return NONE;
  const hint =
    section === 'receive'
      ? 'write auth: { username: NAME, password: { env: NAME } }'
      : 'write auth: same, an auth section, or auth: { method: none } at the server';
  const why =
    droppedServer === null
      ? `nothing says how to log in to "${server.config.name}"`
      : `nothing says how to log in to "${server.config.name}"; the password at hand is for "${droppedServer}" and goes nowhere else`;
  request.problem(['auth'], why, hint);
  return undefined;
}

function sameAuth(request: AuthRequest): AuthConfig | undefined {
  if (request.section === 'receive') {
    request.problem(
      ['auth'],
      '"same" refers to the login for receiving, and this is it',
      'write auth: { username: …, password: … }',
    );
    return undefined;
  }
  if (request.receiving === undefined) return undefined;
  if (request.receiving === null) {
    request.problem(
      ['auth'],
      '"same" refers to the login for receiving, and this mailbox receives nothing',
      'write the login out',
    );
    return undefined;
  }
  return fits(request, request.receiving.method) ? request.receiving : undefined;
}

function fits(request: AuthRequest, method: AuthMethod): boolean {
  const { type, name } = request.server.config;
  const possible = METHODS[type];
  if (possible.includes(method)) return true;
  request.problem(
    ['auth', 'method'],
    `"${name}" is of type ${type}, which cannot log in by ${method}`,
    `write method: ${possible.join(' | ')}`,
  );
  return false;
}

function passwordOf(request: AuthRequest, node: MapNode, method: AuthMethod): AuthConfig['password'] | undefined {
  const written = node.entries.get('password')?.node;
  if (method !== 'password' && method !== 'ntlm') return null;
  if (written === undefined) {
    const only =
      request.droppedServer === null ? '' : `; the one at hand is for "${request.droppedServer}" and goes nowhere else`;
    request.problem(
      ['auth'],
      `the login to "${request.server.config.name}" has no password${only}`,
      'write password: { env: NAME } or { file: PATH }',
    );
    return undefined;
  }
  const secret = toSecret(written);
  if (secret.kind === 'literal') request.warning(['auth', 'password'], LITERAL_WARNING, LITERAL_ADVICE);
  return secret;
}

function providerOf(request: AuthRequest, node: MapNode, method: AuthMethod): string | null | undefined {
  if (method !== 'oauth2') return null;
  const { providers, brokenProviders } = request;
  const written = text(descend(node, ['provider']));
  if (written === undefined) {
    request.problem(['auth'], 'oauth2 needs a provider', 'write provider: gmail, microsoft, yahoo or one of your own');
    return undefined;
  }
  const name = PROVIDER_ALIASES[written] ?? written;
  if (providers.has(name)) return name;
  if (brokenProviders.has(name)) return undefined;
  const known = ['gmail', 'microsoft', 'yahoo'].includes(name);
  const message = known ? `the client for "${name}" is not set up` : `there is no provider "${written}"`;
  const advice = known
    ? `write oauth: { ${name}: { clientId: … } }`
    : didYouMean(written, [...providers.keys(), 'gmail', 'microsoft', 'yahoo'], 'providers');
  request.problem(['auth', 'provider'], message, advice);
  return undefined;
}
