import { type ChipLoops, MOST_CHIPS } from './chip-loops.js';
import { type Candidate, type SyncPattern, signsOf } from './detector.js';
import type { Spectrogram } from './filterbank.js';
import { LINE_CODES, type LineCode } from './line-code.js';
import { PacketPowers } from './packet-powers.js';
import { PlainChips } from './plain-chips.js';

/** Symbols of two chips that are looked at, at most: more would say no more of what is only a first judgement. */
export const MOST_SYMBOLS = MOST_CHIPS / 2;

/**
 * Unknown symbols by which most of what is no packet is told already: those of the weakest packet that can be decoded have
 * a score of 10 there.
 */
const FIRST_SYMBOLS = 24;
const FIRST_SCORE = 2;

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
  readonly #patterns: readonly SyncPattern[];
  /** The sync words' symbols, +1 or −1. */
  readonly #signs: readonly Float64Array[];
  readonly #noiseVariance: (width: number) => number;
  readonly #powers: PacketPowers;

  /**
   * @param bins          of the spectrogram
   * @param patterns      that candidates are of, by their index
   * @param noiseVariance variance of the summed noise power of so many bins
   */
  constructor(
    bins: number,
    patterns: readonly SyncPattern[],
    noiseVariance: (width: number) => number,
    loops: ChipLoops = new PlainChips(),
  ) {
    this.#patterns = patterns;
    this.#signs = patterns.map(({ sync }) => signsOf(sync));
    this.#noiseVariance = noiseVariance;
    this.#powers = new PacketPowers(bins, loops);
  }

  /** @param firstColumn column of the candidate's first chip */
  screen(spectrogram: Spectrogram, { sync, bin, width }: Candidate, firstColumn: number): Screening {
    const { lengthSymbols, lineCode = 'manchester' } = this.#patterns[sync];
    const signs = this.#signs[sync];
    const code = LINE_CODES[lineCode];
    const lowest = Math.round(bin - (width - 1) / 2);
    const first = signs.length + FIRST_SYMBOLS;
    this.#powers.gather(spectrogram, lowest, width, firstColumn, 0, 2 * first);
    const seen = this.#judge(width, signs, first, code);
    if (seen.score < FIRST_SCORE) return seen;
    const looked = Math.min(lengthSymbols, MOST_SYMBOLS);
    this.#powers.gather(spectrogram, lowest, width, firstColumn, 2 * first, 2 * looked);
    return this.#judge(width, signs, looked, code);
  }

  /** What so many symbols look like whose chips have been gathered over some bins. */
  #judge(width: number, signs: Float64Array, looked: number, code: LineCode): Screening {
    const noiseDeviation = Math.sqrt(this.#noiseVariance(width));
    const known = signs.length;
    const half = code.symbolChips / 2;
    const unknown = (looked - known) / half;
    const { matched, silent, energyInSync, isContradicted } = this.#lookAtSync(signs, noiseDeviation);
    const { opening, least, energy } = this.#lookAtRest(known, looked, code);
    const aboveNoise = energyInSync + energy - 2 * looked * width;
    const inNoise = code.openingOfNoise(width);
    const mean = noiseDeviation * inNoise.mean;
    const deviation = noiseDeviation * inNoise.deviation;
    // The weaker half of each symbol shows the noise that there is, which may be more than the floor.
    const noise = Math.max(1, least / unknown / (half * width - mean / 2));
    const openness = opening / noise - unknown * mean;
    // The off-chips of the sync word show it too, and are full of energy where the sync word is not really there.
    const inSync = Math.max(noise, silent / known / width);
    return {
      score: openness / (deviation * Math.sqrt(unknown)),
      order: (matched + opening) / Math.max(1, aboveNoise),
      isContradicted,
      rank: Math.min(matched / inSync / known, openness / unknown / half) / noiseDeviation,
    };
  }

  /**
   * How much more the sync word's on-chips hold than its off-chips, what those hold, and both; and whether its last
   * symbols contradict it.
   */
  #lookAtSync(
    signs: Float64Array,
    noiseDeviation: number,
  ): Pick<Screening, 'isContradicted'> & { matched: number; silent: number; energyInSync: number } {
    const { chips } = this.#powers;
    const known = signs.length;
    const last = Math.max(0, known - LAST_SYMBOLS);
    let energyInSync = 0;
    let matched = 0;
    for (let i = 0; i < known; i++) {
      matched += signs[i] * (chips[2 * i] - chips[2 * i + 1]);
      energyInSync += chips[2 * i] + chips[2 * i + 1];
    }
    let excess = 0;
    let apart = 0;
    for (let i = last; i < known; i++) {
      const difference = chips[2 * i] - chips[2 * i + 1];
      excess += signs[i] * difference;
      apart += Math.abs(difference);
    }
    const agreement = (apart + excess) / 2;
    const enough = Math.max(CONTRADICTION_DEVIATIONS * noiseDeviation, CONTRADICTION_SHARE * agreement);
    let contradiction = (apart - excess) / 2;
    if (contradiction > enough) {
      // One that is struck by a pulse counts for no more than one.
      const most = agreement / (known - last);
      contradiction = 0;
      for (let i = last; i < known; i++) {
        const against = signs[i] * (chips[2 * i + 1] - chips[2 * i]);
        contradiction += Math.max(0, Math.min(most, against));
      }
    }
    const isContradicted = contradiction > enough;
    return { matched, silent: (energyInSync - matched) / 2, energyInSync, isContradicted };
  }

  /** How far the eyes of the unknown symbols are open, what their weaker halves hold, and all of their energy. */
  #lookAtRest(from: number, to: number, code: LineCode): { opening: number; least: number; energy: number } {
    const { chips } = this.#powers;
    let energy = 0;
    for (let chip = 2 * from; chip < 2 * to; chip += 2) energy += chips[chip] + chips[chip + 1];
    const least = code.leastEnergy(chips, 2 * from, 2 * to);
    // The stronger half less the weaker one.
    return { opening: energy - 2 * least, least, energy };
  }
}
