import { describe, expect, it } from 'vitest';
import { decay, logAdd, logBesselI0, logistic } from '../../src/dsp/bessel.js';

/** ln I₀(x) from its integral, I₀(x) = 1/π ∫ e^{x cos θ} dθ over 0…π, with e^x taken out so that nothing overflows. */
function integralLogI0(x: number): number {
  const steps = 4000;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += Math.exp(x * (Math.cos((Math.PI * (i + 0.5)) / steps) - 1));
  return x + Math.log(sum / steps);
}

describe('logBesselI0', () => {
  it('is the logarithm of the integral, between and on the places of its table and beyond its end', () => {
    for (let x = 0; x < 200; x += x < 4 ? 0.013 : 0.71) {
      expect(Math.abs(logBesselI0(x) - integralLogI0(x)), `at ${x}`).toBeLessThan(3e-5);
    }
    for (const x of [0, 1 / 64, 63.999, 64, 64.001, 1000, 1023.999, 1024, 2000]) {
      expect(Math.abs(logBesselI0(x) - integralLogI0(x)), `at ${x}`).toBeLessThan(3e-5);
    }
  });

  it('is 0 at 0, grows, and is finite for the greatest amplitudes', () => {
    expect(logBesselI0(0)).toBe(0);
    let before = 0;
    for (let x = 0.05; x < 100; x += 0.05) {
      expect(logBesselI0(x)).toBeGreaterThan(before);
      before = logBesselI0(x);
    }
    expect(logBesselI0(1e12) / 1e12).toBeCloseTo(1, 9);
  });
});

describe('decay', () => {
  it('is e⁻ˣ, between and on the places of its table, and next to nothing from 20 on', () => {
    for (let x = 0; x < 20; x += 0.0137)
      expect(Math.abs(decay(x) / Math.exp(-x) - 1), `at ${x}`).toBeLessThan(1e-8);
    for (const x of [0, 1 / 64, 1 / 32, 19.9999])
      expect(Math.abs(decay(x) - Math.exp(-x))).toBeLessThan(1e-8);
    for (const x of [20, 1e9, Number.POSITIVE_INFINITY]) expect(decay(x)).toBeLessThan(3e-9);
  });
});

describe('logAdd', () => {
  it('is ln(eᵃ + eᵇ)', () => {
    for (let apart = -25; apart < 25; apart += 0.0171) {
      const exact = Math.log(Math.exp(1) + Math.exp(1 + apart));
      expect(Math.abs(logAdd(1, 1 + apart) - exact), `${apart} apart`).toBeLessThan(1e-7);
    }
  });

  it('does not overflow, nor lose the greater of two far apart', () => {
    expect(logAdd(5000, 5000)).toBeCloseTo(5000 + Math.LN2, 9);
    expect(logAdd(-5000, 4000)).toBeCloseTo(4000, 7);
    expect(logAdd(4000, -5000)).toBeCloseTo(4000, 7);
    expect(logAdd(-5000, -5001)).toBeCloseTo(-5000 + Math.log1p(Math.exp(-1)), 6);
  });
});

describe('logistic', () => {
  it('is 1/(1 + e⁻ˣ), certain beyond 20 either way', () => {
    for (let x = -25; x < 25; x += 0.0171) {
      expect(Math.abs(logistic(x) - 1 / (1 + Math.exp(-x))), `at ${x}`).toBeLessThan(1e-7);
    }
    expect(logistic(Number.POSITIVE_INFINITY)).toBeCloseTo(1, 8);
    expect(logistic(Number.NEGATIVE_INFINITY)).toBeCloseTo(0, 8);
  });
});
