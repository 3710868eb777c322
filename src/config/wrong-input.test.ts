import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from './load.ts';
import { problemLine } from './problem.ts';

/** One wrong input: what is written, and the one line it gives ("W " before a warning). */
type Case = readonly [what: string, written: string, line: string, files?: Readonly<Record<string, string | Uint8Array>>];

const IMAP = 'servers: { office: { type: imap, host: mail.example.com } }';
const LOGIN = 'auth: { username: anna, password: { env: P } }';
const BOX = `mailboxes:\n  - address: anna@example.com\n    receive: { server: office, ${LOGIN} }`;
const RELAY = 'relay: { type: smtp, host: smtp.example.com, auth: { method: none } }';
const OFFICE = 'office: { type: imap, host: mail.example.com }';
const EXCHANGE = 'ex: { type: exchange, url: "https://mail.example.com/EWS/Exchange.asmx" }';
const POP = 'popbox: { type: pop3, host: pop.example.com }';
const server = (rest: string) => `servers:\n  office: { type: imap, host: mail.example.com, ${rest} }\n${BOX}`;
const receive = (rest: string, servers = OFFICE) =>
  `servers: { ${servers} }\nmailboxes:\n  - address: anna@example.com\n    receive: { ${rest} }`;

const SYNTAX: readonly Case[] = [
  [
    'a tab as indentation',
    `servers:\n\toffice: { type: imap }\n`,
    'mailroom.yaml:2:1: a tab used as indentation; YAML is indented by spaces; replace the tab',
  ],
  [
    'a key twice',
    `${IMAP}\n${IMAP}\n${BOX}`,
    'mailroom.yaml:2:1: this key already stands above at the same level; keep one of the two',
  ],
  ['a quote left open', `data: "folder\n${IMAP}\n`, 'mailroom.yaml:1:7: the closing quote is missing; close it on the same line'],
  [
    'a bracket left open',
    `include: [a.yaml\n${IMAP}\n`,
    'mailroom.yaml:1:10: a bracket or brace is not closed; close it with ] or }',
  ],
  [
    'a colon forgotten',
    `servers\n  office: 1\n`,
    'mailroom.yaml:1:1: a key must stand on one line, with a colon behind it; is a colon missing?',
  ],
  [
    'indentation that does not fit',
    `servers:\n  office:\n    type: imap\n   host: mail.example.com\n`,
    'mailroom.yaml:4:1: the indentation does not fit the lines above; indent keys of one level by the same number of spaces',
  ],
  [
    'two values on one line',
    `data: a: b\n`,
    'mailroom.yaml:1:7: a second "key: value" on one line, or indented under a value; put each key on its own line at the right depth, or a value that contains ": " in quotes',
  ],
  [
    'a value that begins with @',
    `data: @home\n`,
    'mailroom.yaml:1:7: a value cannot begin with this character; put the value in single quotes',
  ],
  [
    'a password that begins with *',
    receive('server: office, auth: { username: anna, password: *Geheim1 }'),
    'mailroom.yaml:4:66: mailboxes[0].receive.auth.password: a value that begins with * refers to an anchor, and there is none of that name; put the value in quotes',
  ],
  [
    'a password that begins with !',
    receive('server: office, auth: { username: anna, password: !Geheim1 }'),
    'mailroom.yaml:4:66: a value that begins with ! is a tag, and this one is unknown; put the value in single quotes',
  ],
  [
    'a password in braces',
    receive('server: office, auth: { username: anna, password: {Geheim1} }'),
    'mailroom.yaml:4:67: mailboxes[0].receive.auth.password: this is no secret; write { env: NAME } or { file: PATH }; a literal has to stand in quotes',
  ],
  [
    'an escape that does not exist',
    `data: "C:\\Mail"\n`,
    'mailroom.yaml:1:10: an unknown escape sequence in double quotes; use single quotes, in which a backslash is a backslash',
  ],
  [
    'a second document',
    `data: ./data\n---\n${IMAP}\n`,
    'mailroom.yaml:2:1: a second document begins with ---; leave the --- out; one file is one document',
  ],
  [
    'a file that is a list',
    `- servers\n`,
    'mailroom.yaml:1:1: the file must be keys with values; begin with for example "servers:" and "mailboxes:"',
  ],
  [
    'a file that is not text',
    '',
    'mailroom.yaml: cannot read mailroom.yaml: it is not UTF-8 text; save it as UTF-8; check the file',
    { 'mailroom.yaml': new Uint8Array([0x64, 0x61, 0xe4, 0xf6, 0x3a, 0x20, 0x31]) },
  ],
];

const KEYS: readonly Case[] = [
  [
    'an unknown key at the top',
    `server: {}\n${IMAP}\n${BOX}`,
    'mailroom.yaml:1:1: server: unknown key "server"; did you mean "servers"?',
  ],
  [
    'a misspelt key of a server',
    server('prot: 993'),
    'mailroom.yaml:2:49: servers.office.prot: unknown key "prot"; did you mean "port"?',
  ],
  ['ssl: true', server('ssl: true'), 'mailroom.yaml:2:49: servers.office.ssl: unknown key "ssl"; did you mean "tls"?'],
  [
    'user in place of username',
    receive('server: office, auth: { user: anna, password: { env: P } }'),
    'mailroom.yaml:4:40: mailboxes[0].receive.auth.user: unknown key "user"; did you mean "username"?',
  ],
  [
    'a key one level too high',
    receive('server: office, username: anna, auth: { password: { env: P } }'),
    'mailroom.yaml:4:32: mailboxes[0].receive.username: unknown key "username"; write it under "auth"',
  ],
  [
    'snake case',
    receive(`server: office, after_receive: keep, ${LOGIN}`),
    'mailroom.yaml:4:32: mailboxes[0].receive.after_receive: unknown key "after_receive"; did you mean "afterReceive"?',
  ],
  [
    'data in an included file',
    `include: more.yaml\n${IMAP}\n${BOX}`,
    'more.yaml:1:1: data: unknown key "data"; possible keys: include, servers, groups, mailboxes, mailboxesFrom',
    { 'more.yaml': 'data: ./elsewhere\n' },
  ],
  [
    'a name with a space',
    `servers: { my office: { type: imap, host: mail.example.com } }`,
    'mailroom.yaml:1:12: servers.my office: a name consists of letters, digits, dots, dashes and underscores; rename it',
  ],
];

const VALUES: readonly Case[] = [
  [
    'a port out of range',
    server('port: 70000'),
    'mailroom.yaml:2:55: servers.office.port: 70000 is above the largest possible value, 65535; write a number up to 65535',
  ],
  [
    'port zero',
    server('port: 0'),
    'mailroom.yaml:2:55: servers.office.port: 0 is below the smallest possible value, 1; write a number from 1 up',
  ],
  [
    'a port in quotes',
    server('port: "993"'),
    'mailroom.yaml:2:55: servers.office.port: expected a whole number, found "993"; write 993 without quotes',
  ],
  [
    'a port with a fraction',
    server('port: 99.5'),
    'mailroom.yaml:2:55: servers.office.port: expected a whole number, found 99.5; write a number',
  ],
  [
    'a host with a scheme',
    `servers: { office: { type: imap, host: "imaps://mail.example.com" } }\n${BOX}`,
    'mailroom.yaml:1:40: servers.office.host: a host is a bare name or an IP address; write it without scheme, port and path, for example mail.example.com',
  ],
  [
    'a host with its port',
    `servers: { office: { type: imap, host: "mail.example.com:993" } }\n${BOX}`,
    'mailroom.yaml:1:40: servers.office.host: a host is a bare name or an IP address; write it without scheme, port and path, for example mail.example.com',
  ],
  [
    'an unknown tls mode',
    server('tls: startls'),
    'mailroom.yaml:2:54: servers.office.tls: expected one of implicit, starttls, none, found "startls"; did you mean "starttls"?',
  ],
  [
    'tls: true',
    server('tls: true'),
    'mailroom.yaml:2:54: servers.office.tls: expected one of implicit, starttls, none, found true; write tls: implicit | starttls | none',
  ],
  [
    'an unknown server type',
    `servers: { office: { type: imaps, host: mail.example.com } }\n${BOX}`,
    'mailroom.yaml:1:28: servers.office.type: expected one of imap, pop3, smtp, exchange, memory, found "imaps"; did you mean "imap"?',
  ],
  [
    'a server without type',
    `servers: { office: { host: mail.example.com } }\n${BOX}`,
    'mailroom.yaml:1:20: servers.office.type: "type" is missing; write type: imap | pop3 | smtp | exchange | memory',
  ],
  [
    'a server without host',
    `servers: { office: { type: imap } }\n${BOX}`,
    'mailroom.yaml:1:20: servers.office: the server has no host; write host: mail.example.com',
  ],
  [
    'an Exchange server without url',
    `servers: { ${OFFICE}, exchange: { type: exchange } }\n${BOX}`,
    'mailroom.yaml:1:70: servers.exchange: the server has no url; write url: https://mail.example.com/EWS/Exchange.asmx',
  ],
  [
    'a url on an IMAP server',
    server('url: "https://mail.example.com"'),
    'mailroom.yaml:2:54: servers.office.url: a server of type imap has no url; remove it, or write type: exchange',
  ],
  [
    'channel binding on an IMAP server',
    server('channelBinding: never'),
    'mailroom.yaml:2:65: servers.office.channelBinding: a server of type imap has no channelBinding; remove it, or write type: exchange',
  ],
  [
    'channel binding misspelt',
    `servers: { ${OFFICE}, ex: { type: exchange, url: "https://mail.example.com/", chanelBinding: never } }\n${BOX}`,
    'mailroom.yaml:1:116: servers.ex.chanelBinding: unknown key "chanelBinding"; did you mean "channelBinding"?',
  ],
  [
    'channel binding that there is not',
    `servers: { ${OFFICE}, ex: { type: exchange, url: "https://mail.example.com/", channelBinding: always } }\n${BOX}`,
    'mailroom.yaml:1:132: servers.ex.channelBinding: expected one of auto, never, found "always"; write channelBinding: auto | never',
  ],
  [
    'a duration without unit',
    server('limits: { timeout: 30 }'),
    'mailroom.yaml:2:68: servers.office.limits.timeout: 30 has no unit; write for example 30 s',
  ],
  [
    'a duration in unknown units',
    server('limits: { timeout: 30 sekunden }'),
    'mailroom.yaml:2:68: servers.office.limits.timeout: "sekunden" is no unit of a duration; write a number with ms, s, min, h, days or weeks, for example "30 s" or "5 min"',
  ],
  [
    'a duration that is none',
    server('polling: { every: often }'),
    'mailroom.yaml:2:67: servers.office.polling.every: "often" is not a duration; write a number with ms, s, min, h, days or weeks, for example "30 s" or "5 min"',
  ],
  [
    'a duration that hammers the server',
    server('polling: { every: 10 ms }'),
    'mailroom.yaml:2:67: servers.office.polling.every: this is less than 1 s; write at least "1 s"',
  ],
  [
    'a size without unit',
    `limits: { parseBytes: 24 }\n${IMAP}\n${BOX}`,
    'mailroom.yaml:1:23: limits.parseBytes: 24 has no unit; write for example 24 MB',
  ],
  [
    'a size in unknown units',
    `limits: { parseBytes: 24 Mbit }\n${IMAP}\n${BOX}`,
    'mailroom.yaml:1:23: limits.parseBytes: "Mbit" is no unit of a size; write a number with B, kB, MB, GB, KiB, MiB or GiB, for example "24 MB"',
  ],
  [
    'yes in place of true',
    server('polling: { push: yes }'),
    'mailroom.yaml:2:66: servers.office.polling.push: expected true or false, found "yes"; write true',
  ],
  [
    'a number as user name',
    receive('server: office, auth: { username: 4711, password: { env: P } }'),
    'mailroom.yaml:4:50: mailboxes[0].receive.auth.username: expected a text, found 4711; put it in quotes: "4711"',
  ],
  [
    'a number as password',
    receive('server: office, auth: { username: anna, password: 12345678 }'),
    'mailroom.yaml:4:66: mailboxes[0].receive.auth.password: expected { env: NAME }, { file: PATH } or { exec: [COMMAND, …] }, found a number; write for example password: { env: ANNA_PASSWORD }',
  ],
  [
    'a date that does not exist',
    receive(`server: office, since: 2026-02-30, ${LOGIN}`),
    'mailroom.yaml:4:39: mailboxes[0].receive.since: 2026-02-30 is not a day of the calendar; write a date such as 2026-01-01, an age such as "90 days", or all',
  ],
  [
    'a date of the wrong form',
    receive(`server: office, since: 01.02.2026, ${LOGIN}`),
    'mailroom.yaml:4:39: mailboxes[0].receive.since: "01.02.2026" is neither a date nor an age; write a date such as 2026-01-01, an age such as "90 days", or all',
  ],
  [
    'a year as date',
    receive(`server: office, since: 2026, ${LOGIN}`),
    'mailroom.yaml:4:39: mailboxes[0].receive.since: 2026 is no date; write for example 2026-01-01',
  ],
  [
    'a date in the future',
    receive(`server: office, since: 2099-01-01, ${LOGIN}`),
    'mailroom.yaml:4:39: mailboxes[0].receive.since: 2099-01-01 lies in the future: nothing would be received; write a day that has begun, or an age such as "90 days"',
  ],
  [
    'an address that is none',
    `${IMAP}\nmailboxes:\n  - address: anna.example.com\n    receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:3:14: mailboxes[0].address: this is not an email address; write the bare address, for example anna@example.com',
  ],
  [
    'an address with a name',
    `${IMAP}\nmailboxes:\n  - address: Anna <anna@example.com>\n    receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:3:14: mailboxes[0].address: this is not an email address; write the bare address, for example anna@example.com',
  ],
  [
    'a mailbox without address',
    `${IMAP}\nmailboxes:\n  - receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:3:5: mailboxes[0].address: "address" is missing; write for example address: anna@example.com',
  ],
  [
    'an alias that is none',
    `${IMAP}\nmailboxes:\n  - address: anna@example.com\n    aliases: [berg]\n    receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:4:15: mailboxes[0].aliases[0]: this is not an email address; write the bare address, for example anna@example.com',
  ],
  [
    'aliases as text',
    `${IMAP}\nmailboxes:\n  - address: anna@example.com\n    aliases: a@example.com\n    receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:4:14: mailboxes[0].aliases: expected a list, found "a@example.com"; write a list: [a@example.com]',
  ],
  [
    'mailboxes as keys',
    `${IMAP}\nmailboxes:\n  anna@example.com: { receive: { server: office } }`,
    'mailroom.yaml:3:3: mailboxes: expected a list, found keys with values; begin each entry with "- "',
  ],
  [
    'an owner as text',
    `${IMAP}\nmailboxes:\n  - address: anna@example.com\n    owner: anna\n    receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:4:12: mailboxes[0].owner: expected { user: NAME } or { queue: NAME }, found "anna"; write for example owner: { user: anna }',
  ],
  [
    'an owner twice',
    `${IMAP}\nmailboxes:\n  - address: anna@example.com\n    owner: { user: anna, queue: info }\n    receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:4:12: mailboxes[0].owner: takes only one of user, queue; keep one of them',
  ],
  [
    'an unknown folder role',
    receive(`server: office, folders: [{ role: snet }], ${LOGIN}`),
    'mailroom.yaml:4:50: mailboxes[0].receive.folders[0].role: expected one of inbox, sent, drafts, trash, junk, archive, all, flagged, important, found "snet"; did you mean "sent"?',
  ],
  [
    'a folder with an unknown key',
    receive(`server: office, folders: [{ rolle: sent }], ${LOGIN}`),
    'mailroom.yaml:4:44: mailboxes[0].receive.folders[0].rolle: unknown key "rolle"; did you mean "role"?',
  ],
  [
    'no folder at all',
    receive(`server: office, folders: [], ${LOGIN}`),
    'mailroom.yaml:4:41: mailboxes[0].receive.folders: the list is empty; write at least one, or remove the key',
  ],
  [
    'an empty section',
    `${IMAP}\nmailboxes:\n  - address: anna@example.com\n    receive:\n`,
    'mailroom.yaml:4:5: mailboxes[0].receive: "receive" is empty; write a value or remove the line',
  ],
  [
    'afterReceive misspelt',
    receive(`server: popbox, afterReceive: deleted, ${LOGIN}`, POP),
    'mailroom.yaml:4:46: mailboxes[0].receive.afterReceive: expected keep, delete or { deleteAfterDays: N }, found "deleted"; did you mean "delete"?',
  ],
  [
    'afterReceive with a text',
    receive(`server: popbox, afterReceive: { deleteAfterDays: soon }, ${LOGIN}`, POP),
    'mailroom.yaml:4:65: mailboxes[0].receive.afterReceive.deleteAfterDays: expected a whole number, found "soon"; write a number',
  ],
  [
    'a secret with two sources',
    receive('server: office, auth: { username: anna, password: { env: P, file: p } }'),
    'mailroom.yaml:4:66: mailboxes[0].receive.auth.password: takes only one of env, file, exec; keep one of them',
  ],
  [
    'a secret with a misspelt source',
    receive('server: office, auth: { username: anna, password: { fiel: p } }'),
    'mailroom.yaml:4:68: mailboxes[0].receive.auth.password: this is no secret; did you mean "file"?',
  ],
  [
    'a secret as list',
    receive('server: office, auth: { username: anna, password: [p] }'),
    'mailroom.yaml:4:66: mailboxes[0].receive.auth.password: expected { env: NAME }, { file: PATH } or { exec: [COMMAND, …] }, found a list; write for example password: { env: ANNA_PASSWORD }',
  ],
  [
    'an unknown log level',
    `log: { level: verbose }\n${IMAP}\n${BOX}`,
    'mailroom.yaml:1:15: log.level: expected one of error, warn, info, debug, found "verbose"; write level: error | warn | info | debug',
  ],
  [
    'keep with an unknown word',
    `${IMAP}\ndefaults: { keep: tracking }\n${BOX}`,
    'mailroom.yaml:2:19: defaults.keep: expected one of all, tracked, found "tracking"; write keep: all | tracked',
  ],
  [
    'sendAs that is no address',
    `servers: { ${OFFICE}, ${RELAY} }\n${BOX}\n    send: { server: relay, sendAs: [sales] }`,
    'mailroom.yaml:5:37: mailboxes[0].send.sendAs[0]: this is not an email address; write the bare address, for example anna@example.com',
  ],
  [
    'a database address of another kind',
    `database: { url: "mysql://localhost/mail" }\n${IMAP}\n${BOX}`,
    'mailroom.yaml:1:18: database.url: this is no PostgreSQL address; write postgresql://user@host:5432/name, best as { env: DATABASE_URL }',
  ],
];

const REFERENCES: readonly Case[] = [
  [
    'an unknown server',
    receive(`server: ofice, ${LOGIN}`),
    'mailroom.yaml:4:24: mailboxes[0].receive.server: there is no server "ofice"; did you mean "office"?',
  ],
  [
    'a server nothing like any',
    receive(`server: gmail, ${LOGIN}`),
    'mailroom.yaml:4:24: mailboxes[0].receive.server: there is no server "gmail"; servers: office',
  ],
  [
    'an unknown group',
    `servers: { ${OFFICE} }\ngroups: { sales: { receive: { server: office } } }\nmailboxes:\n  - address: anna@example.com\n    group: sale\n    receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:5:12: mailboxes[0].group: there is no group "sale"; did you mean "sales"?',
  ],
  [
    'no server named',
    receive(LOGIN),
    'mailroom.yaml:4:14: mailboxes[0].receive: the receive section names no server; write server: office',
  ],
  [
    'SMTP under receive',
    receive(`server: relay, ${LOGIN}`, `${RELAY}, ${OFFICE}`),
    'mailroom.yaml:4:24: mailboxes[0].receive.server: "relay" is of type smtp, which cannot stand under receive; write server: office',
  ],
  [
    'IMAP under send',
    `servers: { ${OFFICE}, ${RELAY} }\n${BOX}\n    send: { server: office, auth: same }`,
    'mailroom.yaml:5:21: mailboxes[0].send.server: "office" is of type imap, which cannot stand under send; write server: relay',
  ],
  [
    'IMAP under items',
    `servers: { ${OFFICE} }\n${BOX}\n    items: { server: office, appointments: true }`,
    'mailroom.yaml:5:22: mailboxes[0].items.server: "office" is of type imap, which cannot stand under items; define a server of type exchange',
  ],
  [
    'a mailbox that does nothing',
    `${IMAP}\nmailboxes:\n  - address: anna@example.com\n`,
    'mailroom.yaml:3:5: mailboxes[0]: anna@example.com neither receives nor sends, and has no items; write receive: { server: NAME }, or a group that has it',
  ],
  [
    'one address in two mailboxes',
    `${IMAP}\n${BOX}\n  - address: Anna@example.com\n    receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:5:14: mailboxes[1].address: Anna@example.com already belongs to the mailbox at mailroom.yaml:3; an address has one mailbox; remove one of the two',
  ],
  [
    'an alias that is another mailbox',
    `${IMAP}\n${BOX}\n  - address: info@example.com\n    aliases: [anna@example.com]\n    receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:6:15: mailboxes[1].aliases[0]: anna@example.com already belongs to the mailbox at mailroom.yaml:3; an address has one mailbox; remove one of the two',
  ],
  [
    'one id for two mailboxes',
    `${IMAP}\n${BOX}\n    id: a1\n  - address: info@example.com\n    id: a1\n    receive: { server: office, ${LOGIN} }`,
    'mailroom.yaml:7:9: mailboxes[1].id: the id "a1" already belongs to the mailbox at mailroom.yaml:5; write an id of its own: id: NAME',
  ],
  [
    'clear text without leave',
    server('tls: none'),
    'mailroom.yaml:2:54: servers.office.tls: passwords and mail would go over the network in clear text; write tls: implicit or starttls (https), or allow it with allowClearText: true',
  ],
  [
    'folders on POP3',
    receive(`server: popbox, folders: [INBOX, Archive], ${LOGIN}`, POP),
    'mailroom.yaml:4:41: mailboxes[0].receive.folders: "popbox" is a POP3 server, which has no folder but INBOX; write folders: [INBOX], or use an IMAP server',
  ],
  [
    'deleting on IMAP',
    receive(`server: office, afterReceive: delete, ${LOGIN}`),
    'mailroom.yaml:4:46: mailboxes[0].receive.afterReceive: deleting after receipt is offered for POP3 and for queues on Exchange, and "office" is of type imap; write afterReceive: keep, or leave it out',
  ],
  [
    "deletion from a person's mailbox on Exchange",
    receive(`server: ex, afterReceive: delete, ${LOGIN}`, EXCHANGE),
    'mailroom.yaml:4:42: mailboxes[0].receive.afterReceive: deleting after receipt would empty a person\'s mailbox on "ex"; it is offered for queues; write owner: { queue: NAME } if it is one, else afterReceive: keep',
  ],
  [
    'deletion after days from the mailbox of a user on Exchange',
    `${receive(`server: ex, afterReceive: { deleteAfterDays: 9 }, ${LOGIN}`, EXCHANGE)}\n    owner: { user: anna }`,
    'mailroom.yaml:4:42: mailboxes[0].receive.afterReceive: deleting after receipt would empty a person\'s mailbox on "ex"; it is offered for queues; write owner: { queue: NAME } if it is one, else afterReceive: keep',
  ],
  [
    'no login',
    receive('server: office'),
    'mailroom.yaml:4:14: mailboxes[0].receive.auth: nothing says how to log in to "office"; write auth: { username: NAME, password: { env: NAME } }',
  ],
  [
    'no password',
    receive('server: office, auth: { username: anna }'),
    'mailroom.yaml:4:38: mailboxes[0].receive.auth: the login to "office" has no password; write password: { env: NAME } or { file: PATH }',
  ],
  [
    'ntlm on IMAP',
    receive('server: office, auth: { method: ntlm, username: anna, password: { env: P } }'),
    'mailroom.yaml:4:48: mailboxes[0].receive.auth.method: "office" is of type imap, which cannot log in by ntlm; write method: password | oauth2',
  ],
  [
    'no login on IMAP',
    receive('server: office, auth: { method: none }'),
    'mailroom.yaml:4:48: mailboxes[0].receive.auth.method: "office" is of type imap, which cannot log in by none; write method: password | oauth2',
  ],
  [
    'oauth2 without provider',
    receive('server: office, auth: { method: oauth2, username: anna }'),
    'mailroom.yaml:4:38: mailboxes[0].receive.auth: oauth2 needs a provider; write provider: gmail, microsoft, yahoo or one of your own',
  ],
  [
    'a provider that is not set up',
    receive('server: office, auth: { provider: gmail }'),
    'mailroom.yaml:4:50: mailboxes[0].receive.auth.provider: the client for "gmail" is not set up; write oauth: { gmail: { clientId: … } }',
  ],
  [
    'a provider nobody knows',
    receive('server: office, auth: { provider: gmial }'),
    'mailroom.yaml:4:50: mailboxes[0].receive.auth.provider: there is no provider "gmial"; did you mean "gmail"?',
  ],
  [
    'a provider of one’s own without addresses',
    `oauth: { own: { clientId: x } }\n${IMAP}\n${BOX}`,
    'mailroom.yaml:1:15: oauth.own: "own" is not known by itself and lacks authorizationUrl, tokenUrl, scopes; known are gmail, microsoft and yahoo; write the addresses of others',
  ],
  [
    'client-credentials at Microsoft for nobody’s tenant',
    `oauth: { microsoft: { clientId: x, grant: client-credentials } }\n${IMAP}\n${BOX}`,
    'mailroom.yaml:1:21: oauth.microsoft.tenant: client-credentials needs the tenant whose mailboxes are granted; write tenant: contoso.onmicrosoft.com, or the directory id',
  ],
  [
    'auth: same under receive',
    receive('server: office, auth: same'),
    'mailroom.yaml:4:38: mailboxes[0].receive.auth: expected keys with values, found "same"; possible keys: method, username, password, provider',
  ],
  [
    'auth: same with nothing to be the same as',
    `servers: { relay: { type: smtp, host: smtp.example.com } }\nmailboxes:\n  - address: anna@example.com\n    send: { server: relay, auth: same }`,
    'mailroom.yaml:4:34: mailboxes[0].send.auth: "same" refers to the login for receiving, and this mailbox receives nothing; write the login out',
  ],
  [
    'a password that would go to another server',
    `servers: { ${OFFICE}, relay: { type: smtp, host: smtp.example.com } }\n${BOX}\n    send: { server: relay }`,
    'mailroom.yaml:5:11: mailboxes[0].send.auth: nothing says how to log in to "relay"; write auth: same, an auth section, or auth: { method: none } at the server',
  ],
  [
    'a group’s password on another server',
    `servers: { ${OFFICE}, other: { type: imap, host: other.example.com } }\ngroups: { sales: { receive: { server: office, ${LOGIN} } } }\nmailboxes:\n  - address: anna@example.com\n    group: sales\n    receive: { server: other }`,
    'mailroom.yaml:6:14: mailboxes[0].receive.auth: nothing says how to log in to "other"; the password at hand is for "office" and goes nowhere else; write auth: { username: NAME, password: { env: NAME } }',
  ],
  [
    'an unknown placeholder',
    receive('server: office, auth: { username: "{lokalpart}", password: { env: P } }'),
    'mailroom.yaml:4:50: mailboxes[0].receive.auth.username: unknown placeholder {lokalpart}; did you mean "localpart"?',
  ],
  [
    'an address that would choose the file',
    `${IMAP}\nmailboxes:\n  - address: etc/x@example.com\n    receive: { server: office, auth: { password: { file: "secrets/{localpart}" } } }`,
    'mailroom.yaml:4:58: mailboxes[0].receive.auth.password.file: {localpart} of etc/x@example.com would lead to another folder; write this value out for this mailbox',
  ],
  [
    'a certificate authority that is not there',
    server('ca: { file: ca.pem }'),
    'mailroom.yaml:2:61: servers.office.ca.file: cannot read ca.pem: there is no such file (ENOENT); check the path',
  ],
  [
    'a certificate authority that is no certificate',
    server('ca: { file: ca.pem }'),
    'mailroom.yaml:2:61: servers.office.ca.file: ca.pem holds no certificate; it must be PEM: -----BEGIN CERTIFICATE-----',
    { 'ca.pem': 'hello' },
  ],
];

const FILES: readonly Case[] = [
  [
    'an included file that is not there',
    `include: more.yaml\n${IMAP}\n${BOX}`,
    'mailroom.yaml:1:10: include: cannot read more.yaml: there is no such file (ENOENT); check the file',
  ],
  [
    'an included folder',
    `include: sub\n${IMAP}\n${BOX}`,
    'mailroom.yaml:1:10: include: cannot read sub: it is a directory (EISDIR); check the file',
    { 'sub/x.yaml': '' },
  ],
  [
    'a pattern that matches nothing',
    `include: mailboxes.d/*.yaml\n${IMAP}\n${BOX}`,
    'W mailroom.yaml:1:10: include: "mailboxes.d/*.yaml" matches no file; looked in .',
  ],
  [
    'files that include each other',
    `include: a.yaml\n${IMAP}\n${BOX}`,
    'a.yaml:1:10: include: mailroom.yaml includes itself, over 2 file(s); remove one of the includes',
    { 'a.yaml': 'include: mailroom.yaml\n' },
  ],
  [
    'a server defined in two files',
    `include: a.yaml\n${IMAP}\n${BOX}`,
    'a.yaml:1:12: servers.office: "office" is already defined at mailroom.yaml:2; rename one of the two',
    { 'a.yaml': IMAP },
  ],
  [
    'a wrong line in an included file',
    `include: a.yaml\n${IMAP}\n`,
    'a.yaml:3:24: mailboxes[0].receive.server: there is no server "ofice"; did you mean "office"?',
    { 'a.yaml': `mailboxes:\n  - address: info@example.com\n    receive: { server: ofice, ${LOGIN} }` },
  ],
  [
    'a CSV file that is not there',
    `${IMAP}\nmailboxesFrom:\n  - csv: people.csv\n`,
    'mailroom.yaml:3:10: mailboxesFrom[0].csv: cannot read people.csv: there is no such file (ENOENT); check the path',
  ],
  [
    'a CSV row with too many fields',
    `${IMAP}\ngroups: { g: { receive: { server: office, auth: { password: { env: P } } } } }\nmailboxesFrom:\n  - { csv: people.csv, group: g }\n`,
    'people.csv:3:1: mailboxesFrom[0].row 3: the row has 3 fields, the header 2; put fields that contain the delimiter in double quotes',
    { 'people.csv': 'address,id\na@example.com,1\nb@example.com,2,3\n' },
  ],
  [
    'a CSV row with a wrong address',
    `${IMAP}\ngroups: { g: { receive: { server: office, auth: { password: { env: P } } } } }\nmailboxesFrom:\n  - { csv: people.csv, group: g }\n`,
    'people.csv:3:3: mailboxesFrom[0].row 3.address: this is not an email address; write the bare address, for example anna@example.com',
    { 'people.csv': 'id,address\n1,a@example.com\n2,b.example.com\n' },
  ],
  [
    'an unknown CSV column',
    `${IMAP}\nmailboxesFrom:\n  - csv: people.csv\n`,
    'people.csv:1:1: mailboxesFrom[0]: unknown column "adress"; did you mean "address"? (or write columns, then further ones are ignored)',
    { 'people.csv': 'adress,id\na@example.com,1\n' },
  ],
  [
    'a mapped column that is not there',
    `${IMAP}\nmailboxesFrom:\n  - { csv: people.csv, columns: { address: mail } }\n`,
    'people.csv:1:1: mailboxesFrom[0].columns: there is no column "mail"; did you mean "email"?',
    { 'people.csv': 'email,id\na@example.com,1\n' },
  ],
  [
    'a mapping to a key that is not there',
    `${IMAP}\nmailboxesFrom:\n  - { csv: people.csv, columns: { adress: mail } }\n`,
    'mailroom.yaml:3:35: mailboxesFrom[0].columns: "adress" is no key of a mailbox; did you mean "address"?',
    { 'people.csv': 'mail,id\na@example.com,1\n' },
  ],
  [
    'a CSV quote that is never closed',
    `${IMAP}\ngroups: { g: { receive: { server: office, auth: { password: { env: P } } } } }\nmailboxesFrom:\n  - { csv: people.csv, group: g }\n`,
    'people.csv:2:1: mailboxesFrom[0].row 2: a quoted field is never closed; double a quote inside a quoted field, and close it',
    { 'people.csv': 'address,id\n"a@example.com,1\n' },
  ],
  [
    'an NDJSON line that is no JSON',
    `${IMAP}\ngroups: { g: { receive: { server: office, auth: { password: { env: P } } } } }\nmailboxesFrom:\n  - { ndjson: people.ndjson, group: g }\n`,
    'people.ndjson:2:1: mailboxesFrom[0].row 2: the line is not a JSON object; write one object per line: {"address": "anna@example.com"}',
    { 'people.ndjson': '{"address":"a@example.com"}\n{"address":\n' },
  ],
  [
    'an NDJSON line with an unknown key',
    `${IMAP}\ngroups: { g: { receive: { server: office, auth: { password: { env: P } } } } }\nmailboxesFrom:\n  - { ndjson: people.ndjson, group: g }\n`,
    'people.ndjson:1:1: mailboxesFrom[0].row 1.adress: unknown key "adress"; did you mean "address"?',
    { 'people.ndjson': '{"adress":"a@example.com"}\n' },
  ],
  [
    'a source that names a command',
    `${IMAP}\nmailboxesFrom:\n  - { ndjson: people.ndjson }\n`,
    'people.ndjson:1:1: mailboxesFrom[0].row 1.receive.auth.password.exec: a source cannot name commands; write the exec under defaults or a group',
    { 'people.ndjson': '{"address":"a@example.com","receive":{"server":"office","auth":{"password":{"exec":["rm"]}}}}\n' },
  ],
  [
    'a command that is not there',
    `${IMAP}\nmailboxesFrom:\n  - exec: [list-of-people-that-is-not-there]\n`,
    'mailroom.yaml:3:11: mailboxesFrom[0].exec: the command "list-of-people-that-is-not-there" failed: there is no such file (ENOENT); run it by hand to see more',
  ],
  [
    'a command that fails',
    `${IMAP}\nmailboxesFrom:\n  - exec: [sh, -c, "echo no directory >&2; exit 3"]\n`,
    'mailroom.yaml:3:11: mailboxesFrom[0].exec: the command "sh" failed: exit code 3, "no directory"; run it by hand to see more',
  ],
  [
    'a source of two kinds',
    `${IMAP}\nmailboxesFrom:\n  - { csv: a.csv, ndjson: b.ndjson }\n`,
    'mailroom.yaml:3:5: mailboxesFrom[0]: names not exactly one of csv, ndjson and exec; write for example - csv: people.csv',
    { 'a.csv': 'address\n', 'b.ndjson': '' },
  ],
];

const WARNINGS: readonly Case[] = [
  [
    'a literal password',
    receive('server: office, auth: { username: anna, password: Geheim1 }'),
    'W mailroom.yaml:4:66: mailboxes[0].receive.auth.password: the secret stands here readable for all who may read the file; write { env: NAME }, { file: PATH } or { exec: [COMMAND] }',
  ],
  [
    'a port of the other tls mode',
    server('port: 143'),
    'W mailroom.yaml:2:55: servers.office.port: port 143 is usually tls: starttls, and this server says tls: implicit; write tls: starttls, or port: 993',
  ],
  [
    'STARTTLS on the port of implicit TLS',
    server('port: 993, tls: starttls'),
    'W mailroom.yaml:2:55: servers.office.port: port 993 is usually tls: implicit, and this server says tls: starttls; write tls: implicit, or port: 143',
  ],
  [
    'clear text that is allowed',
    server('tls: none, allowClearText: true'),
    'W mailroom.yaml:2:76: servers.office.allowClearText: passwords and mail go over the network in clear text; only for a server on the same machine or network',
  ],
  [
    'no mailbox',
    IMAP,
    'W mailroom.yaml:1:1: mailboxes: there is no mailbox; write one under mailboxes:, or run "mailroom init ADDRESS"',
  ],
  [
    'a group nobody is in',
    `groups: { sales: { keep: all } }\n${IMAP}\n${BOX}`,
    'W mailroom.yaml:1:11: groups.sales: no mailbox is in the group "sales"',
  ],
  [
    'an alias twice',
    `${IMAP}\n${BOX}\n    aliases: [anna@example.com]`,
    'W mailroom.yaml:5:15: mailboxes[0].aliases[0]: anna@example.com is named twice; leave one out',
  ],
  [
    'as many connections as Exchange lets an account have',
    `servers: { ${OFFICE}, exchange: { type: exchange, url: "https://mail.example.com/EWS/Exchange.asmx", limits: { connectionsPerAccount: 27 } } }\n${BOX}`,
    'W mailroom.yaml:1:172: servers.exchange.limits.connectionsPerAccount: Exchange lets an account have 27 connections at a time, those of Outlook and phones among them, and this asks for 27; write fewer, or raise EwsMaxConcurrency in the throttling policy of the account',
  ],
  [
    'items that keep nothing in step',
    `servers: { ${OFFICE}, exchange: { type: exchange, url: "https://mail.example.com/EWS/Exchange.asmx" } }\n${BOX}\n    items: { server: exchange, auth: { method: kerberos } }`,
    'W mailroom.yaml:5:12: mailboxes[0].items: the section keeps nothing in step; write appointments: true, contacts: true or tasks: true',
  ],
];

const ALL = { SYNTAX, KEYS, VALUES, REFERENCES, FILES, WARNINGS };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailroom-wrong-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let homes = 0;
async function load([, written, , files]: Case): Promise<string[]> {
  const home = join(folder, String(homes++));
  const all = { 'mailroom.yaml': written, ...files };
  for (const [name, content] of Object.entries(all)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), content);
  }
  const loaded = await loadConfig(join(home, 'mailroom.yaml'), {
    // Not the folders of whoever runs this: one that may not be searched is told otherwise than one without the command.
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` },
    now: new Date('2026-11-22T12:00:00Z'),
  });
  const lines = 'problems' in loaded ? loaded.problems.map(problemLine) : [];
  const warnings = 'problems' in loaded ? loaded.warnings : loaded.config.warnings;
  return [...lines, ...warnings.map((warning) => `W ${problemLine(warning)}`)].map((line) =>
    line.replaceAll(`${home}/`, '').replaceAll(home, '.'),
  );
}

describe.each(Object.entries(ALL))('%s', (_name, cases) => {
  test.each(cases.map((row) => [row[0], row] as const))('%s', async (_what, row) => {
    expect(await load(row)).toEqual([row[2]]);
  });
});

test('a wrong secret is never quoted', async () => {
  const cases = Object.values(ALL)
    .flat()
    .filter(([, written]) => written.includes('Geheim1') || written.includes('12345678'));
  expect(cases.length).toBeGreaterThanOrEqual(5);
  for (const row of cases) expect((await load(row)).join()).not.toMatch(/Geheim1|12345678/);
});
