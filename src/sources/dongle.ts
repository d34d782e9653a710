import assert from 'node:assert';
import { Fault } from '../errors.js';
import { type Chosen, chooseDongle, findAgain } from './dongle-choice.js';
import { type Dongle, listDongles } from './dongle-list.js';
import { type Link, type LinkRequest, type LiveOptions, LiveSource } from './live.js';
import { type ListedDongle, listByRtlTcp, openRtlTcpLink } from './rtltcp-program.js';
import { nearestTuning } from './rtltcp-protocol.js';

export interface DongleOptions extends LiveOptions {
  /** Which dongle: its serial, how that begins or how it ends; empty for any that is free. */
  readonly serial: string;
  /** Where the files of the machine that it is plugged into lie; `/` where absent. */
  readonly machineRoot?: string | undefined;
}

/** One who waits for a dongle to be plugged in again does not want to wait for us then. */
const LONGEST_RETRY_MS = 4000;

/**
 * A dongle plugged into this machine. Debian's rtl_tcp opens it, in a process of its own that can be killed where
 * the USB driver hangs, and knows all the tuners there are. Once open the dongle stays the same: after it was
 * pulled out, the one with the same serial is waited for.
 */
export class DongleSource extends LiveSource {
  constructor(options: DongleOptions) {
    const serial = options.serial.replace(/^\/\//, '');
    const finder = new DongleFinder(serial, options.machineRoot);
    super(
      {
        id: serial === '' ? 'rtlsdr' : `rtlsdr:${serial}`,
        name: serial === '' ? 'the dongle' : `the dongle ${serial}`,
        format: 'cu8',
        nearest: nearestTuning,
        openLink: (request) => finder.open(request),
        longestRetryMs: LONGEST_RETRY_MS,
      },
      options,
    );
  }
}

/** Finds one dongle, again and again. */
class DongleFinder {
  readonly #serial: string;
  readonly #root: string | undefined;
  #chosen: Chosen | null = null;

  constructor(serial: string, root: string | undefined) {
    this.#serial = serial;
    this.#root = root;
  }

  async open(request: LinkRequest): Promise<Link> {
    const dongles = listDongles(this.#root) ?? (await listByRtlTcp(request.signal)).map(unseen);
    const chosen =
      this.#chosen === null ? chooseDongle(dongles, this.#serial) : findAgain(dongles, this.#chosen);
    const candidates = await this.#listed(chosen, dongles, request.signal);
    const link = await firstThatOpens(candidates, request);
    this.#chosen = chosen;
    return link;
  }

  /** The dongle as rtl_tcp counts them. Where several have the same serial, nothing tells which one it is. */
  async #listed(
    { serial }: Dongle,
    dongles: readonly Dongle[],
    signal: AbortSignal,
  ): Promise<ListedDongle[]> {
    if (dongles.length === 1) return [{ index: 0, serial }];
    const same = (await listByRtlTcp(signal)).filter((listed) => listed.serial === serial);
    if (same.length > 0) return same;
    const message = `rtl_tcp does not find the dongle ${serial}, which is plugged in: ertd devices tells more.`;
    throw new Fault('SOURCE_NOT_FOUND', message, { retryable: true });
  }
}

/** @throws Fault of the last one */
async function firstThatOpens(candidates: readonly ListedDongle[], request: LinkRequest): Promise<Link> {
  let fault: Fault | null = null;
  for (const dongle of candidates) {
    try {
      return await openRtlTcpLink({ ...request, dongle });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      fault = error;
    }
  }
  assert(fault !== null, 'there is at least one candidate');
  throw fault;
}

/** A dongle of a system that does not tell who uses it. */
function unseen({ index, serial }: ListedDongle): Dongle {
  const port = `no. ${index}`;
  return { port, serial, usbId: '', name: '', node: '', permitted: true, driver: null };
}
