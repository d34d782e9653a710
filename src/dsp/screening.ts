import type { Candidate, SyncPattern } from './detector.js';
import type { Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP } from './geometry.js';
import { LINE_CODES, type LineCode } from './line-code.js';
import { PlainGather } from './plain-rows.js';
import { MOST_CHIPS, type RowLoops } from './rows.js';

/** Symbols of two chips that are looked at, at most: more would say no more of what is only a first judgement. */
export const MOST_SYMBOLS = MOST_CHIPS / 2;

/** Bins of the widest candidate. */
const GREATEST_WIDTH = 8;

/** What the whole packet looks like in the spectrogram, if there is one. */
export interface Screening {
  /** Openness of the unknown symbols' eyes, standard deviations above noise. */
  readonly score: number;
  /** Share of the energy above noise that stands where Manchester symbols and the sync word put it; ≤ 1. */
  readonly order: number;
  /**
   * Mean openness of a symbol's eye, of the sync word's or of the unknown ones, whichever is less: greatest where a
   * packet really begins, since a look-alike's sync word is not as strong as what follows.
   */
  readonly rank: number;
}

/**
 * Takes a second look at candidates, at the price of a few hundred additions each: noise that happened to look like
 * a sync word is not followed by 75 symbols with one strong half each.
 */
export class Screener {
  readonly #bins: number;
  readonly #noiseVariance: (width: number) => number;
  readonly #loops: Pick<RowLoops, 'gather'>;
  readonly #places = new Int32Array(GREATEST_WIDTH);
  #power: Float64Array = new Float64Array(MOST_CHIPS);

  /**
   * @param bins          of the spectrogram
   * @param noiseVariance variance of the summed noise power of so many bins
   */
  constructor(
    bins: number,
    noiseVariance: (width: number) => number,
    loops: Pick<RowLoops, 'gather'> = new PlainGather(),
  ) {
    this.#bins = bins;
    this.#noiseVariance = noiseVariance;
    this.#loops = loops;
  }

  /** @param firstColumn column of the candidate's first chip */
  screen(
    spectrogram: Spectrogram,
    candidate: Candidate,
    firstColumn: number,
    { sync, lengthSymbols, lineCode = 'manchester' }: SyncPattern,
  ): Screening {
    const { width } = candidate;
    const noiseVariance = this.#noiseVariance(width);
    const code = LINE_CODES[lineCode];
    const looked = Math.min(lengthSymbols, MOST_SYMBOLS);
    const half = code.symbolChips / 2;
    const unknown = (looked - sync.length) / half;
    this.#gather(spectrogram, candidate, firstColumn, looked);
    const { matched, silent, energyInSync } = this.#lookAtSync(sync);
    const { opening, least, energy } = this.#lookAtRest(sync.length, looked, code);
    const aboveNoise = energyInSync + energy - 2 * looked * width;
    const inNoise = code.openingOfNoise(width);
    const mean = Math.sqrt(noiseVariance) * inNoise.mean;
    const deviation = Math.sqrt(noiseVariance) * inNoise.deviation;
    // The weaker half of each symbol shows the noise that there is, which may be more than the floor.
    const noise = Math.max(1, least / unknown / (half * width - mean / 2));
    const openness = opening / noise - unknown * mean;
    // The off-chips of the sync word show it too, and are full of energy where the sync word is not really there.
    const inSync = Math.max(noise, silent / sync.length / width);
    return {
      score: openness / (deviation * Math.sqrt(unknown)),
      order: (matched + opening) / Math.max(1, aboveNoise),
      rank: Math.min(matched / inSync / sync.length, openness / unknown / half) / Math.sqrt(noiseVariance),
    };
  }

  /** Powers of the packet's chips, summed over the candidate's bins. */
  #gather(spectrogram: Spectrogram, { bin, width }: Candidate, firstColumn: number, symbols: number): void {
    const { rows, stride, ring } = spectrogram;
    const places = this.#places;
    const lowest = Math.round(bin - (width - 1) / 2);
    for (let i = 0; i < width; i++) places[i] = ((lowest + i) % this.#bins) * stride + firstColumn;
    const chips = 2 * symbols;
    const toEnd = ring === undefined ? chips : Math.ceil((ring.end - firstColumn) / FRAMES_PER_CHIP);
    this.#power = this.#loops.gather(rows, places, width, 0, Math.min(chips, toEnd));
    if (ring === undefined || toEnd >= chips) return;
    for (let i = 0; i < width; i++) places[i] += toEnd * FRAMES_PER_CHIP - ring.length;
    this.#power = this.#loops.gather(rows, places, width, toEnd, chips);
  }

  /** How much more the sync word's on-chips hold than its off-chips, what those hold, and both. */
  #lookAtSync(sync: string): { matched: number; silent: number; energyInSync: number } {
    const power = this.#power;
    let on = 0;
    let silent = 0;
    for (let i = 0; i < sync.length; i++) {
      const isOne = sync.charCodeAt(i) === ONE;
      on += power[isOne ? 2 * i : 2 * i + 1];
      silent += power[isOne ? 2 * i + 1 : 2 * i];
    }
    return { matched: on - silent, silent, energyInSync: on + silent };
  }

  /** How far the eyes of the unknown symbols are open, what their weaker halves hold, and all of their energy. */
  #lookAtRest(from: number, to: number, code: LineCode): { opening: number; least: number; energy: number } {
    const power = this.#power;
    let energy = 0;
    for (let chip = 2 * from; chip < 2 * to; chip++) energy += power[chip];
    const least = code.leastEnergy(power, 2 * from, 2 * to);
    // The stronger half less the weaker one.
    return { opening: energy - 2 * least, least, energy };
  }
}

const ONE = '1'.charCodeAt(0);
