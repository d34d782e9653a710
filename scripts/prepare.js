// Makes a checkout ready to use: installs the dependencies of the lockfile where they are missing or not those of
// the lockfile, and builds. `npm test`, `npm run demo` and the benchmarks call it first. Plain JavaScript without
// imports from node_modules, since it runs before there is any.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const STAMP = 'node_modules/.lockfile-sha256';

/** Runs a command in the project; ends the process with its status where it fails. */
function run(command, ...args) {
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) {
    console.error(`${command} cannot be run: ${error.message}`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

process.chdir(new URL('..', import.meta.url).pathname);
const lockfile = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
const installed = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
if (installed !== lockfile) {
  run('npm', 'ci', '--no-audit', '--no-fund');
  writeFileSync(STAMP, lockfile);
}
run('npm', 'run', '--silent', 'build');
