import { describe, expect, it } from 'vitest';
import { Filterbank, summedNoiseVariance } from '../../src/dsp/filterbank.js';
import { binFrequencyHz, geometryOf } from '../../src/dsp/geometry.js';
import { prototypeWindow } from '../../src/dsp/window.js';
import { Random } from '../../src/synth/random.js';

/** Power of one bin by the definition of the discrete Fourier transform. */
function plainPower(iq: Float32Array, at: number, window: Float64Array, size: number, bin: number): number {
  let real = 0;
  let imaginary = 0;
  for (let n = 0; n < window.length; n++) {
    const angle = (-2 * Math.PI * bin * n) / size;
    const x = iq[2 * (at + n)] * window[n];
    const y = iq[2 * (at + n) + 1] * window[n];
    real += x * Math.cos(angle) - y * Math.sin(angle);
    imaginary += x * Math.sin(angle) + y * Math.cos(angle);
  }
  return real * real + imaginary * imaginary;
}

describe('geometry', () => {
  it.each([1e6, 1.024e6, 2.048e6, 2_359_296, 2.4e6, 2.56e6, 3.2e6, 10e6, 12.5e6, 16e6, 20e6])(
    'at %i samples a second has a window within the FFT and 1.25 to 2.5 bins a chip rate',
    (rate) => {
      const geometry = geometryOf(rate);
      expect(geometry.hopSamples * 4 * 32_768).toBeCloseTo(rate, 3);
      expect(geometry.windowSamples).toBeLessThanOrEqual(geometry.fftSize);
      const bins = geometry.fftSize / geometry.samplesPerChip;
      expect(bins).toBeGreaterThanOrEqual(1.25);
      expect(bins).toBeLessThan(2.5);
    },
  );

  it('counts the upper half of the bins as negative frequencies', () => {
    const geometry = geometryOf(2_359_296);
    expect(binFrequencyHz(geometry, 1)).toBe(18_432);
    expect(binFrequencyHz(geometry, 127)).toBe(-18_432);
  });
});

describe('prototypeWindow', () => {
  it('passes white noise with unit power and is symmetric', () => {
    const window = prototypeWindow(90, 72);
    expect(window.reduce((sum, w) => sum + w * w, 0)).toBeCloseTo(1, 12);
    for (let i = 0; i < 45; i++) expect(window[i]).toBeCloseTo(window[89 - i], 12);
  });

  it('leaks less than −50 dB of a carrier twelve chip rates away', () => {
    const window = prototypeWindow(90, 72);
    const at = (cyclesPerChip: number): number => {
      let real = 0;
      let imaginary = 0;
      window.forEach((w, i) => {
        real += w * Math.cos((2 * Math.PI * cyclesPerChip * i) / 72);
        imaginary += w * Math.sin((2 * Math.PI * cyclesPerChip * i) / 72);
      });
      return real * real + imaginary * imaginary;
    };
    for (let f = 12; f < 36; f += 0.13) expect(10 * Math.log10(at(f) / at(0))).toBeLessThan(-50);
  });
});

describe('Filterbank', () => {
  it('gives the power of every bin', () => {
    const geometry = geometryOf(2.4e6);
    const bank = new Filterbank(geometry);
    const random = new Random(1);
    const iq = Float32Array.from({ length: 400 }, () => random.gaussian());
    const out = { rows: new Float32Array(geometry.fftSize * 3), stride: 3 };
    bank.frame(iq, 17, out, 1);
    for (let bin = 0; bin < geometry.fftSize; bin++) {
      const expected = plainPower(iq, 17, bank.window, geometry.fftSize, bin);
      expect(Math.abs(out.rows[bin * 3 + 1] - expected)).toBeLessThan(1e-5 * (1 + expected));
      expect(out.rows[bin * 3]).toBe(0);
    }
  });
});

describe('summedNoiseVariance', () => {
  it.each([1, 4, 8])('is the variance measured over %i bins', (width) => {
    const geometry = geometryOf(2_359_296);
    const bank = new Filterbank(geometry);
    const random = new Random(width);
    const out = { rows: new Float32Array(geometry.fftSize), stride: 1 };
    let sum = 0;
    let squares = 0;
    let n = 0;
    for (let frame = 0; frame < 2000; frame++) {
      const iq = Float32Array.from({ length: 2 * geometry.fftSize }, () => random.gaussian() / Math.SQRT2);
      bank.frame(iq, 0, out, 0);
      for (let bin = 0; bin + width <= geometry.fftSize; bin += 16, n++) {
        const power = out.rows.subarray(bin, bin + width).reduce((total, p) => total + p, 0);
        sum += power;
        squares += power * power;
      }
    }
    expect(sum / n).toBeCloseTo(width, 0);
    const expected = summedNoiseVariance(bank.window, geometry.fftSize, width);
    expect((squares / n - (sum / n) ** 2) / expected).toBeCloseTo(1, 0);
  });
});
