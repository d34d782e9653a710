import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { Decoder } from '../../src/decode/decoder.js';
import type { Packet } from '../../src/decode/protocol.js';
import { PROTOCOLS } from '../../src/decode/protocols/index.js';
import { FrontEnd } from '../../src/dsp/front-end.js';
import { bestKernel } from '../../src/dsp/kernel.js';
import type { KernelName } from '../../src/dsp/kernel-loops.js';
import type { SampleFormat } from '../../src/sources/source.js';

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
});
