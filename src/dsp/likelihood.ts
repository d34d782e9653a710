import { decay, logAdd, logBesselI0 } from './bessel.js';
import { CHIP_RATE_HZ } from './geometry.js';
import type { LineCode } from './line-code.js';

/**
 * Log-likelihoods of chips. Energies and amplitudes are in units of the noise: an off-chip has mean energy 1,
 * an on-chip 1 + γ, where γ = energy of an on-chip over the noise density. `on[c]` is the log-likelihood that
 * chip c is on rather than noise alone.
 */

/**
 * No chip may outvote many: beyond this a chip that contradicts the rest is not noise but something that the model
 * does not know (a drop-out, a burst on top, a carrier far off).
 */
const MOST_NATS = 20;

/** What the likelihood itself may be. */
const MOST = Math.exp(MOST_NATS);
const LEAST = Math.exp(-MOST_NATS);

/** Logarithm of a chip's likelihood within what one chip may say. */
export function boundedLog(likelihood: number): number {
  return likelihood >= MOST ? MOST_NATS : likelihood > LEAST ? Math.log(likelihood) : -MOST_NATS;
}

/** A chip's log-likelihood within what one chip may say. */
export function bounded(nats: number): number {
  return nats > MOST_NATS ? MOST_NATS : nats < -MOST_NATS ? -MOST_NATS : nats;
}

/** Log-likelihood ratio of a symbol that leaves no doubt. */
export const UNDOUBTED_NATS = 2 * MOST_NATS;

/**
 * Whether {@link narrowLikelihood} leaves no doubt of any chip.
 * @param on  energy of the weakest on-chip
 * @param off energy of the loudest off-chip
 */
export function areUndoubted(on: number, off: number, gamma: number): boolean {
  const slope = 2 * Math.sqrt(gamma);
  const least = slope * Math.sqrt(Math.min(on, mostEnergy(gamma)));
  return slope * Math.sqrt(off) <= gamma - MOST_NATS && least >= certainArgument(gamma + MOST_NATS);
}

/** Evidence of a packet, `known` of whose `symbols` of two chips are known, none of which leaves any doubt. */
export function undoubtedEvidence(symbols: number, known: number, code: LineCode): number {
  const unknown = (2 * (symbols - known)) / code.symbolChips;
  return symbols * MOST_NATS - unknown * Math.log(code.alphabet);
}

/**
 * One carrier, phase of each chip unknown: ln I₀(2√(γE)) − γ. Chips far above the others are something else on
 * top; they may not outvote the whole packet.
 */
export function narrowLikelihood(energy: Float64Array, chips: number, gamma: number, on: Float64Array): void {
  const most = mostEnergy(gamma);
  const slope = 2 * Math.sqrt(gamma);
  const silent = gamma - MOST_NATS;
  const certain = certainArgument(gamma + MOST_NATS);
  for (let c = 0; c < chips; c++) {
    const x = slope * Math.sqrt(energy[c] < most ? energy[c] : most);
    // ln I₀(x) ≤ x: most off-chips of a strong packet need no more than that.
    on[c] = x <= silent ? -MOST_NATS : x >= certain ? MOST_NATS : bounded(logBesselI0(x) - gamma);
  }
}

/** No chip counts as stronger. */
function mostEnergy(gamma: number): number {
  return (Math.sqrt(gamma) + 3) ** 2;
}

/** An x from which on ln I₀(x) is surely above a value: ln I₀(x) > x − ½·ln(2πx), which is steeper than ½ there. */
function certainArgument(value: number): number {
  return value + 0.5 * Math.log(4 * Math.PI * value) + 0.1;
}

/** Shares of carriers below this are not worth their time. */
const LEAST_SHARE = 1e-3;

/** A carrier that a chip may have, and how likely it is. */
export interface CarrierShare {
  /** Which of the carriers it is. */
  index: number;
  readonly logShare: number;
}

/** Normally distributed shares of the carriers; their sum is 1. */
export function carrierShares(
  offsetsHz: readonly number[],
  middleHz: number,
  spreadHz: number,
): CarrierShare[] {
  // Carriers may lie half a chip rate apart without missing anything, unless they are to be told apart.
  const step = spreadHz > CHIP_RATE_HZ / 2 ? 2 : 1;
  const shares: { index: number; share: number }[] = [];
  let sum = 0;
  for (let index = 0; index < offsetsHz.length; index += step) {
    const share = Math.exp(-0.5 * ((offsetsHz[index] - middleHz) / spreadHz) ** 2);
    if (share < LEAST_SHARE) continue;
    shares.push({ index, share });
    sum += share;
  }
  return shares.map(({ index, share }) => ({ index, logShare: Math.log(share / sum) }));
}

/**
 * Carrier of each chip unknown: the same, averaged over a spread of carriers.
 * @param amplitude square root of the energy per chip and carrier, float64 [chips][stride] in the order of the shares' indices
 */
export function wideLikelihood(
  amplitude: Float64Array,
  stride: number,
  carriers: readonly CarrierShare[],
  chips: number,
  gamma: number,
  on: Float64Array,
): void {
  const count = carriers.length;
  const [slope, silent, certain] = [2 * Math.sqrt(gamma), gamma - MOST_NATS, gamma + MOST_NATS];
  const most = slope * (Math.sqrt(gamma) + 3);
  const [index, logShare, log] = [INDEX, LOG_SHARE, LOG];
  for (let h = 0; h < count; h++) {
    index[h] = carriers[h].index;
    logShare[h] = carriers[h].logShare;
  }
  for (let c = 0, row = 0; c < chips; c++, row += stride) {
    let loudest = 0;
    for (let h = 0; h < count; h++) loudest = Math.max(loudest, amplitude[row + index[h]]);
    // A mean over carriers is not above the greatest, and ln I₀(x) ≤ x.
    if (slope * loudest <= silent) {
      on[c] = -MOST_NATS;
      continue;
    }
    let greatest = Number.NEGATIVE_INFINITY;
    for (let h = 0; h < count; h++) {
      log[h] = logBesselI0(Math.min(slope * amplitude[row + index[h]], most)) + logShare[h];
      greatest = Math.max(greatest, log[h]);
    }
    if (greatest >= certain) {
      on[c] = MOST_NATS;
      continue;
    }
    let sum = 0;
    for (let h = 0; h < count; h++) sum += decay(greatest - log[h]);
    on[c] = bounded(greatest + Math.log(sum) - gamma);
  }
}

/** Most carriers that a chip may have, and room for what is worked out of each. */
const MOST_CARRIERS = 32;
const INDEX = new Int32Array(MOST_CARRIERS);
const LOG_SHARE = new Float64Array(MOST_CARRIERS);
const LOG = new Float64Array(MOST_CARRIERS);

/**
 * Log-likelihood of a packet against noise, whose first symbols are known and the rest unknown symbols of a line code.
 * @param symbols of the packet, in units of two chips
 */
export function packetEvidence(
  on: Float64Array,
  sync: Float64Array,
  symbols: number,
  code: LineCode,
): number {
  let evidence = 0;
  for (let i = 0; i < sync.length; i++) evidence += sync[i] > 0 ? on[2 * i] : on[2 * i + 1];
  return evidence + code.evidence(on, 2 * sync.length, 2 * symbols);
}

/** {@link keyingEvidence} of symbols of two chips that leave no doubt. */
export function undoubtedKeyingEvidence(symbols: number): number {
  return symbols * (logAdd(0, MOST_NATS) + logAdd(0, -MOST_NATS) - 2 * Math.LN2);
}

/** Log-likelihood of chips on and off at random, against noise. */
export function keyingEvidence(on: Float64Array, chips: number): number {
  let evidence = -chips * Math.LN2;
  for (let c = 0; c < chips; c++) evidence += logAdd(0, on[c]);
  return evidence;
}
