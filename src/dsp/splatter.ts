/** Share of its time that a signal must lie inside a stronger one to be part of it. */
const INSIDE_SHARE = 0.6;
/** It is weaker by this much then, dB; or it begins and ends within so many chips of it. */
const SPLATTER_DB = 20;
const TOGETHER_CHIPS = 6;
/** Bounds on memory. */
const KEPT = 256;

/** Something at whose time a weaker signal is part of it: a burst of ours, or another signal. */
export interface Extent {
  readonly firstSample: number;
  readonly lengthSamples: number;
  readonly peakDb: number;
}

/** The last signals heard, which weaker ones may be splatter of. Column by column: each is compared with all of them. */
export class Splatter {
  readonly #together: number;
  readonly #firstSample = new Float64Array(KEPT);
  readonly #lengthSamples = new Float64Array(KEPT);
  readonly #peakDb = new Float64Array(KEPT);
  /** How many there have been; the next one takes the place of the oldest. */
  #heard = 0;

  constructor(samplesPerChip: number) {
    this.#together = TOGETHER_CHIPS * samplesPerChip;
  }

  keep({ firstSample, lengthSamples, peakDb }: Extent): void {
    const i = this.#heard++ % KEPT;
    this.#firstSample[i] = firstSample;
    this.#lengthSamples[i] = lengthSamples;
    this.#peakDb[i] = peakDb;
  }

  clear(): void {
    this.#heard = 0;
  }

  /** Whether a signal is splatter of one that was kept. */
  isOfKept(one: Extent): boolean {
    const kept = Math.min(this.#heard, KEPT);
    for (let i = 0; i < kept; i++) {
      if (this.#isPart(one, this.#firstSample[i], this.#lengthSamples[i], this.#peakDb[i])) return true;
    }
    return false;
  }

  /** Whether a signal is splatter of another one. */
  isOf(one: Extent, { firstSample, lengthSamples, peakDb }: Extent): boolean {
    return this.#isPart(one, firstSample, lengthSamples, peakDb);
  }

  /** @param first and the others: of the stronger one */
  #isPart(one: Extent, first: number, length: number, peakDb: number): boolean {
    const over = peakDb - one.peakDb;
    if (over <= 0) return false;
    const end = first + length;
    const oneEnd = one.firstSample + one.lengthSamples;
    const inside = Math.min(oneEnd, end) - Math.max(one.firstSample, first);
    if (inside < INSIDE_SHARE * one.lengthSamples) return false;
    const apart = Math.max(Math.abs(one.firstSample - first), Math.abs(oneEnd - end));
    return over > SPLATTER_DB || apart < Math.min(this.#together, length / 4);
  }
}
