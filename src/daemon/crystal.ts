import type { Packet } from '../decode/protocol.js';
import { ERT_CHANNELS_HZ } from '../listening/channel-plans.js';
import { familyOf } from '../readings/endpoint.js';

/** How far a radio's crystal is off, by what was heard; see {@link CrystalWatch}. */
export interface CrystalError {
  /** What to set as `receiver.ppm`. */
  readonly ppm: number;
  /** Standard error of that, ppm. */
  readonly errorPpm: number;
  /** Meters that it is known from. */
  readonly meters: number;
}

/** Packets of a meter from which it counts, and meters from which there is an estimate. */
const LEAST_PACKETS = 6;
const LEAST_CHANNELS = 3;
const LEAST_METERS = 4;
/** Most that a meter's distances from its channels may scatter, Hz: one that has other channels scatters by 60 kHz. */
const MOST_SCATTER_HZ = 4000;
/** Meters that are watched; a year of passing traffic is not to be kept. */
const MOST_METERS = 200;

/** Whose carrier it was. */
type Sender = Pick<Packet, 'protocol' | 'meterId' | 'fields'>;

/** What is known of a meter's carriers: how far from the plan's channels they are. */
interface MeterCarriers {
  packets: number;
  readonly channels: Set<number>;
  /** Mean distance, ppm, and sum of squares about it. */
  meanPpm: number;
  squaresPpm: number;
}

/**
 * How far a radio's crystal is off. Each meter keeps to the channels of the plan as well as its own crystal does; what
 * all of them are off by is the radio's. A meter counts once it was heard on several channels, always as far from them:
 * a free-running one, or one that has other channels, is not. What they differ by gives the error.
 */
export class CrystalWatch {
  readonly #ppm: number;
  readonly #meters = new Map<number, MeterCarriers>();

  /** @param ppm correction that the radio is set to */
  constructor(ppm: number) {
    this.#ppm = ppm;
  }

  /** @param carrierHz absolute */
  heard({ protocol, meterId, fields }: Sender, carrierHz: number): void {
    // R900 has channels of its own, and a repeater sends for meters that are elsewhere.
    if (familyOf(protocol) !== 'ert' || fields.relayed === true) return;
    const channel = nearestChannel(carrierHz);
    const offPpm = (1e6 * (carrierHz - ERT_CHANNELS_HZ[channel]!)) / carrierHz;
    const meter = this.#meters.get(meterId) ?? {
      packets: 0,
      channels: new Set(),
      meanPpm: 0,
      squaresPpm: 0,
    };
    if (meter.packets === 0 && this.#meters.size >= MOST_METERS) return;
    this.#meters.set(meterId, meter);
    meter.packets += 1;
    meter.channels.add(channel);
    const change = offPpm - meter.meanPpm;
    meter.meanPpm += change / meter.packets;
    meter.squaresPpm += change * (offPpm - meter.meanPpm);
  }

  /** @returns null while too few meters are known well enough */
  get estimate(): CrystalError | null {
    const offsPpm = [...this.#meters.values()].filter(isSteady).map(({ meanPpm }) => meanPpm);
    if (offsPpm.length < LEAST_METERS) return null;
    const middle = median(offsPpm);
    const deviation = 1.4826 * median(offsPpm.map((off) => Math.abs(off - middle)));
    return {
      // A crystal that is fast takes the radio too high, and all carriers seem low.
      ppm: this.#ppm - middle,
      errorPpm: (1.2533 * deviation) / Math.sqrt(offsPpm.length),
      meters: offsPpm.length,
    };
  }
}

function isSteady({ packets, channels, squaresPpm }: MeterCarriers): boolean {
  if (packets < LEAST_PACKETS || channels.size < LEAST_CHANNELS) return false;
  const scatterHz = 1e-6 * Math.sqrt(squaresPpm / (packets - 1)) * ERT_CHANNELS_HZ[0]!;
  return scatterHz < MOST_SCATTER_HZ;
}

function nearestChannel(carrierHz: number): number {
  let nearest = 0;
  for (const [channel, hz] of ERT_CHANNELS_HZ.entries()) {
    if (Math.abs(hz - carrierHz) < Math.abs(ERT_CHANNELS_HZ[nearest]! - carrierHz)) nearest = channel;
  }
  return nearest;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}
