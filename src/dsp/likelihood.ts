import { logAdd, logBesselI0 } from './bessel.js';

/**
 * Log-likelihoods of chips. Energies and amplitudes are in units of the noise: an off-chip has mean energy 1,
 * an on-chip 1 + γ, where γ = energy of an on-chip over the noise density. `on[c]` is the log-likelihood that
 * chip c is on rather than noise alone.
 */

/** Chips much stronger than the rest are something else on top; they may not outvote the whole packet. */
function plausible(energy: number, gamma: number): number {
  return Math.min(energy, (Math.sqrt(gamma) + 3) ** 2);
}

/** One carrier, phase of each chip unknown: ln I₀(2√(γE)) − γ. */
export function narrowLikelihood(
  energy: Float64Array,
  chips: number,
  gamma: number,
  on: Float64Array,
): void {
  for (let c = 0; c < chips; c++) {
    on[c] = logBesselI0(2 * Math.sqrt(gamma * plausible(energy[c], gamma))) - gamma;
  }
}

/**
 * Carrier of each chip unknown: the same, averaged over a spread of carriers.
 * @param energy per carrier and chip, float64 [carriers][chips]
 * @param weight share of each carrier; sums to 1
 */
export function wideLikelihood(
  energy: readonly Float64Array[],
  weight: Float64Array,
  chips: number,
  gamma: number,
  on: Float64Array,
): void {
  for (let c = 0; c < chips; c++) {
    let sum = Number.NEGATIVE_INFINITY;
    for (let h = 0; h < energy.length; h++) {
      if (weight[h] < 1e-4) continue;
      const x = logBesselI0(2 * Math.sqrt(gamma * plausible(energy[h][c], gamma)));
      sum = logAdd(sum, x + Math.log(weight[h]));
    }
    on[c] = sum - gamma;
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
