import { describe, expect, it } from 'vitest';
import { ReferenceDownconverter } from '../../src/dsp/downconverter.js';
import { geometryOf } from '../../src/dsp/geometry.js';

const RATES = [1e6, 1.024e6, 2.048e6, 2_359_296, 2.4e6, 2.56e6, 3.2e6, 10e6, 20e6];

/** A carrier of amplitude 1 that has the given phase at sample 0. */
function carrier(sampleRateHz: number, samples: number, hz: number, phase = 0): Float32Array {
  const iq = new Float32Array(2 * samples);
  for (let i = 0; i < samples; i++) {
    const angle = phase + (2 * Math.PI * hz * i) / sampleRateHz;
    iq[2 * i] = Math.cos(angle);
    iq[2 * i + 1] = Math.sin(angle);
  }
  return iq;
}

describe.each(RATES)('Downconverter at %i samples a second', (rate) => {
  const geometry = geometryOf(rate);
  const samples = Math.ceil(40 * geometry.samplesPerChip);
  const down = new ReferenceDownconverter(geometry, samples);
  const outputHz = rate / down.decimation;

  /** Mean power that is left of a carrier so far from the one that is wanted, dB. */
  function responseDb(offsetHz: number): number {
    const wanted = 0.1 * rate;
    const count = down.convert(carrier(rate, samples, wanted + offsetHz), 0, samples, wanted);
    let power = 0;
    for (let i = 0; i < count; i++) power += down.real[i] ** 2 + down.imaginary[i] ** 2;
    return 10 * Math.log10(power / count);
  }

  it('leaves eight samples of a chip, or some more', () => {
    const left = geometry.samplesPerChip / down.decimation;
    expect(left).toBeGreaterThanOrEqual(8);
    expect(left).toBeLessThan(10.5);
    expect(down.convert(new Float32Array(2 * samples), 0, samples, 0)).toBe(
      Math.floor((samples - 2 * down.margin - 1) / down.decimation) + 1,
    );
  });

  it('passes the middle as it is and ±60 kHz, the carriers of a free-running packet, almost so', () => {
    expect(responseDb(0)).toBeCloseTo(0, 4);
    for (const hz of [-60e3, -30e3, 30e3, 60e3]) expect(Math.abs(responseDb(hz))).toBeLessThan(0.3);
    for (const hz of [-100e3, 100e3]) expect(responseDb(hz)).toBeGreaterThan(-2);
  });

  it('stops what lies beyond two thirds of its output rate: at least −40 dB, and nothing folds back', () => {
    const edge = (2 / 3) * outputHz;
    for (let hz = edge; hz < rate - edge; hz += rate / 61)
      expect(responseDb(hz), `${hz} Hz`).toBeLessThan(-40);
  });

  it('brings the wanted carrier to a standstill, with the phase that it had at the first sample', () => {
    for (const wanted of [-0.43 * rate, -12_345.6, 0, 0.31 * rate]) {
      const count = down.convert(carrier(rate, samples, wanted, 1.1), 0, samples, wanted);
      for (let i = 0; i < count; i++) {
        expect(down.real[i]).toBeCloseTo(Math.cos(1.1), 4);
        expect(down.imaginary[i]).toBeCloseTo(Math.sin(1.1), 4);
      }
    }
  });

  it('puts output i at input at + margin + i·decimation', () => {
    const at = 5;
    const place = 7;
    const iq = new Float32Array(2 * (samples + at));
    iq[2 * (at + down.margin + place * down.decimation)] = 1;
    const count = down.convert(iq, at, samples, 0);
    const greatest = down.real.subarray(0, count).reduce((best, x, i, all) => (x > all[best] ? i : best), 0);
    expect(greatest).toBe(place);
    // The filter is symmetric: what comes before is like what comes after.
    for (let i = 1; i < 4; i++) expect(down.real[place - i]).toBeCloseTo(down.real[place + i], 9);
  });
});

describe('Downconverter', () => {
  // Where the output rate is eight samples a chip, and not more.
  it.each([2_359_296, 2.4e6, 10e6])('at %i samples a second stops −40 dB from 175 kHz on', (rate) => {
    const geometry = geometryOf(rate);
    const samples = Math.ceil(40 * geometry.samplesPerChip);
    const down = new ReferenceDownconverter(geometry, samples);
    for (const hz of [-400e3, -200e3, -175e3, 175e3, 190e3, 300e3]) {
      const count = down.convert(carrier(rate, samples, hz), 0, samples, 0);
      for (let i = 0; i < count; i++) expect(Math.hypot(down.real[i], down.imaginary[i])).toBeLessThan(0.01);
    }
  });

  it('gives no output where there are too few samples for the filter', () => {
    const down = new ReferenceDownconverter(geometryOf(2.4e6), 1000);
    expect(down.convert(new Float32Array(2000), 0, 10, 0)).toBe(0);
  });
});
