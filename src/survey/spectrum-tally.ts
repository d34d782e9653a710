import { SPECTRUM_BINS, type SpectrumLevels } from '../dsp/spectrum-watch.js';

/** Over the noise, from which there is something in a bin, dB. */
export const BUSY_DB = 6;
/** Bins at either end in which the radio's own filter hides the noise. */
export const EDGE_BINS = 8;
/** A packet belongs to a channel that is nearer than this, Hz. */
export const CHANNEL_HZ = 60e3;
/** Of a channel's width its signals are in the middle, Hz from its centre. */
export const CHANNEL_CORE_HZ = 40e3;
/** A window's centre hears the radio itself; Hz. */
export const DC_HZ = 25e3;

/** What was seen of a bin of a window. */
export interface BinLevels {
  /** Offset from the window's centre, Hz. */
  readonly offsetHz: number;
  /** dB over the window's noise, by the loudest moment of each tenth of a second: usually, at most, at least. */
  readonly meanDb: number;
  readonly mostDb: number;
  readonly leastDb: number;
  /** Share of the tenths of seconds in which there was something. */
  readonly busyShare: number;
}

/** The spectrum of a window over all the times it was listened to. */
export class SpectrumTally {
  readonly #sampleRateHz: number;
  readonly #sum = new Float64Array(SPECTRUM_BINS);
  readonly #most = new Float64Array(SPECTRUM_BINS).fill(Number.NEGATIVE_INFINITY);
  readonly #least = new Float64Array(SPECTRUM_BINS).fill(Number.POSITIVE_INFINITY);
  readonly #busy = new Float64Array(SPECTRUM_BINS);
  #rows = 0;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  add({ dbfs }: SpectrumLevels): void {
    const noise = noiseOf(dbfs);
    this.#rows += 1;
    for (let bin = 0; bin < SPECTRUM_BINS; bin++) {
      const db = dbfs[bin] - noise;
      this.#sum[bin] += db;
      this.#most[bin] = Math.max(this.#most[bin], db);
      this.#least[bin] = Math.min(this.#least[bin], db);
      if (db > BUSY_DB) this.#busy[bin] += 1;
    }
  }

  /** From the lowest frequency up, the ends left out; none before the first row. */
  get bins(): readonly BinLevels[] {
    if (this.#rows === 0) return [];
    const widthHz = this.#sampleRateHz / SPECTRUM_BINS;
    return Array.from({ length: SPECTRUM_BINS - 2 * EDGE_BINS }, (_, i) => {
      const bin = i + EDGE_BINS;
      return {
        offsetHz: (bin - SPECTRUM_BINS / 2) * widthHz,
        meanDb: this.#sum[bin] / this.#rows,
        mostDb: this.#most[bin],
        leastDb: this.#least[bin],
        busyShare: this.#busy[bin] / this.#rows,
      };
    });
  }
}

/** The level of a window's noise: what half of its bins are below, dB of full scale. */
export function noiseOf(dbfs: Float32Array): number {
  const inner = dbfs.slice(EDGE_BINS, SPECTRUM_BINS - EDGE_BINS).sort();
  return inner[inner.length >> 1];
}
