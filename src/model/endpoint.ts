/** Where a mail server listens and how the way there is kept secret: what the settings of the line-based connectors share. */
import { z } from 'zod';

export const endpointSchema = z.object({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  tls: z.enum(['implicit', 'starttls', 'none']).default('implicit'),
  /** Must be true for `tls: none`. */
  allowClearText: z.boolean().default(false),
  ca: z.string().nullish(),
  serverName: z.string().nullish(),
});

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** PEM of the only certificate authority this server may be signed by; null: the usual ones. */
  readonly ca: string | null;
  /** The name its certificate must carry. */
  readonly serverName: string;
}

export const endpointOf = ({ host, port, tls, ca, serverName }: z.infer<typeof endpointSchema>): Endpoint => ({
  ...{ host, port, tls, ca: ca ?? null, serverName: serverName ?? host },
});

export const CLEAR_TEXT_REMEDY =
  'Use tls: implicit or tls: starttls; if the network is trusted, add allowClearText: true to tls: none.';
