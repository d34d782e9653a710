import { describe, expect, it } from 'vitest';
import { SPECTRUM_BINS, type SpectrumLevels, SpectrumWatch } from '../../src/dsp/spectrum-watch.js';

const RATE = 1_024_000;
const BIN_HZ = RATE / SPECTRUM_BINS;

/** A carrier as cs16, on from one sample to another. */
function carrier(hz: number, amplitude: number, samples: number, from = 0, to = samples): Uint8Array {
  const values = new Int16Array(2 * samples);
  for (let i = from; i < to; i++) {
    const phase = (2 * Math.PI * hz * i) / RATE;
    values[2 * i] = Math.round(32767 * amplitude * Math.cos(phase));
    values[2 * i + 1] = Math.round(32767 * amplitude * Math.sin(phase));
  }
  return new Uint8Array(values.buffer);
}

function rowsOf(bytes: Uint8Array, blockSamples = 10_000): SpectrumLevels[] {
  const watch = new SpectrumWatch(RATE, 'cs16');
  const rows: SpectrumLevels[] = [];
  for (let at = 0; at < bytes.length; at += 4 * blockSamples) {
    watch.push(bytes.subarray(at, at + 4 * blockSamples), at / 4, (row) => rows.push(row));
  }
  return rows;
}

describe('SpectrumWatch', () => {
  it('tells a carrier at its place with its level, ten times a second', () => {
    const rows = rowsOf(carrier(-40 * BIN_HZ, 0.1, RATE));
    expect(rows.length).toBeGreaterThanOrEqual(9);
    for (const { dbfs } of rows) {
      const strongest = dbfs.indexOf(Math.max(...dbfs));
      expect(strongest).toBe(SPECTRUM_BINS / 2 - 40);
      expect(dbfs[strongest]).toBeCloseTo(-20, 1);
      expect(dbfs[SPECTRUM_BINS / 2 + 40]).toBeLessThan(-80);
    }
  });

  it('misses nothing of 6 ms', () => {
    const on = Math.round(0.1503 * RATE);
    const rows = rowsOf(carrier(20 * BIN_HZ, 1, RATE / 2, on, on + Math.round(0.006 * RATE)));
    const heard = rows.filter(({ dbfs }) => dbfs[SPECTRUM_BINS / 2 + 20]! > -3);
    expect(heard).toHaveLength(1);
    expect(heard[0]!.firstSample).toBeLessThan(on);
    expect(heard[0]!.firstSample).toBeGreaterThan(on - 0.11 * RATE);
  });

  it('gives the same rows however the samples are cut', () => {
    const bytes = carrier(3 * BIN_HZ, 0.5, RATE / 2);
    const [many, few] = [rowsOf(bytes, 4096), rowsOf(bytes, 65_536)];
    expect(Math.abs(many.length - few.length)).toBeLessThanOrEqual(1);
    expect(many[0]!.firstSample).toBe(few[0]!.firstSample);
  });
});
