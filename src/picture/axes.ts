import type { Colour } from './colours.js';
import type { Shape } from './drawing.js';

const FRAME: Colour = [120, 120, 130];

/** Round values between two, at least `apart` from each other. */
export function ticksOf(low: number, high: number, apart: number): { value: number; label: string }[] {
  const decade = 10 ** Math.floor(Math.log10(apart));
  const step = [1, 2, 5, 10].map((factor) => factor * decade).find((one) => one >= apart) ?? 10 * decade;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    return { value, label: value.toFixed(digits) };
  });
}

/** A mark at an axis. */
export function tick(x: number, y: number, width: number, height: number): Shape {
  return { kind: 'box', x, y, width, height, fill: FRAME };
}

/** @param y of the baseline */
export function text(
  x: number,
  y: number,
  words: string,
  colour: Colour,
  anchor: 'start' | 'middle' | 'end',
): Shape {
  return { kind: 'text', x, y, text: words, colour, anchor };
}
