import { z } from 'zod';
import { CLEAR_TEXT_REMEDY, type Endpoint, endpointOf, endpointSchema } from '../../model/endpoint.ts';
import { Failure } from '../../model/failure.ts';

const MINUTE = 60_000;

export const LOGIN_METHODS = ['auto', 'user', 'apop', 'plain', 'xoauth2', 'oauthbearer'] as const;
export type LoginMethod = (typeof LOGIN_METHODS)[number];

const schema = endpointSchema.extend({
  limits: z.looseObject({ timeoutMs: z.int().positive().optional() }).optional(),
  options: z
    .looseObject({
      login: z.enum(LOGIN_METHODS).optional(),
      window: z.int().min(1).max(1000).optional(),
      recent: z.boolean().optional(),
    })
    .optional(),
});

export interface Pop3Settings extends Endpoint {
  readonly timeoutMs: number;
  /** How to log in. `auto`: what the server offers and the credential allows (login.ts). */
  readonly login: LoginMethod;
  /** Commands under way at a time where the server offers PIPELINING. */
  readonly window: number;
  /** Gmail: log in as `recent:` user and see the mail of the last 30 days, whoever else has fetched it. */
  readonly recent: boolean;
}

/** Takes what the config room says of a server; throws Failure('refused') with what to change. */
export function parseSettings(raw: unknown): Pop3Settings {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new Failure('refused', `These POP3 settings cannot be used: ${z.prettifyError(parsed.error)}`);
  const { host, port, tls, allowClearText, limits, options } = parsed.data;
  // APOP too: it hides the password, not the mail, and MD5 has been broken for it (CVE-2007-1558).
  if (tls === 'none' && !allowClearText)
    throw new Failure('refused', `Mail would be fetched from ${host}:${port} in clear text`, {
      remedy: CLEAR_TEXT_REMEDY,
    });
  return {
    ...endpointOf(parsed.data),
    timeoutMs: limits?.timeoutMs ?? MINUTE,
    login: options?.login ?? 'auto',
    window: options?.window ?? 64,
    recent: options?.recent ?? false,
  };
}
