import { LINE_CODES, type LineCode } from './line-code.js';

/** Measures of Manchester eyes on the energies of chips, in units of the noise; float64 [2·symbols]. */

/** How far the eye is open in the sync word: differences of its symbols' halves, as they should be. */
export function syncOpening(energy: Float64Array | Float32Array, sync: Float64Array): number {
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
 * The weaker half of each symbol is taken for the off-chips.
 * @param known   symbols of the sync word
 * @param symbols of the packet, in units of two chips
 * @param code    of what follows the sync word
 */
export function background(energy: Float64Array, known: number, symbols: number, code: LineCode): number {
  const inSync = LINE_CODES.manchester.leastEnergy(energy, 0, 2 * known);
  return Math.max(1, (inSync + code.leastEnergy(energy, 2 * known, 2 * symbols)) / symbols);
}

/**
 * Mean energy of on-chips less that of noise, each unknown symbol weighted by how surely it is which.
 * @param amplitude room for the amplitude of each chip
 */
export function onEnergy(
  energy: Float64Array,
  sync: Float64Array,
  symbols: number,
  code: LineCode,
  amplitude: Float64Array,
): number {
  const known = sync.length;
  let inSync = 0;
  for (let i = 0; i < known; i++) inSync += sync[i] > 0 ? energy[2 * i] : energy[2 * i + 1];
  for (let c = 2 * known; c < 2 * symbols; c++) amplitude[c] = Math.sqrt(energy[c]);
  let gamma = Math.max(0.5, syncOpening(energy, sync) / known);
  for (let round = 0; round < 3; round++) {
    const steep = 2 * Math.sqrt(gamma);
    const unknown = code.likelyOnEnergy(energy, amplitude, 2 * known, 2 * symbols, steep);
    gamma = Math.max(0.5, (inSync + unknown) / symbols - 1);
  }
  return gamma;
}

/** Top of the parabola through three equally spaced values, in steps from the middle one, within ±0.5. */
export function peak(before: number, here: number, after: number): number {
  const curvature = before - 2 * here + after;
  if (curvature >= 0) return 0;
  return Math.max(-0.5, Math.min(0.5, (before - after) / (2 * curvature)));
}
