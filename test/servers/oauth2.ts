/**
 * A real OAuth2 server (oidc-provider) on loopback: authorization code with PKCE, device code, client credentials, rotating
 * refresh tokens, introspection, revocation. Whoever opens its sign-in page is signed in at once, as `person`.
 */
import { createServer, IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { OAuthProvider } from '../../src/model/auth.ts';
import { HOST, listen, portOf } from './ports.ts';

export interface OAuth2ServerOptions {
  readonly accessTokenSeconds?: number;
  readonly rotateRefreshTokens?: boolean;
}

export interface OAuth2Request {
  readonly path: string;
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
}

/** What a request is answered with in the server's place; null lets it through. `hold` may wait before it answers. */
export type Interception = (request: OAuth2Request) => Promise<FakeAnswer | null> | FakeAnswer | null;
export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface OAuth2Server {
  readonly issuer: string;
  /** A confidential client of this server, as the configuration would have it. */
  readonly provider: OAuthProvider;
  /** A public one, for the device flow. */
  readonly publicProvider: OAuthProvider;
  /** One that logs in for itself. */
  readonly machineProvider: OAuthProvider;
  /** Lines for Dovecot's oauth2 passdb. */
  readonly dovecotSettings: string;
  /** Who signs in, and whether they consent. */
  person: { readonly account: string; readonly consents: boolean };
  intercept: Interception;
  /** All requests to the token endpoint so far. */
  readonly tokenRequests: readonly OAuth2Request[];
  /** Makes the server forget a token, as after a revocation. */
  revoke(token: string): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const SECRET = 'canary-client-secret:with+odd%chars';
const REDIRECTS = ['http://127.0.0.1', 'http://localhost', 'https://mailroom.example.com/signed-in'];
const SCOPES = ['openid', 'email', 'offline_access', 'mail'];

export async function startOAuth2Server(options: OAuth2ServerOptions = {}): Promise<OAuth2Server> {
  let handler: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  const server = await listen(createServer((request, response) => handler(request, response)));
  const issuer = `http://${HOST}:${portOf(server as Server)}`;
  quieten();
  const library = await import('oidc-provider');
  const provider = new library.Provider(issuer, configuration(options));
  const tokenRequests: OAuth2Request[] = [];
  const stop = async () => {
    (server as Server).closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  const started: OAuth2Server = {
    ...{ issuer, tokenRequests, stop, [Symbol.asyncDispose]: stop },
    provider: providerOf(issuer, 'confidential'),
    publicProvider: { ...providerOf(issuer, 'public'), clientSecret: null },
    machineProvider: { ...providerOf(issuer, 'machine'), grant: 'client-credentials', scopes: ['mail'] },
    dovecotSettings: [
      `introspection_url = ${issuer.replace('//', `//dovecot:${encodeURIComponent('dovecot-secret')}@`)}/token/introspection`,
      'introspection_mode = post',
      'username_attribute = sub',
      'active_attribute = active',
      'active_value = true',
    ].join('\n'),
    person: { account: 'anna@example.com', consents: true },
    intercept: () => null,
    async revoke(token) {
      await (await provider.AccessToken.find(token))?.destroy();
      await (await provider.RefreshToken.find(token))?.destroy();
    },
  };
  handler = (request, response) => void serve(started, provider, tokenRequests, request, response);
  return started;
}

let quiet = false;

/** It tells by dozens of lines, from its import on, that it should be set up for production. */
function quieten(): void {
  if (quiet) return;
  quiet = true;
  for (const level of ['info', 'warn'] as const) {
    const tell = console[level];
    console[level] = (...words: unknown[]) => String(words[0]).startsWith('oidc-provider ') || tell(...words);
  }
}

async function serve(
  server: OAuth2Server,
  provider: Provider,
  tokenRequests: OAuth2Request[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', server.issuer).pathname;
  if (path.startsWith('/interaction/')) return interact(server, provider, request, response);
  if (request.method !== 'POST') return provider.callback()(request, response);
  const body = await readAll(request);
  const seen = { path, form: new URLSearchParams(body.toString('utf8')), authorization: request.headers.authorization };
  if (path === '/token') tokenRequests.push(seen);
  const fake = path === '/token' || path === '/device/auth' ? await server.intercept(seen) : null;
  if (fake === null) return provider.callback()(unread(request, body), response);
  response.writeHead(fake.status, { 'content-type': 'application/json', ...fake.headers }).end(fake.body);
}

/** The same request with its body still to be read. */
function unread({ socket, method, url, headers, httpVersion }: IncomingMessage, body: Buffer): IncomingMessage {
  const again = Object.assign(new IncomingMessage(socket), { method, url, headers, httpVersion, complete: true });
  again.push(body);
  again.push(null);
  return again;
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The page where a person would type a password and tick boxes. */
async function interact(
  server: OAuth2Server,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  const finish = (result: object) => provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  if (!server.person.consents) return finish({ error: 'access_denied', error_description: 'the person\tsaid no' });
  if (prompt.name === 'login') return finish({ login: { accountId: server.person.account } });
  const grant = new provider.Grant({ accountId: session?.accountId ?? server.person.account, clientId: params.client_id });
  grant.addOIDCScope(params.scope ?? '');
  return finish({ consent: { grantId: await grant.save() } });
}

function configuration({ accessTokenSeconds = 3600, rotateRefreshTokens = true }: OAuth2ServerOptions): object {
  const client = {
    redirect_uris: REDIRECTS,
    application_type: 'native',
    response_types: ['code'],
  };
  const device = 'urn:ietf:params:oauth:grant-type:device_code';
  const grants = ['authorization_code', 'refresh_token', device];
  return {
    clients: [
      {
        ...{ ...client, client_id: 'confidential', client_secret: SECRET, grant_types: grants },
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        ...client,
        client_id: 'basic',
        client_secret: SECRET,
        grant_types: grants,
        token_endpoint_auth_method: 'client_secret_basic',
      },
      { ...client, client_id: 'public', grant_types: grants, token_endpoint_auth_method: 'none' },
      {
        ...{
          client_id: 'machine',
          client_secret: SECRET,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        ...{ client_id: 'dovecot', client_secret: 'dovecot-secret', grant_types: [], redirect_uris: [], response_types: [] },
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    scopes: SCOPES,
    claims: { openid: ['sub'], email: ['email'] },
    conformIdTokenClaims: false,
    features: {
      ...{ devInteractions: { enabled: false }, deviceFlow: { enabled: true }, introspection: { enabled: true } },
      ...{ revocation: { enabled: true }, clientCredentials: { enabled: true }, userinfo: { enabled: false } },
    },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, email: id }) }),
    pkce: { required: () => true },
    rotateRefreshToken: () => rotateRefreshTokens,
    ttl: { AccessToken: accessTokenSeconds, ClientCredentials: accessTokenSeconds },
    cookies: { keys: ['test'] },
  };
}

function providerOf(issuer: string, clientId: string): OAuthProvider {
  return {
    ...{ name: 'example', clientId, clientSecret: { kind: 'literal', value: SECRET }, scopes: SCOPES },
    authorizationUrl: `${issuer}/auth`,
    tokenUrl: `${issuer}/token`,
    deviceUrl: `${issuer}/device/auth`,
    revocationUrl: `${issuer}/token/revocation`,
    authorizationParameters: { prompt: 'consent' },
  };
}
