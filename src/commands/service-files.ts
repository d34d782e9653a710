import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault, systemErrorCode } from '../errors.js';
import { packagePath } from '../package.js';

const PACKAGING = packagePath('packaging/');
const PROGRAM = packagePath('bin/ertd.js');

/** A file of the service: where `packaging` has it, and where it goes. */
interface ServiceFile {
  readonly from: string;
  readonly to: string;
  /** Belongs to the user once it is there: neither written over nor taken away. */
  readonly kept?: boolean;
}

const UNIT = 'etc/systemd/system/ertd.service';

const FILES: readonly ServiceFile[] = [
  { from: 'sysusers/ertd.conf', to: 'etc/sysusers.d/ertd.conf' },
  { from: 'udev/61-ertd-rtlsdr.rules', to: 'etc/udev/rules.d/61-ertd-rtlsdr.rules' },
  { from: 'modprobe/ertd-rtlsdr.conf', to: 'etc/modprobe.d/ertd-rtlsdr.conf' },
  { from: 'config.example.toml', to: 'etc/ertd/config.toml', kept: true },
  { from: 'systemd/ertd.service', to: UNIT },
];

/** Folders that a service with ProtectHome cannot see. */
const HOMES = /^\/(home|root|run\/user)\//;

/**
 * The unit with the paths of this installation.
 * @throws Fault `CONFIG` where a service could not see them
 */
export function unitFor(unit: string, node: string, program: string): string {
  if (HOMES.test(node)) {
    const message =
      `Node.js is in ${node}, where a service does not see it: install it for everybody ` +
      '(sudo apt install nodejs), and run this command with that one.';
    throw new Fault('CONFIG', message);
  }
  if (HOMES.test(program)) {
    const message =
      `ertd is in ${program}, where a service does not see it: copy it to /opt/ertd ` +
      '(packaging/systemd/README.md tells how), and run this command from there.';
    throw new Fault('CONFIG', message);
  }
  return unit.replace(/^ExecStart=\S+/m, `ExecStart=${node} ${program}`);
}

/**
 * Puts the files of the service below `root`.
 * @returns what was done, in sentences
 * @throws Fault `IO` where they cannot be written
 */
export function installFiles(root: string, node: string, program = PROGRAM): string[] {
  return FILES.map(({ from, to, kept }) => {
    const target = join(root, to);
    const packaged = readFileSync(join(PACKAGING, from), 'utf8');
    const text = to === UNIT ? unitFor(packaged, node, program) : packaged;
    const before = existsSync(target) ? readFileSync(target, 'utf8') : null;
    if (before === text) return `${target} is as it should be.`;
    if (before !== null && kept) return `Left ${target} as you have it.`;
    change(target, () => {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text, { mode: 0o644 });
    });
    return before === null ? `Wrote ${target}.` : `Wrote ${target} anew.`;
  });
}

/** Takes them away again. @returns what was done. @throws Fault `IO` */
export function removeFiles(root: string): string[] {
  return [...FILES].reverse().map(({ to, kept }) => {
    const target = join(root, to);
    if (!existsSync(target)) return `There is no ${target}.`;
    if (kept) return `Left ${target}, which is yours.`;
    change(target, () => rmSync(target));
    return `Removed ${target}.`;
  });
}

function change(target: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const code = systemErrorCode(error);
    const why =
      code === 'EACCES' || code === 'EPERM' ? 'run this command with sudo' : (code ?? String(error));
    throw new Fault('IO', `${target} cannot be changed: ${why}.`, { cause: error });
  }
}
