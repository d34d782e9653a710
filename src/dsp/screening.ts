import type { Candidate, SyncPattern } from './detector.js';
import type { Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP, FRAMES_PER_SYMBOL, type Geometry } from './geometry.js';

/** One packet shows up at several frames around its start: those within this many are one candidate. */
const NEAR_FRAMES = 4;

/**
 * Keeps the strongest candidate of each packet: what lies within a chip in time and in the same channel, and what
 * a stronger one's leakage explains, goes.
 * @param candidates sorted in place, strongest first
 * @param most how many to keep at most
 */
export function thinOut(candidates: Candidate[], geometry: Geometry, most: number): Candidate[] {
  const { fftSize, samplesPerChip } = geometry;
  const binsPerChipRate = fftSize / samplesPerChip;
  candidates.sort((a, b) => b.score - a.score || a.frame - b.frame || a.bin - b.bin);
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    if (kept.length === most) break;
    if (!kept.some((stronger) => explains(stronger, candidate, fftSize, binsPerChipRate)))
      kept.push(candidate);
  }
  return kept;
}

function explains(stronger: Candidate, weaker: Candidate, bins: number, binsPerChipRate: number): boolean {
  // Leakage begins when its source does; what begins later may be another packet, however strong the first.
  if (Math.abs(stronger.frame - weaker.frame) > NEAR_FRAMES) return false;
  const apart = Math.abs(stronger.bin - weaker.bin);
  const distance = Math.min(apart, bins - apart) / binsPerChipRate;
  const reach = (stronger.width + weaker.width) / (2 * binsPerChipRate);
  if (distance <= Math.max(1, 0.75 * reach)) return true;
  // Side lobes of keying fall with the square of the distance; a factor of four over a rectangle's.
  const leakage = 0.4 / (distance * distance);
  return weaker.score < leakage * stronger.score;
}

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
 * A second look at a candidate, at the price of a few hundred additions: noise that happened to look like a
 * sync word is not followed by 75 symbols with one strong half each.
 * @param firstColumn column of the candidate's first chip
 * @param noiseVariance variance of the summed noise power of the candidate's bins
 */
export function screen(
  spectrogram: Spectrogram,
  bins: number,
  candidate: Candidate,
  firstColumn: number,
  pattern: SyncPattern,
  noiseVariance: number,
): Screening {
  const { rows, stride } = spectrogram;
  const lowest = Math.round(candidate.bin - (candidate.width - 1) / 2);
  const power = (column: number): number => {
    let sum = 0;
    for (let i = 0; i < candidate.width; i++) sum += rows[((lowest + i) % bins) * stride + column];
    return sum;
  };
  let opening = 0;
  let matched = 0;
  let energy = 0;
  let least = 0;
  let silent = 0;
  for (let i = 0; i < pattern.lengthSymbols; i++) {
    const column = firstColumn + i * FRAMES_PER_SYMBOL;
    const first = power(column);
    const second = power(column + FRAMES_PER_CHIP);
    energy += first + second - 2 * candidate.width;
    if (i < pattern.sync.length) {
      const off = pattern.sync[i] === '1' ? second : first;
      matched += first + second - 2 * off;
      silent += off;
    } else {
      opening += Math.abs(first - second);
      least += Math.min(first, second);
    }
  }
  const unknown = pattern.lengthSymbols - pattern.sync.length;
  // |difference| of two gamma-distributed powers: between exponential (mean 1) and normal (mean 1.13).
  const mean = Math.sqrt(noiseVariance) * (candidate.width === 1 ? 1 : 1.08);
  const deviation = Math.sqrt(2 * noiseVariance - mean * mean);
  // The weaker half of each symbol shows the noise that there is, which may be more than the floor.
  const noise = Math.max(1, least / unknown / (candidate.width - mean / 2));
  const openness = opening / noise - unknown * mean;
  const { length } = pattern.sync;
  // The off-chips of the sync word show it too, and are full of energy where the sync word is not really there.
  const inSync = Math.max(noise, silent / length / candidate.width);
  return {
    score: openness / (deviation * Math.sqrt(unknown)),
    order: (matched + opening) / Math.max(1, energy),
    rank: Math.min(matched / inSync / length, openness / unknown) / Math.sqrt(noiseVariance),
  };
}
