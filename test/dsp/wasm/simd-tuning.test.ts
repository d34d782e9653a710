import { describe, expect, it } from 'vitest';
import { carriersOf, ReferenceRaster, SLOTS, STEPS_PER_CHIP, slotOf } from '../../../src/dsp/chip-raster.js';
import { ReferenceDownconverter } from '../../../src/dsp/downconverter.js';
import { geometryOf } from '../../../src/dsp/geometry.js';
import { SimdTuning } from '../../../src/dsp/wasm/simd-tuning.js';
import { Random } from '../../../src/synth/random.js';

const RATES = [1e6, 1.024e6, 2_359_296, 2.56e6, 10e6, 20e6];
const SYMBOLS = 24;
const POSITIONS = 2 * SYMBOLS * STEPS_PER_CHIP + 1;
const SYNC = Float64Array.of(1, -1, -1, 1, 1, -1, 1);

function randomIq(samples: number): Float32Array {
  const random = new Random(5);
  return Float32Array.from({ length: 2 * samples }, () => 0.3 * random.gaussian());
}

describe.each(RATES)('SimdTuning at %i samples a second', (rate) => {
  const geometry = geometryOf(rate);
  const samples = Math.ceil((2 * SYMBOLS + 6) * geometry.samplesPerChip) + 700;
  const iq = randomIq(samples + 100);
  const plain = new ReferenceDownconverter(geometry, samples);
  const simd = new SimdTuning(geometry, samples, POSITIONS);
  const outputHz = rate / plain.decimation;
  const raster = new ReferenceRaster(plain, outputHz, POSITIONS);

  it.each([
    [0, 0],
    [37, 0.31 * rate],
    [100, -0.42 * rate],
  ])('filters as the reference does, from sample %i on, at %f Hz', (at, carrierHz) => {
    // Less after more: what an earlier call has left behind may not show.
    for (const count of [samples, samples - 301]) {
      const outputs = plain.convert(iq, at, count, carrierHz);
      expect(simd.convert(iq, at, count, carrierHz)).toBe(outputs);
      for (let i = 0; i < outputs; i++) {
        expect(Math.abs(simd.real[i] - plain.real[i])).toBeLessThan(2e-6);
        expect(Math.abs(simd.imaginary[i] - plain.imaginary[i])).toBeLessThan(2e-6);
      }
    }
  });

  it.each([
    ['the even carriers', carriersOf('even')],
    ['some of them all', [3, 6, 7, 8, 9]],
  ])('has the likelihoods that the reference has, of %s', (_what, chosen) => {
    simd.convert(iq, 0, samples, 0.1 * rate);
    const quarter = geometry.samplesPerChip / plain.decimation / STEPS_PER_CHIP;
    for (const parity of ['even', 'odd'] as const) simd.fill(parity, 5.37, quarter, POSITIONS, 1);
    raster.energy.set(simd.energy);
    const carriers = chosen.map((carrier) => ({
      index: slotOf(carrier),
      logShare: -Math.log(chosen.length),
    }));
    const mean = simd.energy.reduce((sum, energy) => sum + energy, 0) / (17 * POSITIONS);
    const [mine, its] = [new Float64Array(2 * SYMBOLS), new Float64Array(2 * SYMBOLS)];
    for (const [gamma, level] of [
      [0.5, mean],
      [6, mean / 2],
      [30, mean / 20],
      [3000, mean / 3000],
    ]) {
      simd.wideLikelihood(1, carriers, 2 * SYMBOLS - 1, gamma, level, mine);
      raster.wideLikelihood(1, carriers, 2 * SYMBOLS - 1, gamma, level, its);
      for (let c = 0; c < 2 * SYMBOLS; c++) expect(Math.abs(mine[c] - its[c])).toBeLessThan(2e-3);
    }
  });

  it('has the energies and openings that the reference has', () => {
    plain.convert(iq, 0, samples, 0.1 * rate);
    simd.convert(iq, 0, samples, 0.1 * rate);
    const quarter = geometry.samplesPerChip / plain.decimation / STEPS_PER_CHIP;
    for (const parity of ['even', 'odd'] as const) {
      raster.fill(parity, 5.37, quarter, POSITIONS, 3);
      simd.fill(parity, 5.37, quarter, POSITIONS, 3);
    }
    const mean = raster.energy.reduce((sum, energy) => sum + energy, 0) / (17 * POSITIONS);
    for (let at = 0; at < POSITIONS * SLOTS; at++) {
      if (at % SLOTS > 16) continue;
      expect(Math.abs(simd.energy[at] - raster.energy[at])).toBeLessThan(2e-5 * mean);
    }
    for (const step of [0, 1]) {
      const symbols = SYMBOLS - 1;
      const [mine, its] = [simd.openings(step, SYNC, symbols), raster.openings(step, SYNC, symbols)];
      expect(Math.abs(mine.together - its.together)).toBeLessThan(1e-3 * mean);
      for (const slot of [0, 1, 2, 3, 4, 5, 6, 7, 16]) {
        expect(Math.abs(mine.sync[slot] - its.sync[slot])).toBeLessThan(1e-3 * mean);
        expect(Math.abs(mine.whole[slot] - its.whole[slot])).toBeLessThan(1e-3 * mean);
      }
    }
  });
});
