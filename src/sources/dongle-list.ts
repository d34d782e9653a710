import { accessSync, constants, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

/** An RTL-SDR dongle that is plugged in. */
export interface Dongle {
  /** The socket it is in, such as `1-1.2`: the same after it was pulled out and put back. */
  readonly port: string;
  /** Vendor and product, such as `0bda:2838`. */
  readonly usbId: string;
  /** Maker and product as it tells them itself; may be empty. */
  readonly name: string;
  /** As its memory chip has it; may be empty, and many have the same. */
  readonly serial: string;
  /** The file through which programs reach it, such as `/dev/bus/usb/001/005`. */
  readonly node: string;
  /** Whether this user may open that. */
  readonly permitted: boolean;
  /** What has taken it: `usbfs` for a program, else a driver of the kernel; null where it is free. */
  readonly driver: string | null;
}

/** Names of files that the kernel keeps for each USB device. */
const USB_DEVICES = 'sys/bus/usb/devices';

/** The dongles that librtlsdr knows, by the list of its udev rules; those of one maker together. */
const PRODUCTS: Readonly<Record<string, string>> = {
  '0bda': '2832 2838',
  '0413': '6680 6f0f',
  '0458': '707f',
  '0ccd': '00a9 00b3 00b4 00b5 00b7 00b8 00b9 00c0 00c6 00d3 00d7 00e0',
  '1554': '5020',
  '15f4': '0131 0133',
  '185b': '0620 0650 0680',
  '1b80': 'd393 d394 d395 d397 d398 d39d d3a4 d3a8 d3af d3b0',
  '1d19': '1101 1102 1103 1104',
  '1f4d': 'a803 b803 c803 d286 d803',
};

/** USB IDs of all dongles that librtlsdr knows. */
export const DONGLE_IDS: readonly string[] = Object.entries(PRODUCTS).flatMap(([vendor, products]) =>
  products.split(' ').map((product) => `${vendor}:${product}`),
);

/**
 * The dongles of this machine, as the kernel lists them; none of them is opened.
 * @param root of the machine's files
 * @returns null where the kernel has no such list, as on other systems than Linux
 */
export function listDongles(root = '/'): Dongle[] | null {
  const folder = join(root, USB_DEVICES);
  if (!existsSync(folder)) return null;
  const ports = readdirSync(folder).filter((port) => !port.includes(':'));
  return ports
    .map((port) => dongleAt(root, port))
    .filter((dongle) => dongle !== null)
    .sort((a, b) => (a.port < b.port ? -1 : 1));
}

function dongleAt(root: string, port: string): Dongle | null {
  const attribute = (name: string): string => textOf(join(root, USB_DEVICES, port, name));
  const usbId = `${attribute('idVendor')}:${attribute('idProduct')}`;
  if (!DONGLE_IDS.includes(usbId)) return null;
  const [bus, device] = ['busnum', 'devnum'].map((name) => attribute(name).padStart(3, '0'));
  const node = join(root, `dev/bus/usb/${bus}/${device}`);
  return {
    port,
    usbId,
    name: `${attribute('manufacturer')} ${attribute('product')}`.trim(),
    serial: attribute('serial'),
    node,
    permitted: mayOpen(node),
    driver: driverOf(join(root, USB_DEVICES, `${port}:1.0`, 'driver')),
  };
}

/** What a file says, or nothing: a dongle may be pulled out at any moment. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function driverOf(link: string): string | null {
  try {
    return basename(readlinkSync(link));
  } catch {
    return null;
  }
}

/** A process that has a dongle open. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
}

/** Who has a dongle open; null where nobody has, or where it is another user's process, which only root sees. */
export function holderOf({ node }: Dongle, root = '/'): Holder | null {
  const proc = join(root, 'proc');
  for (const pid of namesIn(proc).filter((name) => /^\d+$/.test(name))) {
    const open = namesIn(join(proc, pid, 'fd')).some((fd) => targetOf(join(proc, pid, 'fd', fd)) === node);
    if (open) return { pid: Number(pid), command: textOf(join(proc, pid, 'comm')) };
  }
  return null;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function targetOf(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}
