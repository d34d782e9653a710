import { SPECTRUM_BINS, type SpectrumLevels } from '../dsp/spectrum-watch.js';

/** Over the noise, from which there is something in a bin, dB. */
const BUSY_DB = 6;
/** Bins at either end in which the radio's own filter hides the noise. */
const EDGE_BINS = 8;

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
    const noise = median(dbfs.subarray(EDGE_BINS, SPECTRUM_BINS - EDGE_BINS));
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

function median(values: Float32Array): number {
  return values.slice().sort()[values.length >> 1];
}
