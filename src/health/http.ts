/** /health and /metrics on a local port. Read-only; says nothing about single mailboxes. */
import { createServer, type ServerResponse } from 'node:http';
import { Failure } from '../model/failure.ts';

/** `ok`: this process works. What a restart does not mend is no reason for one, and stands among the troubles. */
interface HealthReport {
  readonly ok: boolean;
  readonly [detail: string]: unknown;
}

export function healthReport(
  mailboxes: number,
  refusedCredentials: readonly { readonly server: string; readonly message: string }[],
): HealthReport {
  const troubles = refusedCredentials.map(({ server, message }) => ({
    ...{ trouble: 'a shared credential is refused: its mailboxes wait', server, message },
    remedy: `mend the credential of server "${server}", then run "mailroom test --server ${server}"`,
  }));
  return { ok: true, mailboxes, troubles };
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function serveHealth(
  at: { readonly host: string; readonly port: number },
  sources: { health(): Promise<HealthReport>; metrics(): Promise<string> },
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'only GET is answered here\n');
    if (path === '/health') return void answerHealth(response, sources.health);
    if (path === '/metrics') return void answerMetrics(response, sources.metrics);
    return answer(response, 404, 'there is /health and /metrics\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const remedy = 'choose another port under http: in the config, or set http: false';
      reject(new Failure('refused', `cannot listen on ${at.host}:${at.port}: ${cause.message}`, { cause, remedy }));
    });
    server.listen(at.port, at.host, resolve);
  });
  const { port } = server.address() as { port: number };
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port, close };
}

async function answerHealth(response: ServerResponse, health: () => Promise<HealthReport>): Promise<void> {
  const report = await health().catch((error: Error) => ({ ok: false, reason: error.message }));
  answer(response, report.ok ? 200 : 503, `${JSON.stringify(report)}\n`, 'application/json');
}

async function answerMetrics(response: ServerResponse, metrics: () => Promise<string>): Promise<void> {
  answer(response, 200, await metrics(), 'text/plain; version=0.0.4; charset=utf-8');
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  response.end(body);
}
