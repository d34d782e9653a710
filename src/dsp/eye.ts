import { logistic } from './bessel.js';

/** Measures of Manchester eyes on the energies of chips, in units of the noise; float64 [2·symbols]. */

/** How far the eye is open in the sync word: differences of its symbols' halves, as they should be. */
export function syncOpening(energy: Float64Array, sync: Float64Array): number {
  let opening = 0;
  for (let i = 0; i < sync.length; i++) opening += sync[i] * (energy[2 * i] - energy[2 * i + 1]);
  return opening;
}

/** The same for the whole packet; unknown symbols count by magnitude. */
export function eyeOpening(energy: Float64Array, sync: Float64Array, symbols: number): number {
  let opening = syncOpening(energy, sync);
  for (let i = sync.length; i < symbols; i++) opening += Math.abs(energy[2 * i] - energy[2 * i + 1]);
  return opening;
}

/**
 * What off-chips hold: the floor, or more where a transmitter does not fall silent at once, or another one is on.
 * The weaker half of each symbol is taken for the off-chip.
 */
export function background(energy: Float64Array, symbols: number): number {
  let sum = 0;
  for (let i = 0; i < symbols; i++) sum += Math.min(energy[2 * i], energy[2 * i + 1]);
  return Math.max(1, sum / symbols);
}

/**
 * Mean energy of on-chips less that of noise, each unknown symbol weighted by how surely it is which.
 * @param apart room for the differences of the amplitudes of each symbol's chips
 */
export function onEnergy(
  energy: Float64Array,
  sync: Float64Array,
  symbols: number,
  apart: Float64Array,
): number {
  const known = sync.length;
  let inSync = 0;
  for (let i = 0; i < known; i++) inSync += sync[i] > 0 ? energy[2 * i] : energy[2 * i + 1];
  for (let i = known; i < symbols; i++) apart[i] = Math.sqrt(energy[2 * i]) - Math.sqrt(energy[2 * i + 1]);
  let gamma = Math.max(0.5, syncOpening(energy, sync) / known);
  for (let round = 0; round < 3; round++) {
    const steep = 2 * Math.sqrt(gamma);
    let sum = inSync;
    for (let i = known; i < symbols; i++) {
      const share = logistic(steep * apart[i]);
      sum += energy[2 * i + 1] + share * (energy[2 * i] - energy[2 * i + 1]);
    }
    gamma = Math.max(0.5, sum / symbols - 1);
  }
  return gamma;
}

/** Top of the parabola through three equally spaced values, in steps from the middle one, within ±0.5. */
export function peak(before: number, here: number, after: number): number {
  const curvature = before - 2 * here + after;
  if (curvature >= 0) return 0;
  return Math.max(-0.5, Math.min(0.5, (before - after) / (2 * curvature)));
}
