import { logAdd, logBesselI0 } from './bessel.js';
import { CHIP_RATE_HZ } from './geometry.js';

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

/** A chip's log-likelihood within what one chip may say. */
export function bounded(nats: number): number {
  return Math.max(-MOST_NATS, Math.min(MOST_NATS, nats));
}

/**
 * One carrier, phase of each chip unknown: ln I₀(2√(γE)) − γ. Chips far above the others are something else on
 * top; they may not outvote the whole packet.
 */
export function narrowLikelihood(energy: Float64Array, chips: number, gamma: number, on: Float64Array): void {
  const most = (Math.sqrt(gamma) + 3) ** 2;
  for (let c = 0; c < chips; c++) {
    on[c] = bounded(logBesselI0(2 * Math.sqrt(gamma * Math.min(energy[c], most))) - gamma);
  }
}

/** Shares of carriers below this are not worth their time. */
const LEAST_SHARE = 1e-3;

/** A carrier that a chip may have, and how likely it is. */
export interface CarrierShare {
  /** Which row of amplitudes it is. */
  readonly index: number;
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
 * @param amplitude square root of the energy per carrier and chip, float64 [carriers][chips]
 */
export function wideLikelihood(
  amplitude: readonly Float64Array[],
  carriers: readonly CarrierShare[],
  chips: number,
  gamma: number,
  on: Float64Array,
): void {
  const slope = 2 * Math.sqrt(gamma);
  const most = Math.sqrt(gamma) + 3;
  const log = new Float64Array(carriers.length);
  for (let c = 0; c < chips; c++) {
    let greatest = Number.NEGATIVE_INFINITY;
    for (let h = 0; h < carriers.length; h++) {
      const { index, logShare } = carriers[h];
      log[h] = logBesselI0(slope * Math.min(amplitude[index][c], most)) + logShare;
      if (log[h] > greatest) greatest = log[h];
    }
    let sum = 0;
    for (let h = 0; h < carriers.length; h++) {
      const below = log[h] - greatest;
      if (below > -20) sum += Math.exp(below);
    }
    on[c] = bounded(greatest + Math.log(sum) - gamma);
  }
}

/** Log-likelihood of Manchester symbols, the first of them known and the rest unknown, against noise. */
export function manchesterEvidence(on: Float64Array, sync: Float64Array, symbols: number): number {
  let evidence = 0;
  for (let i = 0; i < symbols; i++) {
    const first = on[2 * i];
    const second = on[2 * i + 1];
    if (i < sync.length) evidence += sync[i] > 0 ? first : second;
    else evidence += logAdd(first, second) - Math.LN2;
  }
  return evidence;
}

/** Log-likelihood of chips on and off at random, against noise. */
export function keyingEvidence(on: Float64Array, chips: number): number {
  let evidence = 0;
  for (let c = 0; c < chips; c++) evidence += logAdd(0, on[c]) - Math.LN2;
  return evidence;
}
