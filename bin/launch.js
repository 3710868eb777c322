// Starts a TypeScript file of this project on the runtime that the project brings along.
//
// Runs on Node 20 or later without dependencies, because it is what a fresh clone starts first. It installs the locked
// packages where they are missing, finds the Node 26 of npm's platform packages, checks that it can start here, and
// forwards signals and the exit code.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NEEDED_MAJOR = 26;

function fail(message) {
  process.stderr.write(`mailroom: ${message}\n`);
  process.exit(69); // EX_UNAVAILABLE
}

function installPackages() {
  if (existsSync(join(root, 'node_modules', '.package-lock.json'))) return;
  process.stderr.write('mailroom: installing the locked npm packages (once; about 550 MB, a minute or two) …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (done.error)
    fail(`npm could not be started (${done.error.message}); install npm, or run "npm ci --ignore-scripts" in ${root}`);
  if (done.status !== 0) fail(`"npm ci" failed in ${root}; mend what it says above and start again`);
}

function ownRuntime() {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const file = join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(file)) return file;
  return fail(
    `needs Node ${NEEDED_MAJOR} or later, found ${process.version}, and the package ${name} is not installed; ` +
      `run "npm ci" in ${root}, or start it with a Node ${NEEDED_MAJOR} of your own`,
  );
}

function checkStarts(runtime) {
  if (runtime === process.execPath) return;
  const probe = spawnSync(runtime, ['--version'], { encoding: 'utf8' });
  if (probe.status === 0) return;
  const said = `${probe.stderr ?? ''}${probe.error?.message ?? ''}`.trim();
  if (said.includes('libatomic')) {
    if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
      process.stderr.write('mailroom: installing libatomic1, which the runtime needs …\n');
      const run = (args) =>
        spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
      if (run(['install', '-y', '--no-install-recommends', 'libatomic1']).status !== 0) {
        run(['update']);
        run(['install', '-y', '--no-install-recommends', 'libatomic1']);
      }
      if (spawnSync(runtime, ['--version']).status === 0) return;
    }
    fail(
      'the runtime needs the library libatomic.so.1; install it (Debian, Ubuntu: "apt-get install libatomic1", Fedora: "dnf install libatomic")',
    );
  }
  fail(`the runtime ${runtime} does not start here: ${said}`);
}

/**
 * Compiled code is kept beside the packages: a start then costs half. Not in the system's temporary folder, where other users
 * could put code; where it cannot be written (read-only root) nothing is kept.
 */
export function launch(script, args, runtimeArgs = []) {
  if (existsSync(join(root, 'package-lock.json'))) installPackages();
  const runtime = ownRuntime();
  checkStarts(runtime);
  const child = spawn(runtime, ['--disable-warning=ExperimentalWarning', ...runtimeArgs, script, ...args], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'), ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group; the child already has that one.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`the runtime could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** The version of Mailroom, for `--version` before anything is installed. */
export function version() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

export const projectRoot = root;
