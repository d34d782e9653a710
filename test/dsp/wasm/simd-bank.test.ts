import { describe, expect, it } from 'vitest';
import { ReferenceBank } from '../../../src/dsp/chip-bank.js';
import { CARRIERS, STEPS_PER_CHIP } from '../../../src/dsp/chip-raster.js';
import { geometryOf } from '../../../src/dsp/geometry.js';
import { SimdTuning } from '../../../src/dsp/wasm/simd-tuning.js';
import { Random } from '../../../src/synth/random.js';

const SYMBOLS = 24;
const CHIPS = 2 * SYMBOLS;
const POSITIONS = CHIPS * STEPS_PER_CHIP + 1;
const SYNC = Float64Array.of(1, -1, -1, 1, 1, -1, 1);
const COUNT = 401;

/** Where chips begin, and how long they are, samples. */
const CHIPS_AT = [
  ['at whole samples', 12, 8],
  ['between samples', 3.37, 8.138_02],
  ['from the first sample on', 0, 8],
  ['from just before the first sample on', -1e-9, 7.6],
  ['before the first sample', -220.5, 8.1],
  ['shorter than a sample', 7.6, 0.4],
  ['up to the last sample', 1, 400 / CHIPS],
  ['after the last sample', COUNT - 30.2, 8.1],
  ['nowhere near the samples', 2e6, 8.1],
] as const;

describe.each([1e6, 2_359_296, 20e6])('SimdBank at %i samples a second', (rate) => {
  const geometry = geometryOf(rate);
  const tuning = new SimdTuning(geometry, Math.ceil((CHIPS + 6) * geometry.samplesPerChip), POSITIONS);
  const { bank } = tuning;
  const plain = new ReferenceBank(tuning, rate / tuning.decimation, CHIPS);

  /** Puts other samples in the memory, of which the banks may use so many. */
  function load(seed: number, count: number): void {
    const random = new Random(seed);
    for (const part of [tuning.real, tuning.imaginary]) {
      for (let i = 0; i < part.length; i++) part[i] = random.gaussian();
    }
    bank.load(count);
    plain.load(count);
  }

  // An odd number of samples, an even one, and all that there is room for, after each other.
  const loads = [COUNT, COUNT - 39, tuning.real.length, 1];

  it.each(CHIPS_AT)(
    'has the openings that the plain one has, to the last bit, of chips %s',
    (_, start, length) => {
      loads.forEach((count, seed) => {
        load(seed, count);
        for (let carrier = 0; carrier < CARRIERS; carrier++) {
          for (const symbols of [SYNC.length, SYNC.length + 1, SYMBOLS]) {
            const mine = bank.opening(carrier, start, length, 0.37, SYNC, symbols);
            expect(mine).toEqual(plain.opening(carrier, start, length, 0.37, SYNC, symbols));
          }
        }
      });
    },
  );

  it.each(CHIPS_AT)(
    'has the amplitudes that the plain one has, to the last bit, of chips %s',
    (_, start, length) => {
      const [real, imaginary, plainReal, plainImaginary] = Array.from(
        { length: 4 },
        () => new Float64Array(CHIPS),
      );
      loads.forEach((count, seed) => {
        load(seed, count);
        for (let carrier = CARRIERS - 1; carrier >= 0; carrier--) {
          for (const chips of [CHIPS, CHIPS - 1, 1]) {
            bank.amplitudes(carrier, start, length, chips, 0.37, real, imaginary);
            plain.amplitudes(carrier, start, length, chips, 0.37, plainReal, plainImaginary);
            expect(real).toEqual(plainReal);
            expect(imaginary).toEqual(plainImaginary);
          }
        }
      });
    },
  );

  it('has other sums of other carriers, and forgets them with their samples', () => {
    const opening = (carrier: number) => bank.opening(carrier, 3.37, 8.1, 1, SYNC, SYMBOLS);
    const all = Array.from({ length: CARRIERS }, (_, carrier) => carrier);
    load(1, COUNT);
    const before = all.map(opening);
    expect(new Set(before).size).toBe(CARRIERS);
    expect(all.toReversed().map(opening).toReversed()).toEqual(before);
    load(2, COUNT);
    for (const carrier of all) expect(opening(carrier)).not.toBe(before[carrier]);
  });
});
