import { describe, expect, it } from 'vitest';
import { addForeign, FOREIGN_KINDS } from '../../src/synth/foreign.js';
import { ForeignSound } from '../../src/synth/foreign-sound.js';
import { Random } from '../../src/synth/random.js';

const SAMPLES = 100_000;
/** Of no rate or length in a signal a multiple: runs are cut anywhere. */
const BLOCK_SAMPLES = 7_777;

describe('ForeignSound', () => {
  it.each(FOREIGN_KINDS)('is the signal that addForeign makes of the same random numbers: %s', (kind) => {
    for (let seed = 1; seed <= 5; seed++) {
      const signal = { kind, sampleRateHz: 2_359_296, carrierHz: 123_456, amplitude: 1 };
      const expected = new Float32Array(2 * SAMPLES);
      addForeign(signal, new Random(seed), expected);
      const iq = new Float32Array(2 * SAMPLES);
      const sound = new ForeignSound(signal, new Random(seed), 0, SAMPLES);
      for (let at = 0; at < iq.length; at += 2 * BLOCK_SAMPLES) {
        sound.add(iq.subarray(at, at + 2 * BLOCK_SAMPLES));
      }
      const farthest = iq.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
      expect(farthest).toBeLessThan(1e-5);
      expect(iq.some((value) => Math.abs(value) > 0.9)).toBe(true);
    }
  });

  it.each(FOREIGN_KINDS)('goes on where it would have been after what was skipped: %s', (kind) => {
    const signal = { kind, sampleRateHz: 2_359_296, carrierHz: 123_456, amplitude: 1 };
    const whole = new Float32Array(2 * SAMPLES);
    new ForeignSound(signal, new Random(1), 0, SAMPLES).add(whole);
    const late = new ForeignSound(signal, new Random(1), 0, SAMPLES);
    late.skip(BLOCK_SAMPLES);
    const rest = new Float32Array(2 * (SAMPLES - BLOCK_SAMPLES));
    late.add(rest);
    const farthest = rest.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - whole[2 * BLOCK_SAMPLES + i])),
      0,
    );
    expect(farthest).toBeLessThan(1e-5);
  });
});
