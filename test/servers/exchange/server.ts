// The HTTP server in front: paths, authentication, affinity, and the bad moments that are not SOAP.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type AuthOptions, authenticate } from './auth/authenticate.ts';
import { EwsFault } from './errors.ts';
import type { Account, Exchange } from './exchange.ts';
import type { FaultRule } from './faults.ts';
import { refuseStream, streamEvents } from './operation/get-streaming-events.ts';
import { type Answer, busy, faultAnswer, type Prepared, perform, prepare } from './soap/handle.ts';
import type { Mailbox } from './store/mailbox.ts';
import { documentAt } from './wsdl.ts';

export interface ServerOptions {
  host?: string;
  port?: number;
  auth?: AuthOptions;
  tls?: { cert: string | Buffer; key: string | Buffer };
  /** Sees every answer's text, for validation. */
  onAnswer?: (text: string, operation: string) => void;
  /** Sees every request's text, for the same. */
  onRequest?: (text: string, operation: string) => void;
}

export interface RunningServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** The largest request taken; Exchange's own default is 64 MB [doc]. */
const LARGEST_REQUEST = 64 * 1024 * 1024;

export async function serve(exchange: Exchange, options: ServerOptions = {}): Promise<RunningServer> {
  const auth = options.auth ?? { schemes: ['basic'] };
  exchange.onPush = (text) => options.onAnswer?.(text, 'SendNotification');
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(exchange, auth, options, request, response).catch((error: unknown) => {
      process.stderr.write(`mailroom-exchange: ${error instanceof Error ? error.stack : String(error)}\n`);
      response.destroy();
    });
  };
  const server = options.tls === undefined ? createHttpServer(listener) : createHttpsServer(options.tls, listener);
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const scheme = options.tls === undefined ? 'http' : 'https';
  return {
    port,
    url: `${scheme}://${options.host ?? '127.0.0.1'}:${port}/EWS/Exchange.asmx`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_REQUEST) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function handle(
  exchange: Exchange,
  auth: AuthOptions,
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const body = await readBody(request);
  const path = (request.url ?? '/').split('?')[0]!.toLowerCase();
  const document = documentAt(path, urlOf(request));
  if (path !== '/ews/exchange.asmx' && document === undefined) return end(response, 404, '', 'text/html');
  const verdict = authenticate(exchange, auth, request);
  // An empty body and one header per scheme, for GET and POST alike (reference 2 [wire]).
  if ('challenge' in verdict) return end(response, 401, '', undefined, { 'WWW-Authenticate': verdict.challenge });
  if (verdict.persistent) response.setHeader('Persistent-Auth', 'true');
  if (body === undefined) return end(response, 413, '', 'text/html');
  if (document !== undefined) return end(response, 200, document, 'text/xml; charset=utf-8');
  if (request.method !== 'POST') return end(response, 200, SERVICE_PAGE, 'text/html; charset=utf-8');
  echoRequestId(request, response);
  await answerSoap(exchange, verdict.account, body, options, request, response);
}

const urlOf = (request: IncomingMessage) =>
  `${'encrypted' in request.socket ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}/EWS/Exchange.asmx`;

const SERVICE_PAGE = '<html><head><title>Service</title></head><body>You have created a service.</body></html>';

function echoRequestId(request: IncomingMessage, response: ServerResponse) {
  const id = request.headers['client-request-id'];
  if (request.headers['return-client-request-id'] === 'true' && typeof id === 'string')
    response.setHeader('client-request-id', id);
}

async function answerSoap(
  exchange: Exchange,
  account: Account,
  body: string,
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
) {
  options.onRequest?.(body, /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(body)?.[1] ?? 'none');
  let prepared: Prepared | undefined;
  let rule: FaultRule | undefined;
  let answer: Answer;
  try {
    const backEnd = backEndOf(exchange, request);
    prepared = prepare(exchange, account, body, headersOf(request), backEnd);
    const { mailbox } = prepared.call;
    refuseEarly(exchange, mailbox.address);
    rule = exchange.faults.take(prepared.operation.name, mailbox.address);
    if (rule?.fault === 'moving' || rule?.fault === 'failover') beginCondition(exchange, mailbox, rule);
    const elsewhere = exchange.conditions.redirect(mailbox, exchange.subscriptions);
    if (elsewhere !== undefined) return end(response, 302, '', 'text/html', { Location: elsewhere });
    prepared.call.backEnd = exchange.conditions.homes.get(mailbox.guid) ?? backEnd;
    giveAffinity(exchange, request, response, prepared.call.backEnd);
    if (rule !== undefined && (await misbehaveBefore(rule, response))) return;
    const done = await withinBudget(prepared, rule, options, response);
    if (done === undefined) return;
    answer = done;
  } catch (error) {
    answer = faultAnswer(error, prepared?.operation.name ?? 'request');
    if (error instanceof EwsFault && error.code === 'ErrorServerBusy') response.setHeader('Retry-After', '30');
  }
  options.onAnswer?.(answer.text, answer.operation);
  if (rule !== undefined && (await misbehaveAfter(rule, answer, response))) return;
  end(response, answer.status, answer.text, 'text/xml; charset=utf-8');
}

/** A client that was told to wait and did not is counted and refused again (reference 10 [doc]). */
function refuseEarly(exchange: Exchange, address: string) {
  const left = exchange.faults.backOffLeft(address, exchange.clock.now());
  if (left === 0) return;
  const usage = exchange.budget.usageOf(address);
  usage.requests++;
  usage.refused++;
  usage.early++;
  throw busy(left);
}

function beginCondition(exchange: Exchange, mailbox: Mailbox, rule: FaultRule) {
  const milliseconds = rule.milliseconds ?? 60_000;
  const location = rule.location === undefined ? {} : { location: rule.location };
  exchange.conditions.begin(
    mailbox,
    rule.fault === 'moving' ? { kind: 'moving', milliseconds, ...location } : { kind: 'failover', milliseconds },
  );
}

/** Runs the request if the budget allows it; undefined when it was a stream, which writes for itself. */
async function withinBudget(
  prepared: Prepared,
  rule: FaultRule | undefined,
  options: ServerOptions,
  response: ServerResponse,
): Promise<Answer | undefined> {
  const { operation, call } = prepared;
  const taken = call.exchange.budget.take(call.mailbox.address, operation.name);
  const streams = operation.name === 'GetStreamingEvents';
  const note = (text: string) => options.onAnswer?.(text, operation.name);
  if (typeof taken === 'string') {
    if (!streams) throw refusal(taken, call);
    refuseStream(call, response, taken, note);
    return undefined;
  }
  try {
    if (!streams) return await perform(prepared, rule);
    await streamEvents(operation, call, response, note);
    return undefined;
  } finally {
    taken();
  }
}

function refusal(code: string, { exchange, mailbox }: Prepared['call']): EwsFault {
  if (code === 'ErrorServerBusy') return busy(exchange.faults.backOff(mailbox.address, exchange.clock.now(), 30_000));
  return new EwsFault(code, 'You have exceeded the available concurrent connections for your account.', [
    ['BackOffMilliseconds', '30000'],
  ]);
}

const AFFINITY = 'X-BackEndOverrideCookie';

function namedBackEnd(request: IncomingMessage): number | undefined {
  const named = new RegExp(`${AFFINITY}=EX0([12])`).exec(request.headers.cookie ?? '')?.[1];
  return named === undefined ? undefined : Number(named);
}

/** The cookie decides; without it requests alternate when there are two servers (reference 55 [doc]). */
function backEndOf(exchange: Exchange, request: IncomingMessage): number {
  const named = namedBackEnd(request);
  if (named !== undefined) return named;
  return exchange.switches.twoBackEnds ? 1 + (exchange.nextBackEnd++ % 2) : 1;
}

/** Given to who asks for it, and again when the mailbox is on another back end than the cookie says. */
function giveAffinity(exchange: Exchange, request: IncomingMessage, response: ServerResponse, backEnd: number) {
  const wants = request.headers['x-preferserveraffinity']?.toString().toLowerCase() === 'true';
  const named = namedBackEnd(request);
  if (!wants && (named === undefined || named === backEnd)) return;
  const seal = exchange.seed.toString(16).padStart(8, '0');
  response.setHeader('Set-Cookie', [
    `exchangecookie=${seal}; path=/; HttpOnly`,
    `${AFFINITY}=EX0${backEnd}~${seal}; path=/; HttpOnly`,
    `X-BackEndCookie=${seal}; path=/EWS; HttpOnly`,
  ]);
}

function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function end(
  response: ServerResponse,
  status: number,
  text: string,
  type?: string,
  headers: Record<string, string | string[]> = {},
) {
  const bytes = Buffer.from(text, 'utf8');
  response.writeHead(status, {
    ...(type === undefined ? {} : { 'Content-Type': type }),
    'Content-Length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

/** A reset where the connection can be reset; one under TLS is dropped, which a client sees alike. */
function cut({ socket }: ServerResponse): void {
  if (socket !== null && 'encrypted' in socket) socket.destroy();
  else socket?.resetAndDestroy();
}

/** Moments at which nothing is carried out (reference 11). */
async function misbehaveBefore(rule: FaultRule, response: ServerResponse): Promise<boolean> {
  switch (rule.fault) {
    case 'reset-before':
      cut(response);
      return true;
    case 'unavailable':
      end(response, 503, 'The service is unavailable.', 'text/html', { 'Retry-After': '30' });
      return true;
    case 'unauthorized':
      end(response, 401, '', undefined, { 'WWW-Authenticate': ['Negotiate', 'NTLM'] });
      return true;
    case 'login-page':
      end(response, 302, '', 'text/html', { Location: '/owa/auth/logon.aspx?url=/EWS/Exchange.asmx&reason=0' });
      return true;
    case 'empty-500':
      end(response, 500, '');
      return true;
    case 'html':
      end(response, 200, '<html><body><h1>Maintenance</h1></body></html>', 'text/html; charset=utf-8');
      return true;
    default:
      return false;
  }
}

/** Moments at which the work is done, but the answer does not come whole. */
async function misbehaveAfter(rule: FaultRule, answer: Answer, response: ServerResponse): Promise<boolean> {
  if (rule.fault === 'lost-answer') {
    cut(response);
    return true;
  }
  if (rule.fault === 'truncated-500') {
    end(response, 500, answer.text.slice(0, Math.floor(answer.text.length / 2)), 'text/xml; charset=utf-8');
    return true;
  }
  if (rule.fault !== 'slow-body') return false;
  const bytes = Buffer.from(answer.text);
  response.writeHead(answer.status, { 'Content-Type': 'text/xml; charset=utf-8' });
  for (let at = 0; at < bytes.length; at += 700) {
    response.write(bytes.subarray(at, at + 700));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  response.end();
  return true;
}
