/** Every default, once. config/mailroom.example.yaml shows them with their reasons. */

import type { OAuthProvider, ServerType, TlsMode } from './config.ts';
import { BUILT_IN, located, type MapNode } from './node.ts';

export const DEFAULT_RECEIVE = section({ folders: ['INBOX'], since: 'all', afterReceive: 'keep' });
export const DEFAULT_SEND = section({ sendAs: [], saveToSent: true, perCorrespondentPerHour: 20 });
export const DEFAULT_ITEMS = section({ appointments: false, contacts: false, tasks: false });

const EVERY_KIND = { track: 'explicit', privateItems: false, brake: { items: 10, percent: 20 }, conflicts: { deletion: 'ask' } };
const APART = { outsideFilters: 'unlink' };
/** What a kind of items is kept in step by, where it is written as `true` or not all is said. */
export const DEFAULT_ITEM_KINDS: Readonly<Record<string, MapNode>> = {
  appointments: section({
    ...EVERY_KIND,
    filters: [{ party: { address: 'me', roles: ['organizer', 'required'] } }],
    deletion: {
      inExchange: { deleteWhen: ['open', 'not-past', 'organizer'] },
      inApplication: { deleteWhen: ['not-past', 'organizer'] },
      ...APART,
      series: {
        inExchange: { deleteWhen: ['open', 'organizer'] },
        inApplication: { deleteWhen: ['not-past', 'organizer'] },
        ...APART,
      },
      service: { inExchange: 'unlink', inApplication: 'delete', ...APART },
    },
    attachmentBytes: '5 MiB',
    closed: 'free',
    invitationsPerDay: 100,
  }),
  contacts: section({
    ...EVERY_KIND,
    filters: [{ owner: 'me' }],
    deletion: { inExchange: 'unlink', inApplication: { deleteWhen: ['not-owner'] }, ...APART },
    addressMode: 'mailing',
  }),
  tasks: section({
    ...EVERY_KIND,
    filters: [{ owner: 'me' }],
    deletion: { inExchange: 'delete', inApplication: { deleteWhen: ['open-there'] }, ...APART },
  }),
};
export const DEFAULT_MAILBOX = section({ aliases: [], keep: 'all' });
export const DEFAULT_MESSAGE_LIMITS = section({
  messageBytes: '64 MB',
  parseBytes: '24 MB',
  parseTime: '10 s',
  pageMessages: 200,
  pageBytes: '16 MB',
});

const PORTS: Record<ServerType, Record<TlsMode, number>> = {
  imap: { implicit: 993, starttls: 143, none: 143 },
  pop3: { implicit: 995, starttls: 110, none: 110 },
  // RFC 8314: submission is 465 with TLS from the first byte, 587 with STARTTLS; 25 is between servers.
  smtp: { implicit: 465, starttls: 587, none: 25 },
  exchange: { implicit: 443, starttls: 443, none: 80 },
  memory: { implicit: 0, starttls: 0, none: 0 },
};

export function defaultPort(type: ServerType, tls: TlsMode): number {
  return PORTS[type][tls];
}

/** The tls mode that a well-known port of the type stands for. */
export function usualTls(type: ServerType, port: number): TlsMode | null {
  if (type !== 'imap' && type !== 'pop3' && type !== 'smtp') return null;
  if (PORTS[type].implicit === port) return 'implicit';
  return PORTS[type].starttls === port || PORTS[type].none === port ? 'starttls' : null;
}

export function defaultServer(type: ServerType): MapNode {
  const pop3 = type === 'pop3';
  return section({
    tls: 'implicit',
    allowClearText: false,
    // Exchange refuses an account's 28th (EWSMaxConcurrency), and as a delegate all mailboxes are the account's.
    limits: { connections: type === 'exchange' ? 20 : 100, connectionsPerAccount: pop3 ? 1 : 3, timeout: '60 s' },
    polling: { every: pop3 ? '5 min' : '1 min', quietEvery: pop3 ? '30 min' : '10 min', push: true },
    ...(type === 'exchange' ? { access: 'direct' } : {}),
  });
}

type KnownProvider = Omit<OAuthProvider, 'name' | 'clientId' | 'clientSecret'>;

/** What the operator writes as google or outlook means the same client. */
export const PROVIDER_ALIASES: Readonly<Record<string, string>> = {
  google: 'gmail',
  outlook: 'microsoft',
  office365: 'microsoft',
};

export function knownProvider(name: string, tenant: string, grant: OAuthProvider['grant']): KnownProvider | null {
  if (name === 'gmail') return GMAIL;
  if (name === 'yahoo') return YAHOO;
  return name === 'microsoft' ? microsoft(tenant, grant) : null;
}

const GMAIL: KnownProvider = {
  authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenUrl: 'https://oauth2.googleapis.com/token',
  // Google's device flow does not grant the mail scope.
  deviceUrl: null,
  revocationUrl: 'https://oauth2.googleapis.com/revoke',
  scopes: ['https://mail.google.com/'],
  // Without these two Google hands out no refresh token, or only at the very first consent.
  authorizationParameters: { access_type: 'offline', prompt: 'consent' },
};

const YAHOO: KnownProvider = {
  authorizationUrl: 'https://api.login.yahoo.com/oauth2/request_auth',
  tokenUrl: 'https://api.login.yahoo.com/oauth2/get_token',
  deviceUrl: null,
  scopes: ['mail-w'],
  // Yahoo registers no loopback addresses; with this word it shows the code for the operator to paste.
  redirectUri: 'oob',
  clientAuthentication: 'basic',
};

const MICROSOFT_BY_LOGIN = [
  'https://outlook.office.com/IMAP.AccessAsUser.All',
  'https://outlook.office.com/POP.AccessAsUser.All',
  'https://outlook.office.com/SMTP.Send',
  'offline_access',
];
/** What an administrator has granted the client (IMAP.AccessAsApp …) is asked for as a whole. */
const MICROSOFT_BY_CLIENT = ['https://outlook.office365.com/.default'];

function microsoft(tenant: string, grant: OAuthProvider['grant']): KnownProvider {
  const base = `https://login.microsoftonline.com/${encodeURIComponent(tenant)}/oauth2/v2.0`;
  return {
    authorizationUrl: `${base}/authorize`,
    tokenUrl: `${base}/token`,
    deviceUrl: `${base}/devicecode`,
    scopes: grant === 'client-credentials' ? MICROSOFT_BY_CLIENT : MICROSOFT_BY_LOGIN,
    // Entra takes localhost on any port; 127.0.0.1 only by editing the manifest.
    redirectUri: 'http://localhost',
  };
}

function section(values: object): MapNode {
  return located(values, BUILT_IN) as MapNode;
}
