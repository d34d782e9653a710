import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/decode/decoder.js';
import type { Packet } from '../../src/decode/protocol.js';
import { scm } from '../../src/decode/protocols/scm.js';
import { FrontEnd } from '../../src/dsp/front-end.js';
import { RingReader, SampleRing } from '../../src/receiver/ring.js';
import { type SliceReport, SliceSearch } from '../../src/receiver/slice-search.js';
import { type Slicing, slicingOf } from '../../src/receiver/slicing.js';
import { Random } from '../../src/synth/random.js';
import { CHIP_RATE_HZ } from '../../src/synth/transmitter.js';
import { type TestPacket, testAir, testFields } from '../dsp/iq.js';

const RATE = 1e6;
const PACKET_S = 192 / CHIP_RATE_HZ;
const SLICE = 40_000;
const SLICING: Slicing = {
  ...slicingOf(RATE, 'cu8', scm.lengthSymbols, false),
  sliceSamples: SLICE,
  runUpSamples: 25_000,
};

/** Air with the packets of meters 1, 2, … at these samples, on changing channels. */
function airWith(starts: readonly number[], seconds: number): Uint8Array {
  const packets = starts.map(
    (start, i): TestPacket => ({
      fields: testFields(i + 1, 1_000_000 + 12_345 * i),
      seconds: start / RATE,
      carrierHz: -300e3 + 150e3 * (i % 5),
      ebN0Db: 16 + (i % 7),
      class: (['P', 'G', 'F'] as const)[i % 3],
    }),
  );
  return testAir(RATE, seconds, packets);
}

interface Outcome {
  readonly packets: readonly Packet[];
  readonly samples: number;
  readonly clippedSamples: number;
  readonly slices: number;
}

/** Searches the samples of these stretches [from, to) of the air slice by slice. */
function inSlices(
  air: Uint8Array,
  stretches: readonly (readonly [number, number])[],
  slicing = SLICING,
): Outcome {
  const ring = new SampleRing(2, air.length / 2, [0]);
  for (const [from, to] of stretches) ring.write(air.subarray(2 * from, 2 * to), from);
  ring.end();
  const reports: SliceReport[] = [];
  const frontEnd = new FrontEnd(RATE, 'cu8', [scm]);
  const tools = {
    slicing,
    frontEnd,
    ring: new RingReader(ring.memory, 0),
    report: (report: SliceReport) => reports.push(report),
  };
  let slices = 1;
  while (new SliceSearch(tools, slices - 1, 1).run()) slices++;
  return { ...decoded(reports), slices };
}

function decoded(reports: readonly SliceReport[]): Omit<Outcome, 'slices'> {
  const decoder = new Decoder([scm], 0.99);
  const packets: Packet[] = [];
  let searchedTo = Number.NEGATIVE_INFINITY;
  let samples = 0;
  let clippedSamples = 0;
  for (const report of reports) {
    searchedTo = Math.max(searchedTo, report.searchedTo);
    packets.push(...decoder.decode(report.bursts, searchedTo));
    samples += report.counts.samples;
    clippedSamples += report.counts.clippedSamples;
  }
  packets.push(...decoder.decode([], Number.POSITIVE_INFINITY));
  return { packets, samples, clippedSamples };
}

/** The same in one piece. */
function asOne(air: Uint8Array, stretches: readonly (readonly [number, number])[]): Outcome {
  return inSlices(air, stretches, { ...SLICING, sliceSamples: Number.POSITIVE_INFINITY });
}

const idsOf = ({ packets }: Outcome) => packets.map(({ meterId }) => meterId);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('SliceSearch', () => {
  it.each([
    ['a packet to either side', -1.2 * PACKET_S * RATE, (2.4 * PACKET_S * RATE) / 40],
    ['some chips to either side', -5 * (RATE / CHIP_RATE_HZ), RATE / CHIP_RATE_HZ / 4],
  ])('finds packets at seams between slices once, wherever they begin: %s', (_where, first, step) => {
    // One packet at each seam, each a step later than the one before.
    const starts = upTo(41).map((seam, i) => seam * SLICE + first + i * step);
    const air = airWith(starts, 41.5 * (SLICE / RATE));
    const { packets, slices, samples } = inSlices(air, [[0, air.length / 2]]);
    expect(packets.map(({ meterId }) => meterId)).toEqual(upTo(41));
    for (const [i, { firstSample }] of packets.entries()) {
      expect(Math.abs(firstSample - starts[i])).toBeLessThan(RATE / CHIP_RATE_HZ / 2);
    }
    expect(slices).toBe(42);
    expect(samples).toBe(air.length / 2);
  });

  it('counts every sample once, and what clips of them', () => {
    const air = airWith([], 0.1234);
    for (let i = 0; i < air.length; i += 5000) air[i] = 255;
    expect(inSlices(air, [[0, 123_400]])).toMatchObject({
      samples: 123_400,
      clippedSamples: Math.ceil(air.length / 5000),
      slices: 4,
    });
  });

  it.each([
    ['at its seam', SLICE, 1],
    ['a sample after it', SLICE + 1, 2],
    ['in its run-up', 2 * SLICE - 10_000, 2],
    ['in a tail', 2 * SLICE + 10_000, 3],
  ])('ends with a stream that ends %s', (_where, end, slices) => {
    const air = airWith([5000, end - 20_000, end - 6500], end / RATE);
    const outcome = inSlices(air, [[0, end]]);
    expect(outcome).toMatchObject({ samples: end, slices });
    expect(idsOf(outcome)).toEqual([1, 2, 3]);
  });

  it.each([1, 2, 3, 4])('finds with gaps what one piece finds (%i)', (seed) => {
    const random = new Random(seed);
    const air = airWith(
      upTo(35).map((i) => i * 11_000 + random.below(3000)),
      0.42,
    );
    const stretches: [number, number][] = [];
    for (let at = 0; at < 400_000; ) {
      const end = at + 3000 + random.below(60_000);
      stretches.push([at, Math.min(end, 420_000)]);
      at = end + [1, 20, 300, 5000, 50_000][random.below(5)];
    }
    const [divided, whole] = [inSlices(air, stretches), asOne(air, stretches)];
    expect(idsOf(divided)).toEqual(idsOf(whole));
    expect(divided.samples).toBe(whole.samples);
    expect(whole.packets.length).toBeGreaterThan(15);
  });
});
