import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { Command, Option } from 'commander';
import { Fault } from '../errors.js';
import type { CommandContext } from './context.js';
import { installFiles, removeFiles } from './service-files.js';

const HELP = `
Puts these in place, says what it did, and starts ertd, now and whenever the machine starts:

  /etc/systemd/system/ertd.service          the unit, with the paths of this installation
  /etc/ertd/config.toml                     the configuration, unless you have one already
  /etc/sysusers.d/ertd.conf                 the user ertd, who may do nothing else
  /etc/udev/rules.d/61-ertd-rtlsdr.rules    dongles may be opened by the group plugdev
  /etc/modprobe.d/ertd-rtlsdr.conf          the kernel's television drivers leave dongles alone

--uninstall takes them away again, but for the configuration; the database and the user stay too.

Examples:
  sudo ertd install-service
  sudo ertd install-service --uninstall
  ertd install-service --root /tmp/image    # only the files, into the folder of another system
`;

interface InstallOptions {
  readonly uninstall?: true;
  readonly root: string;
}

/** What is to be done beside the files, in order. */
const BEFORE_REMOVAL = ['systemctl disable --now ertd.service'];
const AFTER_REMOVAL = ['systemctl daemon-reload', 'udevadm control --reload'];
const AFTER_INSTALLATION = [
  'systemd-sysusers',
  'udevadm control --reload',
  'udevadm trigger --subsystem-match=usb',
  'modprobe --quiet --remove dvb_usb_rtl28xxu',
  'systemctl daemon-reload',
  'systemctl enable ertd.service',
  'systemctl restart ertd.service',
];

/** `ertd install-service`: has systemd run ertd. */
export function installServiceCommand(context: CommandContext): Command {
  return new Command('install-service')
    .description('have systemd start ertd with the machine, or no longer')
    .addOption(new Option('--uninstall', 'Take it all away again.'))
    .addOption(new Option('--root <folder>', 'Only put the files below this folder.').default('/'))
    .addHelpText('after', HELP)
    .action(({ uninstall, root }: InstallOptions) => {
      const isHere = root === '/';
      if (isHere && userInfo().uid !== 0)
        throw new Fault('USAGE', 'This changes files of the system: run it with sudo.');
      const run = (commands: readonly string[]): string[] => (isHere ? commands.map(outcomeOf) : []);
      const done = uninstall
        ? [...run(BEFORE_REMOVAL), ...removeFiles(root), ...run(AFTER_REMOVAL)]
        : [...installFiles(root, process.execPath), ...run(AFTER_INSTALLATION)];
      const next = uninstall
        ? 'The database in /var/lib/ertd and the user ertd are left.'
        : 'See how it fares with ertd status and journalctl -u ertd, change it in /etc/ertd/config.toml.';
      context.stdout.write(`${[...done, ...(isHere ? [next] : [])].join('\n')}\n`);
    });
}

/** Runs a command, which may fail: what is missing can be made up for. */
function outcomeOf(command: string): string {
  const [program = '', ...args] = command.split(' ');
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return `Ran ${command}.`;
  const why = error?.message ?? (stderr.trim().split('\n', 1)[0] || `exit status ${status}`);
  return `Could not run ${command}: ${why}`;
}
