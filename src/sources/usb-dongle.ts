import { Fault } from '../errors.js';
import { type Chosen, chooseDongle, findAgain } from './dongle-choice.js';
import { type Dongle, listDongles } from './dongle-list.js';
import { type Link, type LinkRequest, type LiveOptions, LiveSource } from './live.js';
import { nearestTuning } from './rtltcp-protocol.js';
import type { Tuning } from './source.js';
import { openUsbLink } from './usb-link.js';
import { openByLibusb, type UsbAccess } from './usb-packages.js';

export interface UsbDongleOptions extends LiveOptions {
  /** Which dongle: its serial, how that begins or how it ends; empty for any that is free. */
  readonly serial: string;
  /** Where the files of the machine that it is plugged into lie; `/` where absent. */
  readonly machineRoot?: string | undefined;
  /** Opens a device; by libusb where absent. */
  readonly usb?: UsbAccess | undefined;
  /** Silence after which the dongle is opened again, ms; 3000 where absent. */
  readonly stallMs?: number | undefined;
}

/** USB IDs of the dongles that the driver knows. */
export const DIRECT_USB_IDS: readonly string[] = ['0bda:2832', '0bda:2838'];
/** The RTL2832U loses samples beyond. */
const MOST_RATE_HZ = 3.2e6;
const LONGEST_RETRY_MS = 4000;

/**
 * A dongle plugged into this machine that this process opens itself, without rtl_tcp: one with an R820T, or a Blog V4.
 * Once open the dongle stays the same: after it was pulled out, the one with the same serial is waited for.
 */
export class UsbDongleSource extends LiveSource {
  constructor(options: UsbDongleOptions) {
    const serial = options.serial.replace(/^\/\//, '');
    const finder = new Finder({ ...options, serial });
    super(
      {
        id: serial === '' ? 'usb' : `usb:${serial}`,
        name: serial === '' ? 'the dongle' : `the dongle ${serial}`,
        format: 'cu8',
        nearest,
        openLink: (request) => finder.open(request),
        longestRetryMs: LONGEST_RETRY_MS,
      },
      options,
    );
  }
}

function nearest(wanted: Tuning): Tuning {
  if (wanted.bandwidthHz !== undefined) {
    const message = "Direct USB cannot set the width of the tuner's filter: leave --bandwidth out.";
    throw new Fault('CONFIG', message);
  }
  if (wanted.sampleRateHz <= MOST_RATE_HZ) return nearestTuning(wanted);
  const most = MOST_RATE_HZ / 1e6;
  throw new Fault('CONFIG', `A dongle delivers ${most} MS/s at most: choose a lower --rate.`);
}

/** Finds one dongle, again and again. */
class Finder {
  readonly #options: UsbDongleOptions;
  #chosen: Chosen | null = null;

  constructor(options: UsbDongleOptions) {
    this.#options = options;
  }

  async open(request: LinkRequest): Promise<Link> {
    const { machineRoot, usb = openByLibusb, stallMs = 3000 } = this.#options;
    const dongles = listDongles(machineRoot);
    if (dongles === null) {
      const message = 'This system does not tell which USB devices it has: name the dongle as rtlsdr:SERIAL.';
      throw new Fault('SOURCE_NOT_FOUND', message);
    }
    const dongle = this.#choose(dongles);
    const name = `the dongle ${dongle.serial || `in socket ${dongle.port}`}`;
    const device = await opened(usb, dongle);
    const link = await openUsbLink({ ...request, device, name, stallMs });
    this.#chosen = dongle;
    return link;
  }

  #choose(dongles: readonly Dongle[]): Dongle {
    const { serial } = this.#options;
    if (this.#chosen !== null) return findAgain(dongles, this.#chosen);
    const known = dongles.filter(isKnown);
    const dongle = chooseDongle(known.length > 0 ? known : dongles, serial);
    if (isKnown(dongle)) return dongle;
    const message = `Direct USB does not know dongles like ${dongle.usbId} (${dongle.name}): name it as rtlsdr:${dongle.serial}.`;
    throw new Fault('SOURCE_NOT_FOUND', message);
  }
}

function isKnown({ usbId }: Dongle): boolean {
  return DIRECT_USB_IDS.includes(usbId);
}

async function opened(usb: UsbAccess, { serial, node }: Dongle) {
  const [bus = 0, address = 0] = node.split('/').slice(-2).map(Number);
  const device = await usb(bus, address).catch((cause: unknown) => {
    if (cause instanceof Fault) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The dongle ${serial} cannot be opened (${why}): ertd devices tells more.`;
    throw new Fault('SOURCE_NOT_FOUND', message, { retryable: true, cause });
  });
  if (device !== null) return device;
  const message = `libusb does not find the dongle ${serial}, which is plugged in: ertd devices tells more.`;
  throw new Fault('SOURCE_NOT_FOUND', message, { retryable: true });
}
