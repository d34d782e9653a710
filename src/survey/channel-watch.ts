import { SPECTRUM_BINS, type SpectrumLevels } from '../dsp/spectrum-watch.js';
import { ERT_CHANNELS_HZ } from '../listening/channel-plans.js';
import { reachOf } from '../listening/windows.js';
import { BUSY_DB, CHANNEL_CORE_HZ, CHANNEL_HZ, DC_HZ, EDGE_BINS, noiseOf } from './spectrum-tally.js';

/** What is known of a channel fades to 1/e in this time of listening to it, s. */
const MEMORY_SECONDS = 24 * 3600;
/** One row of a spectrum is so long, s. */
const ROW_SECONDS = 0.1;

/** How a channel of the ERT plan is used, as far as it was listened to. */
export interface ChannelUse {
  readonly carrierHz: number;
  /** How long it was listened to, s; old times count less. */
  readonly seconds: number;
  readonly packetsPerMinute: number;
  /** Share of the tenths of seconds in which there was something on it, packets included. */
  readonly busyShare: number;
}

/** Where a channel is in a window: bins, the end does not belong to it. */
interface ChannelBins {
  readonly channel: number;
  readonly first: number;
  readonly end: number;
}

/** Learns how much the channels of the band are used, from whatever is listened to: a survey that never ends. */
export class ChannelWatch {
  readonly #keptARow: number;
  readonly #rows = new Float64Array(ERT_CHANNELS_HZ.length);
  readonly #busy = new Float64Array(ERT_CHANNELS_HZ.length);
  readonly #packets = new Float64Array(ERT_CHANNELS_HZ.length);
  readonly #windows = new Map<string, { readonly centerHz: number; readonly bins: readonly ChannelBins[] }>();

  constructor(memorySeconds = MEMORY_SECONDS) {
    this.#keptARow = Math.exp(-ROW_SECONDS / memorySeconds);
  }

  /** A receiver's spectrum. The first row of another window has something of the one before, and does not count. */
  saw(
    receiver: string,
    { dbfs }: Pick<SpectrumLevels, 'dbfs'>,
    centerHz: number,
    sampleRateHz: number,
  ): void {
    const window = this.#windows.get(receiver);
    if (window?.centerHz !== centerHz) {
      this.#windows.set(receiver, { centerHz, bins: channelBins(centerHz, sampleRateHz) });
      return;
    }
    const busyDbfs = noiseOf(dbfs) + BUSY_DB;
    for (const { channel, first, end } of window.bins) {
      let isBusy = 0;
      for (let bin = first; bin < end; bin++) if (dbfs[bin]! > busyDbfs) isBusy = 1;
      this.#rows[channel] = this.#rows[channel]! * this.#keptARow + 1;
      this.#busy[channel] = this.#busy[channel]! * this.#keptARow + isBusy;
      this.#packets[channel]! *= this.#keptARow;
    }
  }

  /** A packet, of whomever. */
  heard(carrierHz: number): void {
    const channel = ERT_CHANNELS_HZ.findIndex((hz) => Math.abs(hz - carrierHz) < CHANNEL_HZ);
    if (channel >= 0) this.#packets[channel]! += 1;
  }

  /** Every channel, from the lowest frequency up. */
  get channels(): readonly ChannelUse[] {
    return ERT_CHANNELS_HZ.map((carrierHz, i) => {
      const rows = this.#rows[i]!;
      const seconds = rows * ROW_SECONDS;
      if (rows === 0) return { carrierHz, seconds, packetsPerMinute: 0, busyShare: 0 };
      return {
        ...{ carrierHz, seconds, busyShare: this.#busy[i]! / rows },
        packetsPerMinute: (60 * this.#packets[i]!) / seconds,
      };
    });
  }
}

/** The channels that a window hears, but for the bins in which the radio hears itself. */
function channelBins(centerHz: number, sampleRateHz: number): ChannelBins[] {
  const widthHz = sampleRateHz / SPECTRUM_BINS;
  const binOf = (hz: number): number => Math.round((hz - centerHz) / widthHz + SPECTRUM_BINS / 2);
  return ERT_CHANNELS_HZ.flatMap((hz, channel) => {
    const offsetHz = Math.abs(hz - centerHz);
    if (offsetHz > reachOf(sampleRateHz) || offsetHz < DC_HZ + CHANNEL_CORE_HZ / 2) return [];
    const [low, high] =
      offsetHz > DC_HZ + CHANNEL_CORE_HZ
        ? [hz - CHANNEL_CORE_HZ, hz + CHANNEL_CORE_HZ]
        : hz > centerHz
          ? [centerHz + DC_HZ, hz + CHANNEL_CORE_HZ]
          : [hz - CHANNEL_CORE_HZ, centerHz - DC_HZ];
    const first = Math.max(EDGE_BINS, binOf(low));
    const end = Math.min(SPECTRUM_BINS - EDGE_BINS, binOf(high) + 1);
    return first < end ? [{ channel, first, end }] : [];
  });
}
