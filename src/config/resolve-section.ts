/** receive, send and items of one mailbox. Undefined: something was wrong and is reported. */
import type { AfterReceive, AuthConfig, FolderChoice, ReceiveConfig, SendConfig, ServerConfig, ServerType } from './config.ts';
import { isBroken, text } from './node.ts';
import { resolveAuth } from './resolve-auth.ts';
import type { ResolvedServer } from './resolve-server.ts';
import type { SectionContext } from './resolving.ts';
import type { WrittenReceive, WrittenSend } from './schema-mailbox.ts';
import { didYouMean } from './suggest.ts';
import { sinceDate } from './unit.ts';

const TYPES: Record<SectionContext['section'], readonly ServerType[]> = {
  receive: ['imap', 'pop3', 'exchange', 'memory'],
  send: ['smtp', 'exchange', 'memory'],
  items: ['exchange', 'memory'],
};

export function resolveReceive(context: SectionContext): ReceiveConfig | undefined {
  const server = serverOf(context);
  if (server === undefined) return undefined;
  const auth = authOf(context, server);
  const written = context.written.receive as WrittenReceive;
  const fits = [checkFolders(context, server.config, written), checkAfterReceive(context, server.config, written)];
  const since = sinceDate(written.since ?? { kind: 'all' }, context.house.now);
  if (since !== null && since > context.house.now) {
    const day = since.toISOString().slice(0, 10);
    context.problem(
      ['since'],
      `${day} lies in the future: nothing would be received`,
      'write a day that has begun, or an age such as "90 days"',
    );
    return undefined;
  }
  if (auth === undefined || fits.includes(false)) return undefined;
  return {
    server: server.config,
    folders: (written.folders ?? ['INBOX']) as FolderChoice[],
    since,
    afterReceive: toAfterReceive(written.afterReceive),
    auth,
    limits: context.limits,
  };
}

export function resolveSend(context: SectionContext): SendConfig | undefined {
  const server = serverOf(context);
  if (server === undefined) return undefined;
  const auth = authOf(context, server);
  if (auth === undefined) return undefined;
  const written = context.written.send as WrittenSend;
  return {
    server: server.config,
    auth,
    sendAs: written.sendAs ?? [],
    saveToSent: written.saveToSent ?? true,
    perCorrespondentPerHour: written.perCorrespondentPerHour!,
  };
}

export function serverOf(context: SectionContext): ResolvedServer | undefined {
  const { house, section } = context;
  const node = context.node.entries.get('server')?.node;
  if (isBroken(node)) return undefined;
  const name = text(node);
  const usable = [...house.servers.keys()].filter((known) => {
    const server = house.servers.get(known);
    return server === null || server === undefined || TYPES[section].includes(server.config.type);
  });
  if (name === undefined) {
    const hint =
      usable.length === 0
        ? `define one of type ${TYPES[section].slice(0, -1).join(' or ')}`
        : `write server: ${usable.slice(0, 6).join(' | ')}`;
    context.problem([], `the ${section} section names no server`, hint);
    return undefined;
  }
  const server = house.servers.get(name);
  if (server === undefined) {
    context.problem(['server'], `there is no server "${name}"`, didYouMean(name, usable, 'servers'));
    return undefined;
  }
  if (server === null) return undefined;
  if (TYPES[section].includes(server.config.type)) return server;
  const advice =
    usable.length === 0
      ? `define a server of type ${TYPES[section].slice(0, -1).join(' or ')}`
      : `write server: ${usable.slice(0, 6).join(' | ')}`;
  context.problem(['server'], `"${name}" is of type ${server.config.type}, which cannot stand under ${section}`, advice);
  return undefined;
}

export function authOf(context: SectionContext, server: ResolvedServer): AuthConfig | undefined {
  const { house, section, address, receiving, droppedServer } = context;
  return resolveAuth({
    section,
    server,
    node: context.node.entries.get('auth')?.node,
    own: context.ownAuth,
    address,
    providers: house.providers,
    brokenProviders: house.brokenProviders,
    receiving,
    droppedServer,
    problem: context.problem,
    warning: context.warning,
  });
}

function checkFolders(context: SectionContext, server: ServerConfig, written: WrittenReceive): boolean {
  if (server.type !== 'pop3') return true;
  const other = (written.folders ?? []).find((folder) => !isInbox(folder as FolderChoice));
  if (other === undefined) return true;
  context.problem(
    ['folders'],
    `"${server.name}" is a POP3 server, which has no folder but INBOX`,
    'write folders: [INBOX], or use an IMAP server',
  );
  return false;
}

function isInbox(folder: FolderChoice): boolean {
  const name = typeof folder === 'string' ? folder : 'role' in folder ? folder.role : folder.name;
  return name.toUpperCase() === 'INBOX';
}

function checkAfterReceive(context: SectionContext, server: ServerConfig, written: WrittenReceive): boolean {
  if ((written.afterReceive ?? 'keep') === 'keep' || server.type === 'pop3' || server.type === 'memory') return true;
  const { owner } = context.written;
  const isQueue = owner !== undefined && 'queue' in owner;
  if (server.type === 'exchange' && isQueue) return true;
  context.problem(
    ['afterReceive'],
    server.type === 'exchange'
      ? `deleting after receipt would empty a person's mailbox on "${server.name}"; it is offered for queues`
      : `deleting after receipt is offered for POP3 and for queues on Exchange, and "${server.name}" is of type ${server.type}`,
    server.type === 'exchange'
      ? 'write owner: { queue: NAME } if it is one, else afterReceive: keep'
      : 'write afterReceive: keep, or leave it out',
  );
  return false;
}

function toAfterReceive(written: WrittenReceive['afterReceive']): AfterReceive {
  if (typeof written === 'object') return { kind: 'delete-after', days: written.deleteAfterDays };
  return { kind: written ?? 'keep' };
}
