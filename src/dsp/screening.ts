import { type ChipLoops, type Eyes, MOST_CHIPS } from './chip-loops.js';
import { type Candidate, type SyncPattern, signsOf } from './detector.js';
import type { Spectrogram } from './filterbank.js';
import { LINE_CODES } from './line-code.js';
import { PacketPowers } from './packet-powers.js';
import { PlainChips } from './plain-chips.js';

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
  readonly #patterns: readonly SyncPattern[];
  /** The sync words' symbols, +1 or −1. */
  readonly #signs: readonly Float64Array[];
  readonly #noiseVariance: (width: number) => number;
  /** Standard deviation of the summed noise power of so many bins, where it has been asked for. */
  readonly #deviations: number[] = [];
  readonly #loops: ChipLoops;
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
    this.#loops = loops;
    this.#powers = new PacketPowers(bins, loops);
  }

  #noiseDeviation(width: number): number {
    this.#deviations[width] ??= Math.sqrt(this.#noiseVariance(width));
    return this.#deviations[width];
  }

  /** @param firstColumn column of the candidate's first chip */
  screen(spectrogram: Spectrogram, { sync, bin, width }: Candidate, firstColumn: number): Screening {
    const { lengthSymbols, lineCode = 'manchester' } = this.#patterns[sync];
    const signs = this.#signs[sync];
    const code = LINE_CODES[lineCode];
    const lowest = Math.round(bin - (width - 1) / 2);
    const looked = Math.min(lengthSymbols, MOST_SYMBOLS);
    const chips = this.#powers.gather(spectrogram, lowest, width, firstColumn, 2 * looked);
    this.#loops.know(signs, Math.min(LAST_SYMBOLS, signs.length));
    const eyes = this.#loops.eyes(looked);
    const noiseDeviation = this.#noiseDeviation(width);
    const known = signs.length;
    const half = code.symbolChips / 2;
    const unknown = (looked - known) / half;
    const opening =
      code === LINE_CODES.manchester
        ? eyes.apart
        : eyes.energy - 2 * code.leastEnergy(chips, 2 * known, 2 * looked);
    const least = (eyes.energy - opening) / 2;
    const aboveNoise = eyes.syncEnergy + eyes.energy - 2 * looked * width;
    const inNoise = code.openingOfNoise(width);
    const mean = noiseDeviation * inNoise.mean;
    const deviation = noiseDeviation * inNoise.deviation;
    // The weaker half of each symbol shows the noise that there is, which may be more than the floor.
    const noise = Math.max(1, least / unknown / (half * width - mean / 2));
    const openness = opening / noise - unknown * mean;
    // The off-chips of the sync word show it too, and are full of energy where the sync word is not really there.
    const inSync = Math.max(noise, (eyes.syncEnergy - eyes.matched) / 2 / known / width);
    return {
      score: openness / (deviation * Math.sqrt(unknown)),
      order: (eyes.matched + opening) / Math.max(1, aboveNoise),
      isContradicted: isContradicted(eyes, chips, signs, noiseDeviation),
      rank: Math.min(eyes.matched / inSync / known, openness / unknown / half) / noiseDeviation,
    };
  }
}

/** See {@link Screening.isContradicted}. */
function isContradicted(
  { lastMatched, lastApart }: Eyes,
  chips: Float32Array,
  signs: Float64Array,
  noiseDeviation: number,
): boolean {
  const agreement = (lastApart + lastMatched) / 2;
  const enough = Math.max(CONTRADICTION_DEVIATIONS * noiseDeviation, CONTRADICTION_SHARE * agreement);
  if (!((lastApart - lastMatched) / 2 > enough)) return false;
  // One that is struck by a pulse counts for no more than one.
  const last = Math.max(0, signs.length - LAST_SYMBOLS);
  const most = agreement / (signs.length - last);
  let contradiction = 0;
  for (let i = last; i < signs.length; i++) {
    const against = signs[i] * (chips[2 * i + 1] - chips[2 * i]);
    contradiction += Math.max(0, Math.min(most, against));
  }
  return contradiction > enough;
}
