/**
 * Makes an unpacked Dovecot run from where it lies. The folder of its libraries and modules is compiled in, and TLS is one of
 * those modules, so the paths inside of the files are replaced by links of the very same length.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const COMPILED_IN = ['/usr/lib/dovecot', '/usr/bin/doveconf', '/usr/bin/doveadm'];
const ELF = Buffer.from('\x7fELF', 'latin1');

export function relocateDovecot(folder: string): void {
  const links = COMPILED_IN.map((path) => [path, linkFor(folder, path)] as const);
  const done = join(folder, '.relocated');
  for (const [path, link] of links) pointTo(link, join(folder, path));
  if (exists(done)) return;
  for (const part of ['usr/lib/dovecot', 'usr/bin', 'usr/sbin']) {
    for (const file of filesBelow(join(folder, part))) rewrite(file, links);
  }
  mkdirSync(done);
}

/** As long as the path it stands for, and the same for every process that uses this folder. */
function linkFor(folder: string, path: string): string {
  const name = createHash('sha256').update(`${process.getuid?.()} ${folder} ${path}`).digest('hex');
  return `/tmp/mr-${name}`.slice(0, path.length);
}

/** A link of somebody else's making would let them run their programs as us. */
function pointTo(link: string, target: string): void {
  if (!exists(link)) {
    try {
      symlinkSync(target, link);
    } catch (error) {
      if (!exists(link)) throw error;
    }
  }
  const owner = lstatSync(link).uid;
  if (owner !== process.getuid?.() || readlinkSync(link) !== target) throw new Error(`${link} is in the way; remove it`);
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function rewrite(file: string, links: readonly (readonly [string, string])[]): void {
  const bytes = readFileSync(file);
  if (!bytes.subarray(0, 4).equals(ELF)) return;
  for (const [path, link] of links) {
    for (let at = bytes.indexOf(path); at >= 0; at = bytes.indexOf(path, at + 1)) bytes.write(link, at, 'latin1');
  }
  // Over a new name, so that a process that runs the old file is not disturbed.
  writeFileSync(`${file}.${process.pid}`, bytes, { mode: lstatSync(file).mode });
  renameSync(`${file}.${process.pid}`, file);
}
