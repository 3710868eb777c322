/** Servers never run as root: as root they become nobody, otherwise they stay who we are. */
import { chownSync, readdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

export const isRoot = process.getuid?.() === 0;

interface Account {
  readonly name: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

/** What to give to `spawn`. */
export function serverUser(): { uid?: number; gid?: number } {
  const { uid, gid } = serverAccount();
  return isRoot ? { uid, gid } : {};
}

export function serverAccount(): Account {
  const own = userInfo();
  const [uid, gid] = isRoot ? idsOf('nobody') : [own.uid, own.gid];
  return { uid, gid, name: isRoot ? 'nobody' : own.username, group: groupName(gid) };
}

export function idsOf(name: string): [number, number] {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`there is no user ${name} on this machine`);
  const [, , uid, gid] = line.split(':');
  return [Number(uid), Number(gid)];
}

function groupName(gid: number): string {
  const lines = readFileSync('/etc/group', 'utf8').split('\n');
  const line = lines.find((entry) => entry.split(':')[2] === String(gid));
  if (line === undefined) throw new Error(`there is no name for the group ${gid} on this machine`);
  return line.split(':')[0]!;
}

/** Gives a folder with all it contains to the servers' user. */
export function ownFolder(folder: string): void {
  if (!isRoot) return;
  const { uid, gid } = serverAccount();
  chownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { recursive: true })) chownSync(join(folder, String(entry)), uid, gid);
}
