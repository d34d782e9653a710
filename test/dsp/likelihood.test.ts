import { describe, expect, it } from 'vitest';
import { logBesselI0 } from '../../src/dsp/bessel.js';
import {
  areUndoubted,
  bounded,
  boundedLog,
  keyingEvidence,
  narrowLikelihood,
  packetEvidence,
  UNDOUBTED_NATS,
  undoubtedEvidence,
  undoubtedKeyingEvidence,
  wideLikelihood,
} from '../../src/dsp/likelihood.js';
import { LINE_CODES } from '../../src/dsp/line-code.js';
import { Random } from '../../src/synth/random.js';

/** Energy of a chip in noise of mean energy 1: |√γ + noise|² when on, |noise|² when off. */
function chipEnergy(random: Random, gamma: number): number {
  const real = Math.sqrt(gamma) + random.gaussian() / Math.SQRT2;
  const imaginary = random.gaussian() / Math.SQRT2;
  return real * real + imaginary * imaginary;
}

/** Mean of e^L over chips of noise: 1 for an honest likelihood ratio L = ln p(x | on) − ln p(x | noise). */
function meanRatio(likelihood: (random: Random, on: Float64Array) => void): number {
  const random = new Random(1);
  const on = new Float64Array(20_000);
  likelihood(random, on);
  return on.reduce((sum, value) => sum + Math.exp(value), 0) / on.length;
}

function evidenceOf(on: Float64Array, sync: Float64Array, symbols: number): number {
  return packetEvidence(on, sync, symbols, LINE_CODES.manchester);
}

describe('bounded', () => {
  it('lets no chip say more than twenty nats either way', () => {
    expect([-1e9, -20, -1.5, 0, 19, 21, Number.POSITIVE_INFINITY].map(bounded)).toEqual([
      -20, -20, -1.5, 0, 19, 20, 20,
    ]);
  });
});

describe('boundedLog', () => {
  it('is the logarithm, within twenty nats either way', () => {
    expect([0, 1e-30, 1, Math.E, 1e30, Number.POSITIVE_INFINITY].map(boundedLog)).toEqual([
      -20, -20, 0, 1, 20, 20,
    ]);
  });
});

describe('narrowLikelihood', () => {
  it('is ln I₀(2√(γE)) − γ', () => {
    const energy = Float64Array.of(0, 0.5, 2, 5, 9);
    const on = new Float64Array(5);
    narrowLikelihood(energy, 5, 4, on);
    for (let c = 0; c < 5; c++) expect(on[c]).toBeCloseTo(logBesselI0(2 * Math.sqrt(4 * energy[c])) - 4, 9);
  });

  it('is a likelihood ratio: over noise, e^L is 1 on average', () => {
    const mean = meanRatio((random, on) => {
      const energy = Float64Array.from(on, () => chipEnergy(random, 0));
      narrowLikelihood(energy, on.length, 2, on);
    });
    expect(mean).toBeGreaterThan(0.9);
    expect(mean).toBeLessThan(1.1);
  });

  it('does not let a chip far above the others say more than one at the top of what noise explains', () => {
    const on = new Float64Array(2);
    narrowLikelihood(Float64Array.of((2 + 3) ** 2, 1e9), 2, 4, on);
    expect(on[1]).toBe(on[0]);
  });

  it('leaves chips beyond the count alone', () => {
    const on = new Float64Array(3).fill(7);
    narrowLikelihood(new Float64Array(3), 2, 1, on);
    expect([...on]).toEqual([-1, -1, 7]);
  });
});

describe('areUndoubted', () => {
  it('says of the weakest on-chip and the loudest off-chip what the likelihoods say', () => {
    const random = new Random(12);
    const on = new Float64Array(2);
    let undoubted = 0;
    for (let i = 0; i < 2000; i++) {
      const gamma = 10 ** random.uniform(0.5, 3.5);
      const energies = Float64Array.of(gamma * random.uniform(0.1, 2), random.uniform(0, 20));
      if (!areUndoubted(energies[0], energies[1], gamma)) continue;
      undoubted++;
      narrowLikelihood(energies, 2, gamma, on);
      expect([...on]).toEqual([UNDOUBTED_NATS / 2, -UNDOUBTED_NATS / 2]);
    }
    expect(undoubted).toBeGreaterThan(500);
    expect(areUndoubted(Number.NaN, 1, 1000)).toBe(false);
  });
});

describe('wideLikelihood', () => {
  const share = Math.log(1 / 2);

  it('is the narrow one where there is one carrier', () => {
    const random = new Random(2);
    const energy = Float64Array.from({ length: 50 }, () => chipEnergy(random, 3));
    const narrow = new Float64Array(50);
    const wide = new Float64Array(50);
    narrowLikelihood(energy, 50, 3, narrow);
    wideLikelihood(energy.map(Math.sqrt), 1, [{ index: 0, logShare: 0 }], 50, 3, wide);
    for (let c = 0; c < 50; c++) expect(wide[c]).toBeCloseTo(narrow[c], 7);
  });

  it('is the likelihood averaged over the carriers by their shares, whichever of them the chip is on', () => {
    const amplitudes = Float64Array.of(2, 9, 0.3, 0.3, 9, 2);
    const carriers = [
      { index: 0, logShare: share },
      { index: 2, logShare: share },
    ];
    const on = new Float64Array(2);
    wideLikelihood(amplitudes, 3, carriers, 2, 4, on);
    const ratio = (a: number): number => Math.exp(logBesselI0(4 * a) - 4);
    expect(on[0]).toBeCloseTo(Math.log((ratio(2) + ratio(0.3)) / 2), 7);
    expect(on[1]).toBeCloseTo(on[0], 9);
  });

  it('is a likelihood ratio: over noise at every carrier, e^L is 1 on average', () => {
    const mean = meanRatio((random, on) => {
      const amplitude = Float64Array.from({ length: 3 * on.length }, () => Math.sqrt(chipEnergy(random, 0)));
      const carriers = [0, 1, 2].map((index) => ({ index, logShare: Math.log(1 / 3) }));
      wideLikelihood(amplitude, 3, carriers, on.length, 2, on);
    });
    expect(mean).toBeGreaterThan(0.9);
    expect(mean).toBeLessThan(1.1);
  });

  it('says no less than −γ of silence, and stays finite for any amplitude', () => {
    const on = new Float64Array(2);
    wideLikelihood(Float64Array.of(0, 1e9), 1, [{ index: 0, logShare: 0 }], 2, 5, on);
    expect(on[0]).toBeCloseTo(-5, 7);
    expect(on[1]).toBeLessThanOrEqual(20);
    wideLikelihood(Float64Array.of(1 + 3, 1e9), 1, [{ index: 0, logShare: 0 }], 2, 1, on);
    expect(on[1]).toBe(on[0]);
  });
});

describe('evidence', () => {
  const on = Float64Array.of(5, -2, -1, 4, 3, -3, -6, 1);

  it('takes the known symbols at their word and averages over both values of the others', () => {
    const sync = Float64Array.of(1, -1);
    const either = (a: number, b: number): number => Math.log((Math.exp(a) + Math.exp(b)) / 2);
    expect(evidenceOf(on, sync, 4)).toBeCloseTo(5 + 4 + either(3, -3) + either(-6, 1), 6);
  });

  it('of a wrong sync word is less by what its chips say', () => {
    const right = evidenceOf(on, Float64Array.of(1, -1), 4);
    const wrong = evidenceOf(on, Float64Array.of(-1, -1), 4);
    expect(right - wrong).toBeCloseTo(5 + 2, 6);
  });

  it('where no symbol is in doubt is the most that there can be for one chip on of each', () => {
    const sync = Float64Array.of(1, -1);
    const sure = Float64Array.of(20, -20, -20, 20, 20, -20, -20, 20);
    expect(undoubtedEvidence(4, 2, LINE_CODES.manchester)).toBeCloseTo(evidenceOf(sure, sync, 4), 6);
    expect(undoubtedKeyingEvidence(4)).toBeCloseTo(keyingEvidence(sure, 8), 6);
  });

  it('for keying at random averages over on and off, chip by chip', () => {
    const expected = [...on].reduce((sum, value) => sum + Math.log((1 + Math.exp(value)) / 2), 0);
    expect(keyingEvidence(on, 8)).toBeCloseTo(expected, 6);
    expect(keyingEvidence(on, 2)).toBeCloseTo(Math.log(((1 + Math.exp(5)) * (1 + Math.exp(-2))) / 4), 6);
  });

  it('is greater for Manchester than for random keying where each symbol has one chip on, and less where not', () => {
    const sync = Float64Array.of(1);
    const manchester = Float64Array.from({ length: 40 }, (_, c) => (c % 2 === 0 ? 8 : -8));
    const pairs = Float64Array.from({ length: 40 }, (_, c) => (c % 4 < 2 ? 8 : -8));
    expect(evidenceOf(manchester, sync, 20)).toBeGreaterThan(keyingEvidence(manchester, 40) + 10);
    expect(evidenceOf(pairs, sync, 20)).toBeLessThan(keyingEvidence(pairs, 40) - 10);
  });
});
