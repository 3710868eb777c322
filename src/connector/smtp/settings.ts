import { z } from 'zod';
import { CLEAR_TEXT_REMEDY, type Endpoint, endpointOf, endpointSchema } from '../../model/endpoint.ts';
import { Failure } from '../../model/failure.ts';

const MINUTE = 60_000;

const schema = endpointSchema.extend({
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

export interface SmtpSettings extends Endpoint {
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
  const { host, port, tls, allowClearText, clientName, mechanism, timeoutMs, dotTimeoutMs } = parsed.data;
  if (tls === 'none' && !allowClearText)
    throw new Failure('refused', `cannot send by ${host}:${port} in clear text`, {
      remedy: CLEAR_TEXT_REMEDY,
    });
  return {
    ...endpointOf(parsed.data),
    clientName: clientName ?? null,
    mechanism: mechanism?.toUpperCase() ?? null,
    timeoutMs,
    dotTimeoutMs,
  };
}
