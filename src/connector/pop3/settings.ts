import { z } from 'zod';
import { Failure } from '../../model/failure.ts';

const MINUTE = 60_000;

export const LOGIN_METHODS = ['auto', 'user', 'apop', 'plain', 'xoauth2', 'oauthbearer'] as const;
export type LoginMethod = (typeof LOGIN_METHODS)[number];

const schema = z.object({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  tls: z.enum(['implicit', 'starttls', 'none']).default('implicit'),
  allowClearText: z.boolean().default(false),
  ca: z.string().nullish(),
  serverName: z.string().nullish(),
  limits: z.looseObject({ timeoutMs: z.int().positive().optional() }).optional(),
  options: z
    .looseObject({
      login: z.enum(LOGIN_METHODS).optional(),
      window: z.int().min(1).max(1000).optional(),
      recent: z.boolean().optional(),
    })
    .optional(),
});

export interface Pop3Settings {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** PEM of the only certificate authority this server may be signed by; null: the usual ones. */
  readonly ca: string | null;
  /** The name its certificate must carry. */
  readonly serverName: string;
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
  const { host, port, tls, allowClearText, ca, serverName, limits, options } = parsed.data;
  // APOP too: it hides the password, not the mail, and MD5 has been broken for it (CVE-2007-1558).
  if (tls === 'none' && !allowClearText)
    throw new Failure('refused', `Mail would be fetched from ${host}:${port} in clear text`, {
      remedy: 'Use tls: implicit or tls: starttls; if the network is trusted, add allowClearText: true to tls: none.',
    });
  return {
    ...{ host, port, tls, ca: ca ?? null, serverName: serverName ?? host },
    timeoutMs: limits?.timeoutMs ?? MINUTE,
    login: options?.login ?? 'auto',
    window: options?.window ?? 64,
    recent: options?.recent ?? false,
  };
}
