import { Command, Option } from 'commander';
import { bestKernel } from '../dsp/kernel.js';
import type { KernelName } from '../dsp/kernel-loops.js';
import { findProgram } from '../sources/child-program.js';
import { listDongles } from '../sources/dongle-list.js';
import { type DongleProblem, type InspectedDongle, inspectDongles } from '../sources/dongle-problems.js';
import { DIRECT_USB_IDS } from '../sources/usb-dongle.js';
import { areUsbPackagesInstalled, USB_PACKAGES } from '../sources/usb-packages.js';
import type { CommandContext } from './context.js';

const HELP = `
Nothing is opened for it, so it may be asked while ertd runs. Run it with sudo to see processes of other users too.
The tuner of a dongle is not known before it is opened: ertd status tells it of one that is in use.

Examples:
  ertd devices                      # dongles, who has them open, and what mends what is wrong
  ertd devices --output json        # for other programs
  ertd run --source rtlsdr:42       # the dongle whose serial is, begins or ends with 42
`;

interface DevicesOptions {
  readonly output: 'text' | 'json';
  readonly root: string;
}

/** What there is to receive with. */
interface Devices {
  /** Null where this system does not tell. */
  readonly dongles: readonly InspectedDongle[] | null;
  /** Path of the program that opens dongles, or null. */
  readonly rtlTcp: string | null;
  /** Whether there are the packages for usb:SERIAL. */
  readonly directUsb: boolean;
  /** What would do the signal processing. */
  readonly kernel: KernelName;
}

/** `ertd devices`: what there is to receive with, and what is wrong with it. */
export function devicesCommand(context: CommandContext): Command {
  return new Command('devices')
    .description('list the dongles of this machine, who uses them, and what is wrong')
    .addOption(new Option('--output <how>', 'How to print.').choices(['text', 'json']).default('text'))
    .addOption(new Option('--root <folder>', 'Where the files of the machine lie.').default('/').hideHelp())
    .addHelpText('after', HELP)
    .action(({ output, root }: DevicesOptions) => {
      const dongles = listDongles(root);
      const devices: Devices = {
        dongles: dongles && inspectDongles(dongles, root),
        rtlTcp: findProgram('rtl_tcp'),
        directUsb: areUsbPackagesInstalled(),
        kernel: bestKernel(),
      };
      context.stdout.write(output === 'json' ? `${JSON.stringify(devices)}\n` : textOf(devices));
    });
}

function textOf({ dongles, rtlTcp, directUsb, kernel }: Devices): string {
  const processing =
    kernel === 'simd' ? 'WebAssembly with SIMD' : 'the plain reference, ten times slower than with SIMD';
  const lines = [
    ...(dongles === null ? ['This system does not tell which USB devices it has.'] : linesOf(dongles)),
    ...(rtlTcp === null ? problemLines(NO_RTL_TCP, '') : [`Dongles are opened by ${rtlTcp}.`]),
    directUsb
      ? 'Those that name usb: can be opened without it too, where their tuner is an R820T or they are a Blog V4.'
      : `Without it they could be opened as usb:SERIAL: npm install ${USB_PACKAGES.join(' ')}`,
    `Signal processing is done by ${processing} (${kernel}).`,
  ];
  return `${lines.join('\n')}\n`;
}

const NO_RTL_TCP: DongleProblem = {
  what: 'rtl_tcp, which opens dongles, is not installed.',
  mend: 'sudo apt install rtl-sdr',
};

function linesOf(dongles: readonly InspectedDongle[]): string[] {
  if (dongles.length === 0) return ['No RTL-SDR dongle is plugged in.'];
  return dongles.flatMap((dongle) => {
    const { serial, name, usbId, port, node, driver, problems } = dongle;
    const state = driver === null ? 'free' : 'taken';
    return [
      `rtlsdr:${serial}  ${DIRECT_USB_IDS.includes(usbId) ? `usb:${serial}  ` : ''}${state}`,
      `  ${name || 'a dongle without a name'}, ${usbId}, in socket ${port}, ${node}`,
      ...problems.flatMap((problem) => problemLines(problem, '  ')),
    ];
  });
}

function problemLines({ what, mend }: DongleProblem, indent: string): string[] {
  return [`${indent}${what}`, `${indent}  ${mend}`];
}
