import type { Pixels } from './png.js';

export type Colour = readonly [red: number, green: number, blue: number];

/** Highest level that is told apart, dB over the noise. */
export const TOP_DB = 40;

/** From noise to the strongest: night, blue, teal, sand, white; evenly spaced. */
const RAMP: readonly Colour[] = [
  [8, 10, 30],
  [24, 44, 110],
  [20, 110, 140],
  [90, 175, 120],
  [235, 205, 100],
  [255, 252, 235],
];

/** Colour of a level, dB over the noise. */
export function colourOf(db: number): Colour {
  const place = Math.max(0, Math.min(1, db / TOP_DB)) * (RAMP.length - 1);
  const below = Math.min(RAMP.length - 2, Math.floor(place));
  const share = place - below;
  const mixed = (i: number): number => Math.round(RAMP[below][i] * (1 - share) + RAMP[below + 1][i] * share);
  return [mixed(0), mixed(1), mixed(2)];
}

/** @param levels dB over the noise; float32 [height][width] */
export function paint(levels: Float32Array, width: number, height: number): Pixels {
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < levels.length; i++) rgb.set(colourOf(levels[i]), 3 * i);
  return { width, height, rgb };
}

/** As SVG and CSS write it. */
export function hexOf(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
