import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Dongle, type Holder, holderOf } from './dongle-list.js';

/** Something that keeps a dongle from being used, or from being told from others. */
export interface DongleProblem {
  /** A sentence. */
  readonly what: string;
  /** The command that mends it. */
  readonly mend: string;
}

/** A dongle, who has it open, and what is wrong with that. */
export interface InspectedDongle extends Dongle {
  readonly holder: Holder | null;
  readonly problems: readonly DongleProblem[];
}

/** Looks at dongles without opening them. @param root of the machine's files */
export function inspectDongles(dongles: readonly Dongle[], root = '/'): InspectedDongle[] {
  return dongles.map((dongle) => {
    const holder = dongle.driver === 'usbfs' ? holderOf(dongle, root) : null;
    const twins = dongles.filter(({ serial }) => serial === dongle.serial).length - 1;
    const problems = [
      usage(dongle, holder),
      permission(dongle, root),
      serialProblem(dongle, twins),
      tuner(dongle),
    ];
    return { ...dongle, holder, problems: problems.filter((problem) => problem !== null) };
  });
}

function usage({ driver }: Dongle, holder: Holder | null): DongleProblem | null {
  if (driver === null) return null;
  if (driver !== 'usbfs') {
    return {
      what: `The kernel's television driver ${driver} has taken it; rtl_tcp may not get it back.`,
      mend: `echo blacklist ${driver} | sudo tee /etc/modprobe.d/ertd-rtlsdr.conf && sudo modprobe -r ${driver}`,
    };
  }
  if (holder === null) {
    return { what: 'A process of another user has it open.', mend: 'sudo ertd devices   # tells which one' };
  }
  const isOurs =
    holder.command === 'rtl_tcp' ? ' (by way of which ertd or another program may be using it)' : '';
  const { pid, command } = holder;
  return { what: `Process ${pid}, ${command}${isOurs}, has it open.`, mend: `sudo kill ${pid}   # ends it` };
}

function permission({ permitted, node }: Dongle, root: string): DongleProblem | null {
  if (permitted) return null;
  const group = groupThatMay(node, root);
  const what = `The user ${userInfo().username} may not open it (${node}).`;
  if (group === null) return { what, mend: 'sudo apt install rtl-sdr   # and plug the dongle in again' };
  return { what, mend: `sudo usermod -aG ${group} ${userInfo().username}   # and log in again` };
}

/** The group that may open a device, or null where none but root's may. */
function groupThatMay(node: string, root: string): string | null {
  try {
    const { gid, mode } = statSync(node);
    if (gid === 0 || (mode & 0o060) !== 0o060) return null;
    const groups = readFileSync(join(root, 'etc/group'), 'utf8').split('\n');
    return groups.find((line) => line.split(':')[2] === String(gid))?.split(':')[0] ?? null;
  } catch {
    return null;
  }
}

function serialProblem({ serial }: Dongle, twins: number): DongleProblem | null {
  if (twins === 0) return null;
  const which = serial === '' ? 'no serial, as others have none' : `the same serial as another, ${serial}`;
  return {
    what: `It has ${which}, so that it cannot be chosen.`,
    mend: 'rtl_eeprom -s NEW   # with this one plugged in alone',
  };
}

function tuner({ name }: Dongle): DongleProblem | null {
  if (!/Blog V4/i.test(name)) return null;
  return {
    what: 'It is a Blog V4, which is deaf with an rtl_tcp before version 2.0.0 (Debian 13 has a newer one).',
    mend: 'apt-cache policy rtl-sdr   # tells the version',
  };
}
