/** Providers whose servers are known, by the domains of their addresses and by the mail exchangers of hosted domains. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls';
}

export interface Servers {
  readonly incoming: (Endpoint & { readonly type: 'imap' | 'pop3' }) | null;
  readonly outgoing: Endpoint | null;
  /** May contain {address} and {localpart}. */
  readonly username: string;
  /** The OAuth2 provider, where there is one. */
  readonly oauth: 'gmail' | 'microsoft' | 'yahoo' | null;
  /** What a person has to know before the first login. */
  readonly note: string | null;
  readonly foundBy: string;
}

interface Known {
  readonly name: string;
  readonly domains: readonly string[];
  /** Ends of the names of mail exchangers. */
  readonly exchangers?: readonly string[];
  readonly imap: string;
  readonly smtp: string;
  /** Submission by STARTTLS on 587, where 465 is not served. */
  readonly starttls?: boolean;
  readonly username?: string;
  readonly oauth?: Servers['oauth'];
  readonly note?: string;
}

const APP_PASSWORD = 'needs an app password, made in the account settings with two-step verification on';
const MICROSOFT =
  'Microsoft takes no passwords for IMAP, POP3 and SMTP any more: OAuth2 is needed (--oauth microsoft --client-id ID)';

const KNOWN: readonly Known[] = [
  {
    name: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    exchangers: ['google.com', 'googlemail.com'],
    imap: 'imap.gmail.com',
    smtp: 'smtp.gmail.com',
    oauth: 'gmail',
    note: `Gmail ${APP_PASSWORD}, or OAuth2 (--oauth gmail --client-id ID)`,
  },
  {
    name: 'Outlook.com',
    domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'outlook.de', 'hotmail.de', 'live.de'],
    imap: 'outlook.office365.com',
    smtp: 'smtp-mail.outlook.com',
    starttls: true,
    oauth: 'microsoft',
    note: MICROSOFT,
  },
  {
    name: 'Microsoft 365',
    domains: ['onmicrosoft.com'],
    exchangers: ['mail.protection.outlook.com', 'mx.microsoft'],
    imap: 'outlook.office365.com',
    smtp: 'smtp.office365.com',
    starttls: true,
    oauth: 'microsoft',
    note: MICROSOFT,
  },
  {
    name: 'Yahoo',
    domains: ['yahoo.com', 'yahoo.de', 'yahoo.co.uk', 'yahoo.fr', 'ymail.com', 'rocketmail.com'],
    exchangers: ['yahoodns.net'],
    imap: 'imap.mail.yahoo.com',
    smtp: 'smtp.mail.yahoo.com',
    oauth: 'yahoo',
    note: `Yahoo ${APP_PASSWORD}, or OAuth2 (--oauth yahoo --client-id ID)`,
  },
  { name: 'AOL', domains: ['aol.com', 'aol.de'], imap: 'imap.aol.com', smtp: 'smtp.aol.com', note: `AOL ${APP_PASSWORD}` },
  {
    name: 'iCloud',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    exchangers: ['mail.icloud.com'],
    imap: 'imap.mail.me.com',
    smtp: 'smtp.mail.me.com',
    starttls: true,
    note: `iCloud ${APP_PASSWORD}`,
  },
  {
    name: 'GMX',
    domains: ['gmx.de', 'gmx.net', 'gmx.at', 'gmx.ch'],
    imap: 'imap.gmx.net',
    smtp: 'mail.gmx.net',
    note: 'GMX: switch on "POP3/IMAP" in the settings first',
  },
  {
    name: 'GMX',
    domains: ['gmx.com'],
    imap: 'imap.gmx.com',
    smtp: 'mail.gmx.com',
    note: 'GMX: switch on "POP3/IMAP" in the settings first',
  },
  {
    name: 'WEB.DE',
    domains: ['web.de'],
    imap: 'imap.web.de',
    smtp: 'smtp.web.de',
    starttls: true,
    note: 'WEB.DE: switch on "POP3/IMAP" in the settings first',
  },
  {
    name: 'T-Online',
    domains: ['t-online.de', 'magenta.de'],
    imap: 'secureimap.t-online.de',
    smtp: 'securesmtp.t-online.de',
    note: 'T-Online needs the separate email password of its customer centre',
  },
  {
    name: 'Fastmail',
    domains: ['fastmail.com', 'fastmail.fm'],
    exchangers: ['messagingengine.com'],
    imap: 'imap.fastmail.com',
    smtp: 'smtp.fastmail.com',
    note: `Fastmail ${APP_PASSWORD}`,
  },
  {
    name: 'Zoho',
    domains: ['zoho.com', 'zohomail.com'],
    exchangers: ['mx.zoho.com', 'mx2.zoho.com', 'mx3.zoho.com'],
    imap: 'imap.zoho.com',
    smtp: 'smtp.zoho.com',
    note: 'Zoho: switch on IMAP access first; with two-step verification an app password is needed',
  },
  {
    name: 'Zoho',
    domains: ['zohomail.eu'],
    exchangers: ['mx.zoho.eu', 'mx2.zoho.eu', 'mx3.zoho.eu'],
    imap: 'imap.zoho.eu',
    smtp: 'smtp.zoho.eu',
  },
  {
    name: 'Posteo',
    domains: ['posteo.de', 'posteo.net', 'posteo.eu', 'posteo.at', 'posteo.ch'],
    imap: 'posteo.de',
    smtp: 'posteo.de',
  },
  {
    name: 'mailbox.org',
    domains: ['mailbox.org'],
    exchangers: ['mailbox.org'],
    imap: 'imap.mailbox.org',
    smtp: 'smtp.mailbox.org',
  },
  {
    name: 'Yandex',
    domains: ['yandex.com', 'yandex.ru', 'ya.ru'],
    exchangers: ['mx.yandex.net', 'mx.yandex.ru'],
    imap: 'imap.yandex.com',
    smtp: 'smtp.yandex.com',
    note: `Yandex ${APP_PASSWORD}, and IMAP switched on in the settings`,
  },
  {
    name: 'Mail.ru',
    domains: ['mail.ru', 'inbox.ru', 'list.ru', 'bk.ru'],
    exchangers: ['mxs.mail.ru'],
    imap: 'imap.mail.ru',
    smtp: 'smtp.mail.ru',
    note: `Mail.ru ${APP_PASSWORD}`,
  },
  { name: 'freenet', domains: ['freenet.de'], imap: 'mx.freenet.de', smtp: 'mx.freenet.de' },
  {
    name: 'IONOS',
    domains: ['online.de', '1und1.de'],
    exchangers: ['kundenserver.de', 'ionos.com'],
    imap: 'imap.ionos.de',
    smtp: 'smtp.ionos.de',
  },
  { name: 'STRATO', domains: ['strato.de'], exchangers: ['rzone.de'], imap: 'imap.strato.de', smtp: 'smtp.strato.de' },
];

export function knownByDomain(domain: string): Servers | null {
  const found = KNOWN.find(({ domains }) => domains.some((known) => isWithin(domain, known)));
  return found === undefined ? null : toServers(found, 'list of known providers');
}

export function knownByExchanger(exchanger: string): Servers | null {
  const found = KNOWN.find(({ exchangers }) => exchangers?.some((known) => isWithin(exchanger, known)));
  return found === undefined ? null : toServers(found, `mail exchanger ${exchanger}`);
}

export function isWithin(name: string, domain: string): boolean {
  const host = name.toLowerCase().replace(/\.$/, '');
  return host === domain || host.endsWith(`.${domain}`);
}

function toServers(known: Known, foundBy: string): Servers {
  const outgoing: Endpoint = known.starttls
    ? { host: known.smtp, port: 587, tls: 'starttls' }
    : { host: known.smtp, port: 465, tls: 'implicit' };
  return {
    incoming: { type: 'imap', host: known.imap, port: 993, tls: 'implicit' },
    outgoing,
    username: known.username ?? '{address}',
    oauth: known.oauth ?? null,
    note: known.note ?? null,
    foundBy: `${known.name}, ${foundBy}`,
  };
}
