import { describe, expect, it } from 'vitest';
import { SAMPLE_READERS } from '../../src/dsp/samples.js';
import type { SampleFormat } from '../../src/sources/source.js';
import { quantise } from '../../src/synth/quantise.js';
import { Random } from '../../src/synth/random.js';

/** Half a step of each format, full scale = 1. */
const HALF_STEP: Readonly<Record<SampleFormat, number>> = {
  cu8: 0.5 / 127.5,
  cs8: 0.5 / 128,
  cs16: 0.5 / 32768,
  cf32: 0,
};
const FORMATS = Object.keys(HALF_STEP) as SampleFormat[];

function readBack(iq: Float32Array, format: SampleFormat): { iq: Float32Array; clipped: number } {
  const out = new Float32Array(iq.length);
  const clipped = SAMPLE_READERS[format].read(quantise(iq, format), out, 0);
  return { iq: out, clipped };
}

describe.each(FORMATS)('quantise %s', (format) => {
  it('is read back to half a step', () => {
    const random = new Random(5);
    const iq = Float32Array.from({ length: 20_000 }, () => random.uniform(-0.98, 0.98));
    const back = readBack(iq, format);
    const worst = iq.reduce((most, value, i) => Math.max(most, Math.abs(value - back.iq[i])), 0);
    expect(worst).toBeLessThanOrEqual(HALF_STEP[format] * 1.001);
    expect(back.clipped).toBe(0);
  });

  it('rounds without a bias', () => {
    const random = new Random(6);
    const iq = Float32Array.from({ length: 100_000 }, () => random.uniform(-0.9, 0.9));
    const back = readBack(iq, format);
    const bias = iq.reduce((sum, value, i) => sum + back.iq[i] - value, 0) / iq.length;
    expect(Math.abs(bias)).toBeLessThanOrEqual((4 * HALF_STEP[format]) / Math.sqrt(iq.length));
  });

  it('clips what is beyond full scale, and a reader sees it', () => {
    const iq = Float32Array.of(3, 0, 0, -3, 0.5, -0.5, 1e5, -1e5);
    const back = readBack(iq, format);
    expect(back.clipped).toBe(3);
    expect(back.iq[4]).toBeCloseTo(0.5, 2);
    expect(back.iq[5]).toBeCloseTo(-0.5, 2);
    if (format !== 'cf32') {
      expect(back.iq[0]).toBeCloseTo(1, 1);
      expect(back.iq[3]).toBeCloseTo(-1, 1);
      expect(Math.max(...back.iq)).toBeLessThanOrEqual(1);
    }
  });
});

describe('quantise', () => {
  it('writes every format as it is defined', () => {
    const iq = Float32Array.of(-1, 1, 0.25, -0.5);
    expect([...quantise(iq, 'cu8')]).toEqual([0, 255, 159, 64]);
    expect([...quantise(iq, 'cs8')]).toEqual([0x80, 0x7f, 0x20, 0xc0]);
    expect([...quantise(iq, 'cs16')]).toEqual([0x00, 0x80, 0xff, 0x7f, 0x00, 0x20, 0x00, 0xc0]);
    expect([...quantise(iq, 'cf32')]).toEqual([...new Uint8Array(iq.buffer)]);
  });
});
