import { describe, expect, it } from 'vitest';
import { Filterbank } from '../../../src/dsp/filterbank.js';
import { geometryOf } from '../../../src/dsp/geometry.js';
import { HIT_POWER } from '../../../src/dsp/kept-chips.js';
import type { KernelShape } from '../../../src/dsp/kernel-loops.js';
import { PlainRows } from '../../../src/dsp/plain-rows.js';
import { ReferenceLoops } from '../../../src/dsp/reference.js';
import { lookaheadOf, type RowLoops } from '../../../src/dsp/rows.js';
import { SAMPLE_READERS } from '../../../src/dsp/samples.js';
import { SimdLoops } from '../../../src/dsp/wasm/simd-loops.js';
import type { SampleFormat } from '../../../src/sources/source.js';
import { Random } from '../../../src/synth/random.js';
import { chipsOf, key, SCM_SYNC } from '../spectrogram.js';

/** Rates whose windows need transforms of 64 to 1024 points, and frames that fall between samples. */
const RATES_HZ = [1e6, 2_359_296, 2.4e6, 3.2e6, 6e6, 12.5e6, 20e6];
const BATCH = 64;
/** How far a power may be from the plain one's: float32 against float64, where the mean power is 2 to 8. */
const TOLERANCE = 1e-5;

function shapeOf(sampleRateHz: number, format: SampleFormat = 'cu8', sync = SCM_SYNC): KernelShape {
  const geometry = geometryOf(sampleRateHz);
  return {
    geometry,
    format,
    words: [sync],
    threshold: 4.5,
    widths: [{ bins: 1, deviation: 1 }],
    samples: Math.ceil(2 * BATCH * geometry.hopSamples) + 2 * geometry.windowSamples,
    batchFrames: BATCH,
    ring: { end: 3 * BATCH, length: 2 * BATCH },
    keptBatches: 1,
  };
}

describe('SIMD filterbank', () => {
  it.each(RATES_HZ)('gives the powers of the plain one at %i samples a second', (rate) => {
    const shape = shapeOf(rate);
    const { fftSize, hopSamples } = shape.geometry;
    const random = new Random(rate);
    const loops = [new SimdLoops(shape), new ReferenceLoops(shape)] as const;
    const iq = loops[0].iq.map(() => random.gaussian());
    const floor = Float32Array.from({ length: fftSize }, () => random.uniform(0.5, 2));
    const starts = Int32Array.from({ length: BATCH }, (_, f) => Math.round(3 + f * hopSamples));
    for (const one of loops) {
      one.iq.set(iq);
      one.transform(starts, BATCH, floor);
    }
    let worst = 0;
    for (let bin = 0; bin < fftSize; bin++) {
      const [simd, plain] = loops.map(({ spectrogram: { rows, stride } }) =>
        rows.subarray(bin * stride, bin * stride + 3 * BATCH),
      );
      worst = simd.reduce((most, power, column) => Math.max(most, Math.abs(power - plain[column])), worst);
    }
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(TOLERANCE);
  });

  it('keeps a carrier on one bin out of the others as well as float64 does', () => {
    const shape = shapeOf(2_359_296);
    const { fftSize } = shape.geometry;
    const loops = new SimdLoops(shape);
    for (let i = 0; i < loops.iq.length; i += 2) {
      loops.iq[i] = Math.cos((2 * Math.PI * 5 * i) / 2 / fftSize);
      loops.iq[i + 1] = Math.sin((2 * Math.PI * 5 * i) / 2 / fftSize);
    }
    loops.transform(new Int32Array(BATCH), 0, new Float32Array(fftSize).fill(1));
    const plain = { rows: new Float32Array(fftSize), stride: 1 };
    new Filterbank(shape.geometry).frame(loops.iq, 0, plain, 0);
    const { rows, stride } = loops.spectrogram;
    const power = (bin: number): number => rows[bin * stride];
    expect(Array.from({ length: fftSize }, (_, bin) => power(bin)).indexOf(Math.max(...plain.rows))).not.toBe(
      0,
    );
    for (let bin = 0; bin < fftSize; bin++) expect(power(bin)).toBeCloseTo(plain.rows[bin], 4);
    expect(power(5)).toBeGreaterThan(50);
    expect(power(69) / power(5)).toBeLessThan(1e-8);
  });
});

describe('SIMD columns kept', () => {
  it.each([1e6, 2_359_296, 20e6])(
    'are those of the plain one at %i samples a second, with their means',
    (rate) => {
      const shape = { ...shapeOf(rate), keptBatches: 2 };
      const { fftSize } = shape.geometry;
      const loops = [new SimdLoops(shape), new ReferenceLoops(shape)] as const;
      const random = new Random(4);
      // The second time fewer are hits: those of before are gone.
      for (const mean of [10, 3]) {
        for (let bin = 0; bin < fftSize; bin++) {
          for (let column = 0; column < 3 * BATCH; column++) {
            const power = mean * random.exponential();
            for (const { spectrogram } of loops) spectrogram.rows[bin * spectrogram.stride + column] = power;
          }
        }
        const [simd, plain] = loops.map((one) => [one.keep(2 * BATCH, 1), one.kept[1], one.kept[0]] as const);
        expect(simd[1]).toEqual(plain[1]);
        expect(simd[1].rows[fftSize * (BATCH / 4) - 1]).toBeGreaterThan(0);
        expect(simd[2].rows.every((power) => power === 0)).toBe(true);
        expect(simd[2].hits.count.every((count) => count === 0)).toBe(true);
        simd[0].forEach((value, bin) => {
          expect(value).toBeCloseTo(plain[0][bin], 5);
        });
      }
    },
  );

  it('tell the bins of each chip that stand out of the noise, in order of frequency', () => {
    const loops = new SimdLoops(shapeOf(2_359_296));
    const { rows, stride } = loops.spectrogram;
    const strong = [
      { chip: 3, bin: 0 },
      { chip: 3, bin: 70 },
      { chip: 4, bin: 63 },
      { chip: 15, bin: 127 },
    ];
    for (const { chip, bin } of strong) rows[bin * stride + BATCH + 4 * chip] = HIT_POWER + 1;
    rows[5 * stride + BATCH] = HIT_POWER;
    loops.keep(BATCH, 0);
    const { bits, count } = loops.kept[0].hits;
    const chips = count.length;
    const expected = new Int32Array(bits.length);
    for (const { chip, bin } of strong) {
      const k = (bin + 64) % 128;
      expected[Math.floor(k / 32) * chips + chip] |= 1 << (k % 32);
    }
    expect(bits).toEqual(expected);
    expect([...count].flatMap((n, chip) => Array<number>(n).fill(chip))).toEqual([3, 3, 4, 15]);
  });
});

describe('SIMD sample readers', () => {
  const FORMATS = ['cu8', 'cs8', 'cs16', 'cf32'] as const;

  it.each(FORMATS)(
    '%s: the values and the clipped samples of the plain one, whatever the length',
    (format) => {
      const random = new Random(8);
      const loops = new SimdLoops({ ...shapeOf(2_359_296, format), samples: 40_000 });
      const reader = SAMPLE_READERS[format];
      for (const samples of [1, 2, 3, 7, 8, 9, 31, 1000, 8192, 8193, 33_333]) {
        const bytes = Uint8Array.from({ length: samples * reader.bytes }, () => random.below(256));
        const expected = new Float32Array(2 * samples);
        const clipped = reader.read(bytes, expected, 0);
        loops.iq.fill(7);
        expect(loops.read(bytes, 11)).toBe(clipped);
        const got = loops.iq.subarray(22, 22 + 2 * samples);
        const off = got.map((value, i) => Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i])));
        expect(off.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(1.3e-7);
        expect([...loops.iq.subarray(0, 22)]).toEqual(new Array(22).fill(7));
      }
    },
  );

  it('cf32: silence for what is no number', () => {
    const loops = new SimdLoops(shapeOf(2_359_296, 'cf32'));
    const values = Float32Array.of(0.25, Number.NaN, Number.POSITIVE_INFINITY, -1.5, -0.5, 1e30);
    expect(loops.read(new Uint8Array(values.buffer), 0)).toBe(1);
    expect([...loops.iq.subarray(0, 6)]).toEqual([0.25, 0, 0, -1.5, -0.5, 0]);
  });
});

describe('SIMD loops over rows', () => {
  const SYNCS = [SCM_SYNC, '1', '0', '10', '01', '11', '0000', '101101', '0001011010100011', '0110011'];
  const COLUMNS = 512;
  const WIDTHS = [
    { bins: 1, deviation: 1.4 },
    { bins: 2, deviation: 2 },
  ];

  /** Both loops, and the same rows of noise with the first word keyed into them in many strengths. */
  function bothWith(sync: string, threshold = 4.5, words = [sync]) {
    const some = {
      threshold,
      words,
      widths: WIDTHS,
      batchFrames: COLUMNS,
      ring: { end: 2 * COLUMNS, length: 2 * COLUMNS },
    };
    const shape = { ...shapeOf(1e6), ...some };
    const simd = new SimdLoops(shape);
    const { rows, stride } = simd.spectrogram;
    const random = new Random(sync.length);
    for (let i = 0; i < rows.length; i++) rows[i] = random.exponential();
    for (let i = 0; i < 12; i++) {
      const power = 10 ** random.uniform(0, 4);
      const place = { bin: random.below(64), width: 1, column: random.below(COLUMNS), power };
      key({ rows, stride }, chipsOf(sync), place);
    }
    return { simd: simd.rows, plain: new PlainRows(shape, 64, COLUMNS), rows, stride };
  }

  /** Peaks in groups of four rows, which begin anywhere in them. */
  function peaksOf(loops: RowLoops, rows: Float32Array, stride: number, width: number) {
    return Array.from({ length: 16 }, (_, group) => {
      const count = loops.searchRows(width, rows, 4 * group * stride + 5, stride, 4, 4 * group);
      return Array.from({ length: count }, (_, i) => ({
        place: [4 * group + loops.peakRow(i), loops.peakWord(i), loops.peakColumn(i)],
        score: loops.peakScore(i),
      }));
    }).flat();
  }

  it.each(SYNCS)('finds the same peaks of %s, time and again', (sync) => {
    let found = 0;
    for (const threshold of [2, 3, 4.5]) {
      const { simd, plain, rows, stride } = bothWith(sync, threshold, [sync, '0110', SCM_SYNC]);
      for (const width of [0, 1, 0, 0]) {
        const expected = peaksOf(plain, rows, stride, width);
        const got = peaksOf(simd, rows, stride, width);
        expect(got.map(({ place }) => place)).toEqual(expected.map(({ place }) => place));
        got.forEach(({ score }, i) => {
          // Sums are float32: beside signals of 40 dB they are exact to some thousandths.
          expect(Math.abs(score - expected[i].score)).toBeLessThan(0.02 + 1e-3 * score);
        });
        found += got.length;
      }
    }
    expect(found).toBeGreaterThan(50);
  });

  it('finds the same peaks where there are as many as there can be: one a symbol', () => {
    const { simd, plain, rows, stride } = bothWith('1');
    const symbol = [1, 500, 1000, 500, 1, 1, 1, 1];
    // Rows are searched from their fifth value on.
    for (let i = 0; i < rows.length; i++) rows[i] = symbol[(i + 3) % symbol.length];
    const got = peaksOf(simd, rows, stride, 0);
    expect(got).toEqual(peaksOf(plain, rows, stride, 0));
    expect(got.length).toBe((64 * COLUMNS) / symbol.length);
  });

  it('asks for more in rows that are restless, until it is told to forget it', () => {
    const { simd, plain, rows, stride } = bothWith('101', 3);
    for (const loops of [simd, plain]) {
      const calm = peaksOf(loops, rows, stride, 0).length;
      const restless = rows.map((power) => 5 * power);
      rows.set(restless);
      for (let i = 0; i < 100; i++) peaksOf(loops, rows, stride, 0);
      const used = peaksOf(loops, rows, stride, 0).length;
      loops.forget();
      expect(peaksOf(loops, rows, stride, 0).length).toBeGreaterThan(2 * used);
      rows.set(restless.map((power) => power / 5));
      loops.forget();
      expect(peaksOf(loops, rows, stride, 0).length).toBe(calm);
    }
  });

  it('sums rows, and adds one to another', () => {
    const { simd, plain, rows, stride } = bothWith(SCM_SYNC);
    const columns = COLUMNS + lookaheadOf([SCM_SYNC]);
    for (const loops of [simd, plain]) {
      const { sumsStride } = loops;
      for (const group of [0, 1])
        loops.sumRows(rows, 4 * group * stride + 9, stride, group * sumsStride, columns);
      loops.addRow(sumsStride, 0, columns);
    }
    for (let i = 0; i < columns; i++) expect(simd.sums[i] / plain.sums[i]).toBeCloseTo(1, 5);
  });
});
