/** Adds one mailbox and its servers to the config file, comments and order of what stands there untouched. */
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Document, isMap, isSeq, parseDocument } from 'yaml';
import type { Endpoint } from './known-provider.ts';

export interface NewServer extends Endpoint {
  readonly type: 'imap' | 'pop3' | 'smtp';
}

export interface NewMailbox {
  readonly address: string;
  readonly incoming: NewServer;
  readonly outgoing: NewServer | null;
  readonly auth: Readonly<Record<string, unknown>>;
  /** An OAuth2 client to set up, unless the config has one of that name. */
  readonly client: { readonly provider: string; readonly settings: Readonly<Record<string, unknown>> } | null;
}

const HEAD = `# The configuration of Mailroom. config/mailroom.example.yaml shows every setting with its default and its reason.
# After a change: "mailroom check", and "mailroom plan" for what it would do. A running server notices by itself.

`;

/** Returns the way back. */
export async function writeMailbox(file: string, mailbox: NewMailbox): Promise<() => Promise<void>> {
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const document: Document = parseDocument(before ?? '');
  if (!isMap(document.contents)) document.contents = document.createNode({});
  const servers = [mailbox.incoming, mailbox.outgoing].map((server) =>
    server === null ? null : serverName(document, server, mailbox.address),
  );
  addClient(document, mailbox);
  addMailbox(document, mailbox, servers[0]!, servers[1] ?? null);
  const text = document.toString({ lineWidth: 0 });
  await replaceFile(file, before === null ? HEAD + text : before.includes('\r\n') ? text.replace(/\r?\n/g, '\r\n') : text);
  return () => (before === null ? rm(file) : replaceFile(file, before));
}

/** The name of the server; one with the same settings is used again. */
function serverName(document: Document, server: NewServer, address: string): string {
  const known = document.toJS().servers as Record<string, Record<string, unknown>> | null | undefined;
  for (const [name, written] of Object.entries(known ?? {})) {
    const same = written?.type === server.type && written.host === server.host && (written.tls ?? 'implicit') === server.tls;
    if (same && (written.port === undefined || written.port === server.port) && written.auth === undefined) return name;
  }
  const base = `${address
    .slice(address.lastIndexOf('@') + 1)
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')}-${server.type}`;
  let name = base;
  for (let more = 2; known?.[name] !== undefined; more++) name = `${base}-${more}`;
  const { type, host, port, tls } = server;
  ensure(document, 'servers', {});
  document.setIn(['servers', name], document.createNode({ type, host, port, tls }, { flow: true }));
  return name;
}

function addClient(document: Document, { client }: NewMailbox): void {
  if (client === null || document.hasIn(['oauth', client.provider])) return;
  ensure(document, 'oauth', {});
  document.setIn(['oauth', client.provider], document.createNode(client.settings));
}

function addMailbox(document: Document, mailbox: NewMailbox, incoming: string, outgoing: string | null): void {
  ensure(document, 'mailboxes', []);
  const node = document.createNode({
    address: mailbox.address,
    receive: { server: incoming, auth: mailbox.auth },
    ...(outgoing === null ? {} : { send: { server: outgoing, auth: 'same' } }),
  });
  document.addIn(['mailboxes'], node);
}

function ensure(document: Document, key: string, empty: object): void {
  const known = document.get(key, true);
  const fits = Array.isArray(empty) ? isSeq(known) && known.items.length > 0 : isMap(known) && known.items.length > 0;
  if (!fits) document.set(key, document.createNode(empty, { flow: false }));
}

async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const mode = await stat(file).then(
    (known) => known.mode & 0o777,
    () => 0o640,
  );
  const fresh = join(dirname(file), `.${process.pid}.new.yaml`);
  await writeFile(fresh, text, { mode });
  await rename(fresh, file);
}

/** Writes a secret where only this user may read it; returns the path as the config names it. */
export async function writeSecret(file: string, address: string, secret: string): Promise<string> {
  const name = address.replaceAll(/[^A-Za-z0-9@._+-]/g, '_');
  const folder = join(dirname(file), 'secrets');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, name), `${secret}\n`, { mode: 0o600 });
  // An older file keeps its mode when it is written again.
  await chmod(join(folder, name), 0o600);
  return `secrets/${name}`;
}
