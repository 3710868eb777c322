/** How servers and credentials are written. */
import { z } from 'zod';
import { atLeast, host, port, secret, since, webUrl, word } from './value.ts';

export const authSchema = z.strictObject({
  method: z
    .enum(['password', 'oauth2', 'ntlm', 'kerberos', 'none'])
    .optional()
    .describe('How to log in. Default: password, or oauth2 when a provider is named. ntlm and kerberos: Exchange only.'),
  username: word().optional().describe('Login name. Default: the mailbox address.'),
  password: secret().optional().describe('Password or app password. It goes to no other server than the one it is written for.'),
  provider: word().optional().describe('OAuth2 provider: gmail, microsoft, yahoo, or one defined under oauth.'),
});

export const authOrSame = z
  .union([z.literal('same').describe('Log in as for receiving.'), authSchema])
  .meta({ title: 'same, or an auth section', examples: ['same', { username: 'anna', password: { env: 'ANNA_PASSWORD' } }] });

const serverLimits = z.strictObject({
  connections: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Connections to this server at a time, over all mailboxes. Default: 100; 20 for Exchange.'),
  connectionsPerAccount: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Connections per login name; by impersonation per mailbox, as Exchange counts. Default: 3; 1 for POP3, which locks the mailbox.',
    ),
  timeout: atLeast(1000, '1 s').optional().describe('How long to wait for an answer. Default: 60 s.'),
});

const polling = z.strictObject({
  every: atLeast(1000, '1 s')
    .optional()
    .describe('How often to look. Default: 1 min; 5 min for POP3, where each look is a login.'),
  quietEvery: atLeast(1000, '1 s')
    .optional()
    .describe('Quiet mailboxes are asked less and less often, up to this. Default: 10 min; 30 min for POP3.'),
  push: z.boolean().optional().describe('Let the server tell of new mail (IMAP IDLE) on a connection of its own. Default: true.'),
});

export const serverSchema = z.strictObject({
  type: z.enum(['imap', 'pop3', 'smtp', 'exchange', 'memory']).describe('What it speaks.'),
  host: host().optional().describe('Name or IP address, without port. Not for type exchange, which has a url.'),
  port: port()
    .optional()
    .describe('Default by type and tls: imap 993 or 143, pop3 995 or 110, smtp 465 (implicit), 587 (starttls) or 25 (none).'),
  tls: z
    .enum(['implicit', 'starttls', 'none'])
    .optional()
    .describe(
      'implicit: encrypted from the first byte (default). starttls: required, never skipped. none: needs allowClearText.',
    ),
  allowClearText: z
    .boolean()
    .optional()
    .describe('Mail and passwords may go over the network readable by anyone. Loud in log and status. Default: false.'),
  ca: z
    .strictObject({ file: word().describe('PEM file.') })
    .optional()
    .describe('Certificate authority of the server, where it is a private one. Default: the public ones.'),
  serverName: host().optional().describe('Name that the certificate must carry, where it is not host.'),
  auth: authOrSame
    .optional()
    .describe('One credential for all mailboxes on this server (unless it contains placeholders). A mailbox of its own wins.'),
  since: since().optional().describe('As receive.since, for mailboxes that say nothing about it.'),
  limits: serverLimits.optional().describe('What the server can bear.'),
  polling: polling.optional().describe('How often to look for new mail.'),
  url: webUrl().optional().describe('exchange only: where EWS answers, for example https://mail.example.com/EWS/Exchange.asmx.'),
  access: z
    .enum(['impersonate', 'delegate', 'direct'])
    .optional()
    .describe('exchange only: how one login reaches other mailboxes. Default: direct (each mailbox logs in itself).'),
  channelBinding: z
    .enum(['auto', 'never'])
    .optional()
    .describe(
      'exchange with NTLM only: bind the login to the TLS connection (RFC 5929), as Extended Protection demands. Default: auto. never: where a proxy with a certificate of its own stands before the server.',
    ),
  login: z
    .enum(['auto', 'user', 'apop', 'plain', 'xoauth2', 'oauthbearer'])
    .optional()
    .describe('pop3 only: how to log in. Default: auto (what the server offers and the credential allows).'),
  window: z.int().min(1).max(1000).optional().describe('pop3 only: commands under way at a time (PIPELINING). Default: 64.'),
  recent: z
    .boolean()
    .optional()
    .describe('pop3 only: the recent mode of Gmail, the mail of the last 30 days whoever else has fetched it. Default: false.'),
  options: z.record(z.string(), z.unknown()).optional().describe('memory only: handed to the connector as it is.'),
});

export const oauthSchema = z.strictObject({
  clientId: word().describe('Id of the client as registered with the provider.'),
  clientSecret: secret().optional().describe('Secret of the client, where the provider gave one.'),
  tenant: word().optional().describe('microsoft only: common (default), organizations, consumers, or the tenant id.'),
  authorizationUrl: webUrl().optional().describe('Where a person signs in. Known for gmail, microsoft and yahoo.'),
  tokenUrl: webUrl().optional().describe('Where tokens are issued. Known for gmail, microsoft and yahoo.'),
  deviceUrl: webUrl().optional().describe('Where the device flow begins (RFC 8628), if the provider has it.'),
  revocationUrl: webUrl().optional().describe('Where a token is given back (RFC 7009), if the provider has it.'),
  redirectUri: word()
    .optional()
    .describe(
      'As registered. Default: http://127.0.0.1, any free port (RFC 8252); microsoft http://localhost, yahoo oob (paste the code).',
    ),
  scopes: z.array(word()).min(1).optional().describe('What is asked for. Known for gmail, microsoft and yahoo.'),
  authorizationParameters: z
    .record(z.string(), z.string())
    .optional()
    .describe('Further parameters of the sign-in address. Known for gmail (access_type, prompt).'),
  clientAuthentication: z
    .enum(['post', 'basic'])
    .optional()
    .describe('How the client secret is sent (RFC 6749 2.3.1). Default: post; yahoo basic.'),
  grant: z
    .enum(['login', 'client-credentials'])
    .optional()
    .describe('login (default): each person signs in once. client-credentials: an administrator has granted the mailboxes.'),
});

export type WrittenServer = z.output<typeof serverSchema>;
export type WrittenOAuth = z.output<typeof oauthSchema>;
