import { logAdd, logistic } from './bessel.js';

/** How the chips behind a sync word make symbols: half of each symbol's chips are on. */
export type LineCodeName = 'manchester' | 'two-of-four';

/** A measure of noise alone: mean and standard deviation. */
export interface NoiseMeasure {
  readonly mean: number;
  readonly deviation: number;
}

/** What a receiver needs to know of a line code to judge symbols that it does not know. Chips are by index. */
export interface LineCode {
  /** Chips of a symbol. */
  readonly symbolChips: 2 | 4;
  /** Symbols that there are. */
  readonly alphabet: number;
  /** Energy of the weaker half of each symbol's chips, over chips `from … to−1`. */
  leastEnergy(energy: Float64Array | Float32Array, from: number, to: number): number;
  /**
   * Energy of each symbol's on-chips, weighted by how surely it is which symbol.
   * @param amplitude square root of the energies
   * @param steep     2√γ, where γ is the energy of an on-chip
   */
  likelyOnEnergy(
    energy: Float64Array,
    amplitude: Float64Array,
    from: number,
    to: number,
    steep: number,
  ): number;
  /** Evidence for unknown symbols against noise, nats. @param on log-likelihood per chip that it is on */
  evidence(on: Float64Array, from: number, to: number): number;
  /** By how much the stronger half of a symbol's chips exceeds the weaker one in noise of variance 1. */
  openingOfNoise(width: number): NoiseMeasure;
}

/** One of two chips is on: 1 = on,off and 0 = off,on. */
class Manchester implements LineCode {
  readonly symbolChips = 2;
  readonly alphabet = 2;

  leastEnergy(energy: Float64Array | Float32Array, from: number, to: number): number {
    let sum = 0;
    let apart = 0;
    // Without comparing: which half is the weaker is anybody's guess, and a wrong one costs more than all the rest.
    for (let c = from; c < to; c += 2) {
      sum += energy[c] + energy[c + 1];
      apart += Math.abs(energy[c] - energy[c + 1]);
    }
    return (sum - apart) / 2;
  }

  likelyOnEnergy(
    energy: Float64Array,
    amplitude: Float64Array,
    from: number,
    to: number,
    steep: number,
  ): number {
    let sum = 0;
    for (let c = from; c < to; c += 2) {
      const share = logistic(steep * (amplitude[c] - amplitude[c + 1]));
      sum += energy[c + 1] + share * (energy[c] - energy[c + 1]);
    }
    return sum;
  }

  evidence(on: Float64Array, from: number, to: number): number {
    let evidence = (-(to - from) / 2) * Math.LN2;
    for (let c = from; c < to; c += 2) evidence += logAdd(on[c], on[c + 1]);
    return evidence;
  }

  /** |difference| of two gamma-distributed powers: between exponential (mean 1) and normal (mean 1.13). */
  openingOfNoise(width: number): NoiseMeasure {
    const mean = width === 1 ? 1 : 1.08;
    return { mean, deviation: Math.sqrt(2 - mean * mean) };
  }
}

/** The pairs of chips that are on, of four. */
const PAIRS = [
  [2, 3],
  [1, 3],
  [1, 2],
  [0, 1],
  [0, 2],
  [0, 3],
] as const;
const weight = new Float64Array(PAIRS.length);

/** Two of four chips are on: six symbols. */
class TwoOfFour implements LineCode {
  readonly symbolChips = 4;
  readonly alphabet = PAIRS.length;

  leastEnergy(energy: Float64Array | Float32Array, from: number, to: number): number {
    let sum = 0;
    for (let c = from; c < to; c += 4) {
      const [low, high] = [Math.min(energy[c], energy[c + 1]), Math.max(energy[c], energy[c + 1])];
      const [low2, high2] = [Math.min(energy[c + 2], energy[c + 3]), Math.max(energy[c + 2], energy[c + 3])];
      // The least of all, and the next: the greater of the two lows or the lesser of the two highs.
      sum += Math.min(low, low2) + Math.min(Math.max(low, low2), high, high2);
    }
    return sum;
  }

  likelyOnEnergy(
    energy: Float64Array,
    amplitude: Float64Array,
    from: number,
    to: number,
    steep: number,
  ): number {
    let sum = 0;
    for (let c = from; c < to; c += 4) {
      weigh(amplitude, c, steep);
      let total = 0;
      let part = 0;
      for (let p = 0; p < PAIRS.length; p++) {
        total += weight[p];
        part += weight[p] * (energy[c + PAIRS[p][0]] + energy[c + PAIRS[p][1]]);
      }
      sum += part / total;
    }
    return sum;
  }

  evidence(on: Float64Array, from: number, to: number): number {
    let evidence = (-(to - from) / 4) * Math.log(PAIRS.length);
    for (let c = from; c < to; c += 4) {
      const greatest = weigh(on, c, 1);
      let sum = 0;
      for (let p = 0; p < PAIRS.length; p++) sum += weight[p];
      evidence += greatest + Math.log(sum);
    }
    return evidence;
  }

  /** The two greatest of four less the two least: from exponential (2.33) to normal (2.65). */
  openingOfNoise(width: number): NoiseMeasure {
    return width === 1 ? { mean: 2.34, deviation: 1.45 } : { mean: 2.58, deviation: 1.25 };
  }
}

/** Writes e^(factor·(sum of a pair's values) − the greatest such exponent) for each pair; returns that exponent. */
function weigh(values: Float64Array, from: number, factor: number): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let p = 0; p < PAIRS.length; p++) {
    weight[p] = factor * (values[from + PAIRS[p][0]] + values[from + PAIRS[p][1]]);
    if (weight[p] > greatest) greatest = weight[p];
  }
  for (let p = 0; p < PAIRS.length; p++) weight[p] = Math.exp(weight[p] - greatest);
  return greatest;
}

export const LINE_CODES: Readonly<Record<LineCodeName, LineCode>> = {
  manchester: new Manchester(),
  'two-of-four': new TwoOfFour(),
};
