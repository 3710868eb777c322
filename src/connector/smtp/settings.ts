import { z } from 'zod';
import { Failure } from '../../model/failure.ts';

const MINUTE = 60_000;

const schema = z.object({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  tls: z.enum(['implicit', 'starttls', 'none']).default('implicit'),
  allowClearText: z.boolean().default(false),
  ca: z.string().nullish(),
  serverName: z.string().nullish(),
  timeoutMs: z
    .int()
    .positive()
    .default(5 * MINUTE),
  // RFC 5321 4.5.3.2.6: ten minutes, because giving up too early is how mail gets sent twice.
  dotTimeoutMs: z
    .int()
    .positive()
    .default(10 * MINUTE),
  clientName: z.string().nullish(),
  mechanism: z.string().nullish(),
});

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** PEM of the only certificate authority this server may be signed by; null: the usual ones. */
  readonly ca: string | null;
  /** The name its certificate must carry. */
  readonly serverName: string;
  /** What we call ourselves in EHLO; null: the machine's name, or its address as a literal. */
  readonly clientName: string | null;
  /** A SASL mechanism to use in place of our own choice. */
  readonly mechanism: string | null;
  /** For each answer but the one to the final dot. */
  readonly timeoutMs: number;
  /** For the answer to the final dot. */
  readonly dotTimeoutMs: number;
}

/** Takes what the config room says of a server; throws Failure('refused') with what to change. */
export function parseSettings(raw: unknown): SmtpSettings {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new Failure('refused', `cannot use these SMTP settings: ${z.prettifyError(parsed.error)}`);
  const { host, port, tls, allowClearText, ca, serverName, clientName, mechanism, timeoutMs, dotTimeoutMs } = parsed.data;
  if (tls === 'none' && !allowClearText)
    throw new Failure('refused', `cannot send by ${host}:${port} in clear text`, {
      remedy: 'Use tls: implicit or tls: starttls; if the network is trusted, add allowClearText: true to tls: none.',
    });
  return {
    host,
    port,
    tls,
    ca: ca ?? null,
    serverName: serverName ?? host,
    clientName: clientName ?? null,
    mechanism: mechanism?.toUpperCase() ?? null,
    timeoutMs,
    dotTimeoutMs,
  };
}
