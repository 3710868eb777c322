/**
 * `npm run lock`: writes package-lock.json anew, complete for every platform. npm leaves out packages of other platforms that its
 * registry does not offer at the moment, and "npm ci" then refuses the file as incomplete. They are entered here with the platform
 * their name says, so that npm knows them and skips them.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface LockedPackage {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}
type Lock = { packages: Record<string, LockedPackage> };

const SYSTEMS: Record<string, string> = {
  windows: 'win32',
  win: 'win32',
  win32: 'win32',
  ohos: 'openharmony',
  wasm32: 'wasm32',
  wasi: 'wasm32',
};
const KNOWN_SYSTEMS = ['android', 'darwin', 'linux', 'freebsd', 'openbsd', 'netbsd', 'openharmony', 'sunos', 'aix'];
const PROCESSORS = ['arm64', 'x64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32', 'mips64el'];

export function missingOptional({
  packages,
}: Lock): { readonly name: string; readonly version: string; readonly dev: boolean }[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
      .map(([name, range]) => ({ name, version: range.replace(/^[^\d]*/, ''), dev: entry.dev === true })),
  );
}

function platformOf(name: string): { os: string[]; cpu: string[] } {
  const words = name.split(/[/@-]/);
  const system = words
    .map((word) => SYSTEMS[word] ?? word)
    .find((word) => KNOWN_SYSTEMS.includes(word) || word === 'win32' || word === 'wasm32');
  const processor =
    words.find((word) => PROCESSORS.includes(word)) ?? (words.some((word) => word.startsWith('arm')) ? 'arm' : undefined);
  if (!system) throw new Error(`which platform is ${name} for? teach test/lock.ts`);
  return { os: [system], cpu: [processor ?? 'none'] };
}

function writeLock(): void {
  const root = join(import.meta.dirname, '..');
  const folder = mkdtempSync(join(tmpdir(), 'mailroom-lock-'));
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, file), join(folder, file));
  const done = spawnSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: folder, stdio: 'inherit' });
  if (done.status !== 0) throw new Error('npm install --package-lock-only failed');
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as Lock;
  for (const { name, version, dev } of missingOptional(lock)) {
    lock.packages[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev ? { dev } : {}), optional: true };
  }
  const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(root, 'package-lock.json'), `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`);
  rmSync(folder, { recursive: true });
}

if (process.argv[1] === import.meta.filename) writeLock();
