import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { Decoder } from '../../src/decode/decoder.js';
import type { Packet } from '../../src/decode/protocol.js';
import { PROTOCOLS } from '../../src/decode/protocols/index.js';
import type { SyncPattern } from '../../src/dsp/detector.js';
import { FrontEnd } from '../../src/dsp/front-end.js';
import { geometryOf } from '../../src/dsp/geometry.js';
import { BATCH_FRAMES, bestKernel, Kernel } from '../../src/dsp/kernel.js';
import type { KernelName } from '../../src/dsp/kernel-loops.js';
import type { SampleFormat } from '../../src/sources/source.js';
import { Random } from '../../src/synth/random.js';

const RECORDINGS: readonly (readonly [string, number, SampleFormat])[] = [
  ['street_912.6M_2400k.cu8', 2.4e6, 'cu8'],
  ['band_915.7M_12.5Msps.cs8', 12.5e6, 'cs8'],
];

function packetsOf(bytes: Uint8Array, rate: number, format: SampleFormat, kernel: KernelName): Packet[] {
  const frontEnd = new FrontEnd(rate, format, PROTOCOLS, 0, undefined, kernel);
  const decoder = new Decoder(PROTOCOLS, 0.995);
  expect(frontEnd.kernel).toBe(kernel);
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length; at += 131_072) {
    packets.push(...decoder.decode(frontEnd.push(bytes.subarray(at, at + 131_072)), frontEnd.searchedTo));
  }
  return [...packets, ...decoder.decode(frontEnd.flush(0), Number.POSITIVE_INFINITY)];
}

/** The plain kernel takes some seconds on a busy machine. */
vi.setConfig({ testTimeout: 30_000 });

describe('kernels', () => {
  it('SIMD is what this machine runs fastest', () => {
    expect(bestKernel()).toBe('simd');
  });

  it.each(RECORDINGS)(
    'find the same packets in %s, of the same bits at the same place',
    (name, rate, format) => {
      const bytes = readFileSync(new URL(`../../fixtures/iq/${name}`, import.meta.url));
      const [simd, reference] = (['simd', 'reference'] as const).map((kernel) =>
        packetsOf(bytes, rate, format, kernel),
      );
      const factsOf = ({ meterId, consumption, firstSample, correctedBits }: Packet) => ({
        meterId,
        consumption,
        firstSample,
        correctedBits,
      });
      expect(simd.length).toBeGreaterThan(5);
      expect(simd.map(factsOf)).toEqual(reference.map(factsOf));
      simd.forEach(({ burst, carrierHz }, i) => {
        expect(carrierHz).toBeCloseTo(reference[i].carrierHz, 0);
        expect(burst.snrDb).toBeCloseTo(reference[i].burst.snrDb, 2);
      });
    },
  );

  describe.each(['simd', 'reference'] as const)('%s', (name) => {
    const geometry = geometryOf(1e6);
    const samples = Math.ceil(BATCH_FRAMES * geometry.hopSamples) + 2 * geometry.windowSamples;
    const chipAt = (frame: number): number => geometry.windowSamples + frame * geometry.hopSamples;
    const random = new Random(3);

    function kernelOf(patterns: readonly SyncPattern[] = PROTOCOLS): Kernel {
      return new Kernel(name, geometry, 'cf32', patterns, 2, samples, 4.5, 1e-9);
    }

    /** A batch of noise of which the first frames are air and the others silence. */
    function receive(kernel: Kernel, batch: number, airFrames: number): void {
      const air = Math.max(0, chipAt(airFrames));
      for (let i = 0; i < kernel.iq.length; i++) kernel.iq[i] = i < 2 * air ? 0.1 * random.gaussian() : 0;
      kernel.batch(chipAt, airFrames, batch * BATCH_FRAMES);
    }

    function kept(kernel: Kernel, batchesAgo: number): number[] {
      const { rows, stride } = kernel.chips(batchesAgo);
      return [...rows.subarray(5 * stride, 6 * stride)];
    }

    it.each([BATCH_FRAMES, 300, 0, -7])(
      'keeps a column a chip of a batch of which %i frames are air',
      (air) => {
        const kernel = kernelOf();
        for (let batch = 0; batch < 3; batch++) {
          const before = kept(kernel, 0);
          receive(kernel, batch, batch < 2 ? BATCH_FRAMES : air);
          const { rows, stride } = kernel.spectrogram;
          const chips = Array.from(
            { length: BATCH_FRAMES / 4 },
            (_, i) => rows[5 * stride + kernel.columnOf(4 * i)],
          );
          expect(kept(kernel, 0)).toEqual(chips);
          expect(kept(kernel, 1)).toEqual(before);
          kernel.advance();
        }
      },
    );

    it('has the batch before the newest one in front of it', () => {
      const kernel = kernelOf();
      let before: number[] = [];
      for (let batch = 0; batch < 5; batch++) {
        receive(kernel, batch, BATCH_FRAMES);
        const { rows, stride } = kernel.spectrogram;
        const column = (frame: number): number => rows[3 * stride + kernel.columnOf(frame)];
        if (batch > 1) expect([-BATCH_FRAMES, -500, -1].map(column)).toEqual(before);
        before = [0, BATCH_FRAMES - 500, BATCH_FRAMES - 1].map(column);
        kernel.advance();
      }
    });

    it('learns no floor from silence that follows the air', () => {
      const kernel = kernelOf();
      for (let batch = 0; batch < 20; batch++) {
        receive(kernel, batch, BATCH_FRAMES);
        kernel.advance();
      }
      const before = kernel.noise.floor.slice();
      for (const [i, air] of [300, 40, 3, 0, -7].entries()) {
        receive(kernel, 20 + i, air);
        kernel.advance();
      }
      kernel.noise.floor.forEach((floor, bin) => {
        expect(Math.abs(floor / before[bin] - 1)).toBeLessThan(0.02);
      });
    });

    it('refuses packets that begin before what it holds', () => {
      const late = { sync: '01'.repeat(100), search: [190, 200], lengthSymbols: 300 } as const;
      expect(() => kernelOf([late])).toThrow('Packets are looked at over more than 1024 frames.');
    });
  });
});
