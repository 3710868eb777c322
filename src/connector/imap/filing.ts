/** Our copy of sent mail: looked for by its Message-ID, appended once. The only part that writes. */
import type { EmailFiling, FolderRole } from '../connector.ts';
import type { ImapConnection } from './connection.ts';
import { refOf } from './cursor.ts';
import { byRole, type ListedFolder, listFolders } from './folders.ts';
import { openFolder, searchUids } from './opened-folder.ts';
import { packUids } from './uid-set.ts';

export function createImapFiling(connect: () => Promise<ImapConnection>): EmailFiling {
  let listed: readonly ListedFolder[] | null = null;
  const folderOf = async (connection: ImapConnection, role: FolderRole) => {
    listed ??= await listFolders(connection);
    return byRole(listed, role)?.path ?? null;
  };
  return {
    async find(role, messageId) {
      const connection = await connect();
      const path = await folderOf(connection, role);
      if (path === null) return null;
      const folder = await openFolder(connection, path);
      if (folder.exists === 0) return null;
      const id = bare(messageId);
      const uids = await searchUids(connection, { header: { 'Message-ID': id } });
      const found = await confirm(connection, uids, id);
      return found === null ? null : refOf(folder.validity, found);
    },
    async append(role, source, flags, receivedAt) {
      const connection = await connect();
      const path = await folderOf(connection, role);
      if (path === null) return null;
      const { client } = connection;
      // The server says nothing while it is being told.
      const silenceMs = connection.settings.timeoutMs + source.length / 4;
      const done = await connection.run(
        `putting a copy into folder "${path}"`,
        () => client.append(path, Buffer.from(source), [...flags], receivedAt),
        { silenceMs, stepMs: 4 * silenceMs },
      );
      const ref = done !== false && done.uid && done.uidValidity ? refOf(String(done.uidValidity), done.uid) : null;
      return { folder: path, ref };
    },
  };
}

const bare = (messageId: string): string => messageId.trim().replace(/^<|>$/g, '');

/** SEARCH HEADER finds substrings (RFC 9051 6.4.4): `<b@x>` is also found in `<ab@x>`. */
async function confirm(connection: ImapConnection, uids: readonly number[], id: string): Promise<number | null> {
  let found: number | null = null;
  for (const set of packUids(uids)) {
    await connection.run('looking for a copy', async (progress) => {
      for await (const row of connection.client.fetch(set, { uid: true, headers: ['message-id'] }, { uid: true })) {
        progress();
        const header = row.headers?.toString('latin1').replace(/\r?\n[ \t]+/g, ' ') ?? '';
        const value = /^message-id:([^\r\n]*)/im.exec(header)?.[1];
        if (value !== undefined && bare(value) === id) found = row.uid;
      }
    });
  }
  return found;
}
