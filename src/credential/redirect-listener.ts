/**
 * The loopback end of an authorization (RFC 8252 7.3): waits for the one redirect that carries our state.
 *
 * Anything else that comes along, a favicon, a scan, a page that guesses, gets an error and changes nothing. What was received
 * is never shown back.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Failure } from '../model/failure.ts';
import { isLoopback } from './token-endpoint.ts';

export type RedirectAnswer =
  | { readonly ok: true; readonly code: string }
  | { readonly ok: false; readonly error: string; readonly words: string };

export interface RedirectListener extends AsyncDisposable {
  /** With the port it really listens on. */
  readonly redirectUri: string;
  readonly answer: Promise<RedirectAnswer>;
}

/** A loopback address of clear http, which a listener can serve. */
export function isServable(redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false;
  const { protocol, hostname } = new URL(redirectUri);
  return protocol === 'http:' && isLoopback(hostname);
}

export async function listenForRedirect(registered: string, state: string): Promise<RedirectListener> {
  const { hostname, port, pathname } = new URL(registered);
  const { promise: answer, resolve } = Promise.withResolvers<RedirectAnswer>();
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const url = URL.parse(request.url ?? '', 'http://localhost');
    if (request.method !== 'GET' || url === null || url.pathname !== pathname)
      return say(response, 404, 'There is nothing here.');
    const found = readRedirect(url.searchParams, state);
    if (found === null) return say(response, 400, 'This is not the sign-in Mailroom is waiting for.');
    say(
      response,
      200,
      found.ok ? 'Signed in. You can close this window.' : 'The sign-in was declined. You can close this window.',
    );
    resolve(found);
  };
  const servers = await listen(hostname, Number(port), serve, registered);
  return {
    redirectUri: withPort(registered, portOf(servers[0]!)),
    answer,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(close));
    },
  };
}

/** Null unless it carries our state. */
export function readRedirect(query: URLSearchParams, state: string): RedirectAnswer | null {
  if (!sameText(query.get('state') ?? '', state)) return null;
  const code = query.get('code');
  if (code) return { ok: true, code };
  const error = query.get('error');
  return error ? { ok: false, error, words: [error, query.get('error_description')].filter(Boolean).join(': ') } : null;
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** A browser may take `localhost` for either address, so both are served on the same port. */
async function listen(
  hostname: string,
  port: number,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
  registered: string,
): Promise<Server[]> {
  const [first, ...others] = hostname === 'localhost' ? ['127.0.0.1', '::1'] : [hostname.replace(/^\[|\]$/g, '')];
  try {
    const main = await bind(createServer(serve), first!, port);
    const rest = await Promise.all(others.map((host) => bind(createServer(serve), host, portOf(main)).catch(() => null)));
    return [main, ...rest.filter((server) => server !== null)];
  } catch (error) {
    throw new Failure('refused', `cannot listen on ${registered} for the sign-in: ${(error as Error).message}`, {
      remedy: 'free that port, or register and configure a redirectUri with another one',
    });
  }
}

function bind(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: true }, () => resolve(server.off('error', reject)));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The operator's own text but for the port: some providers compare it letter by letter, also the missing slash at the end. */
function withPort(registered: string, port: number): string {
  return registered.replace(/^(http:\/\/(?:\[[^\]]*\]|[^/:?#]+))(?::\d+)?/i, (_, origin: string) => `${origin}:${port}`);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    // A browser that does not read its answer must not hold up the command.
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  });
}

function say(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(
    `<!doctype html><meta charset="utf-8"><title>Mailroom</title><p style="font:1.2em sans-serif;margin:3em">${sentence}</p>`,
  );
}
