import type { Candidate, SyncPattern } from './detector.js';
import type { Spectrogram } from './filterbank.js';
import { LINE_CODES, type LineCode } from './line-code.js';
import { PacketPowers } from './packet-powers.js';
import { PlainGather } from './plain-rows.js';
import { MOST_CHIPS, type RowLoops } from './rows.js';

/** Symbols of two chips that are looked at, at most: more would say no more of what is only a first judgement. */
export const MOST_SYMBOLS = MOST_CHIPS / 2;

/** A sync word's first symbols may lie under the end of another packet, and it can be heard all the same; these do not. */
const LAST_SYMBOLS = 11;
/** See {@link Screening.isContradicted}. */
const CONTRADICTION_DEVIATIONS = 7;
const CONTRADICTION_SHARE = 0.12;

/** What the whole packet looks like in the spectrogram, if there is one. */
export interface Screening {
  /** Openness of the unknown symbols' eyes, standard deviations above noise. */
  readonly score: number;
  /** Share of the energy above noise that stands where Manchester symbols and the sync word put it; ≤ 1. */
  readonly order: number;
  /**
   * Whether some of the sync word's last symbols are the wrong way round, and hold more than noise does, in its standard
   * deviations, and more than a share of what the others hold. Noise that a packet can be heard in turns some of them
   * round too, but weakly.
   */
  readonly isContradicted: boolean;
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
  readonly #noiseVariance: (width: number) => number;
  readonly #powers: PacketPowers;

  /**
   * @param bins          of the spectrogram
   * @param noiseVariance variance of the summed noise power of so many bins
   */
  constructor(
    bins: number,
    noiseVariance: (width: number) => number,
    loops: Pick<RowLoops, 'gather'> = new PlainGather(),
  ) {
    this.#noiseVariance = noiseVariance;
    this.#powers = new PacketPowers(bins, loops);
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
    const lowest = Math.round(candidate.bin - (width - 1) / 2);
    this.#powers.gather(spectrogram, lowest, width, firstColumn, 0, 2 * looked);
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
      isContradicted: this.#isContradicted(sync, Math.sqrt(noiseVariance)),
      rank: Math.min(matched / inSync / sync.length, openness / unknown / half) / Math.sqrt(noiseVariance),
    };
  }

  #isContradicted(sync: string, deviation: number): boolean {
    const from = Math.max(0, sync.length - LAST_SYMBOLS);
    let agreement = 0;
    for (let i = from; i < sync.length; i++) agreement += Math.max(0, this.#excess(sync, i));
    // One that is struck by a pulse counts for no more than one.
    const most = agreement / (sync.length - from);
    let contradiction = 0;
    for (let i = from; i < sync.length; i++)
      contradiction += Math.min(most, Math.max(0, -this.#excess(sync, i)));
    return (
      contradiction > CONTRADICTION_DEVIATIONS * deviation && contradiction > CONTRADICTION_SHARE * agreement
    );
  }

  /** By how much a symbol's on-chip exceeds its off-chip. */
  #excess(sync: string, i: number): number {
    const { chips } = this.#powers;
    const difference = chips[2 * i] - chips[2 * i + 1];
    return sync.charCodeAt(i) === ONE ? difference : -difference;
  }

  /** How much more the sync word's on-chips hold than its off-chips, what those hold, and both. */
  #lookAtSync(sync: string): { matched: number; silent: number; energyInSync: number } {
    const { chips } = this.#powers;
    let on = 0;
    let silent = 0;
    for (let i = 0; i < sync.length; i++) {
      const isOne = sync.charCodeAt(i) === ONE;
      on += chips[isOne ? 2 * i : 2 * i + 1];
      silent += chips[isOne ? 2 * i + 1 : 2 * i];
    }
    return { matched: on - silent, silent, energyInSync: on + silent };
  }

  /** How far the eyes of the unknown symbols are open, what their weaker halves hold, and all of their energy. */
  #lookAtRest(from: number, to: number, code: LineCode): { opening: number; least: number; energy: number } {
    const { chips } = this.#powers;
    let energy = 0;
    for (let chip = 2 * from; chip < 2 * to; chip++) energy += chips[chip];
    const least = code.leastEnergy(chips, 2 * from, 2 * to);
    // The stronger half less the weaker one.
    return { opening: energy - 2 * least, least, energy };
  }
}

const ONE = '1'.charCodeAt(0);
