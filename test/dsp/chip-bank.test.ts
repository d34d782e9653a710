import { describe, expect, it } from 'vitest';
import { ReferenceBank } from '../../src/dsp/chip-bank.js';
import { CARRIERS, offsetHz } from '../../src/dsp/chip-raster.js';
import { type Downconverter, ReferenceDownconverter } from '../../src/dsp/downconverter.js';
import { eyeOpening } from '../../src/dsp/eye.js';
import { geometryOf } from '../../src/dsp/geometry.js';
import { Random } from '../../src/synth/random.js';

const RATE = 2.4e6;
const COUNT = 200;
const CHIPS = 24;

/** A bank over random samples, and those samples. */
function randomBank(): { bank: ReferenceBank; down: Downconverter; outputHz: number } {
  const random = new Random(1);
  const down = new ReferenceDownconverter(geometryOf(RATE), 4000);
  for (let i = 0; i < down.real.length; i++) {
    down.real[i] = random.gaussian();
    down.imaginary[i] = random.gaussian();
  }
  const bank = new ReferenceBank(down, RATE / down.decimation, CHIPS);
  bank.load(COUNT);
  return { bank, down, outputHz: RATE / down.decimation };
}

/** Sum of the samples from `from` to `to`, of those at the ends only the part that lies inside, turned to zero Hz. */
function directSum(down: Downconverter, turns: number, from: number, to: number): [number, number] {
  let [re, im] = [0, 0];
  for (let i = 0; i < COUNT; i++) {
    const inside = Math.max(0, Math.min(i + 1, to) - Math.max(i, from));
    const [c, s] = [Math.cos(2 * Math.PI * turns * i), -Math.sin(2 * Math.PI * turns * i)];
    re += inside * (down.real[i] * c - down.imaginary[i] * s);
    im += inside * (down.real[i] * s + down.imaginary[i] * c);
  }
  return [re, im];
}

describe('ReferenceBank', () => {
  const { bank, down, outputHz } = randomBank();

  it.each([
    ['whole samples', 10, 8],
    ['places between samples', 3.37, 8.138_02],
    ['chips shorter than a sample', 7.6, 0.4],
    ['places before the first sample', -20.5, 8.1],
    ['places after the last sample', COUNT - 30.2, 8.1],
  ])('sums %s as a direct sum does, at every carrier', (_what, start, length) => {
    const chips = 12;
    const [real, imaginary] = [new Float64Array(chips), new Float64Array(chips)];
    const energy = new Float64Array(chips);
    for (let carrier = 0; carrier < CARRIERS; carrier++) {
      bank.amplitudes(carrier, start, length, chips, 0.7, real, imaginary);
      bank.energies(carrier, start, length, chips, 0.7, energy);
      for (let c = 0; c < chips; c++) {
        const from = start + c * length;
        const [re, im] = directSum(down, offsetHz(carrier) / outputHz, from, from + length);
        expect(real[c]).toBeCloseTo(0.7 * re, 4);
        expect(imaginary[c]).toBeCloseTo(0.7 * im, 4);
        expect(energy[c]).toBeCloseTo(0.49 * (re * re + im * im), 3);
      }
    }
  });

  it('tells how far the eye is open of the same chips', () => {
    const sync = Float64Array.of(1, -1, -1, 1);
    const energy = new Float64Array(CHIPS);
    for (let carrier = 0; carrier < CARRIERS; carrier++) {
      bank.energies(carrier, 3.37, 8.1, CHIPS, 0.7, energy);
      const opening = bank.opening(carrier, 3.37, 8.1, 0.7, sync, CHIPS / 2);
      expect(opening).toBe(eyeOpening(energy, sync, CHIPS / 2));
    }
  });

  it('forgets what was loaded before', () => {
    const { bank: other, down: samples } = randomBank();
    const energy = new Float64Array(2);
    other.energies(3, 10, 8, 2, 1, energy);
    const before = [...energy];
    for (let i = 0; i < COUNT; i++) {
      samples.real[i] *= 2;
      samples.imaginary[i] *= 2;
    }
    other.load(COUNT);
    other.energies(3, 10, 8, 2, 1, energy);
    for (let c = 0; c < 2; c++) expect(energy[c]).toBeCloseTo(4 * before[c], 6);
  });

  it('takes no more samples than were loaded', () => {
    const energy = new Float64Array(3);
    bank.load(50);
    bank.energies(8, 51, 8, 3, 1, energy);
    expect([...energy]).toEqual([0, 0, 0]);
    bank.load(COUNT);
    bank.energies(8, 51, 8, 3, 1, energy);
    expect(Math.min(...energy)).toBeGreaterThan(0);
  });
});
