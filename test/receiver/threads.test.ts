import { describe, expect, it } from 'vitest';
import type { Protocol } from '../../src/decode/protocol.js';
import { scm } from '../../src/decode/protocols/scm.js';
import type { ThreadSetting } from '../../src/receiver/new-search.js';
import { Receiver, type Reception } from '../../src/receiver/receiver.js';
import type { SampleBlock, SampleSource } from '../../src/sources/source.js';
import { testAir, testFields } from '../dsp/iq.js';
import { FakeSource, RATE, TUNING } from './fake-source.js';

const START_MS = 1_700_000_000_000;
/** Short slices: less air to be made and searched. */
const SLICING = { sliceSamples: 150_000, runUpSamples: 60_000 };
const AIR_S = 1;
/** A packet every 21 ms, of meters 1, 2, …, on neighbouring channels and of all classes. */
const COUNT = 45;
const AIR = testAir(
  RATE,
  AIR_S,
  Array.from({ length: COUNT }, (_, i) => ({
    fields: testFields(i + 1, 1_000_000 + 12_345 * i),
    seconds: 0.012 + 0.021 * i,
    carrierHz: -300e3 + 150e3 * (i % 5),
    ebN0Db: 14 + (i % 9),
    class: (['P', 'G', 'F'] as const)[i % 3],
  })),
);

/** The air in blocks, without what lies in the gaps, samples [from, to). */
function* blocks(air: Uint8Array, gaps: readonly (readonly [number, number])[] = []): Generator<SampleBlock> {
  const samples = air.length / 2;
  const starts = [0, ...gaps.map(([, to]) => to)];
  const ends = [...gaps.map(([from]) => from), samples];
  for (const [i, start] of starts.entries()) {
    for (let at = start; at < ends[i]; at += 4096) {
      const bytes = air.subarray(2 * at, 2 * Math.min(at + 4096, ends[i]));
      yield { bytes, format: 'cu8', firstSample: at, timeMs: START_MS + (at / RATE) * 1000 };
    }
  }
}

interface Options {
  readonly threads?: ThreadSetting | undefined;
  readonly protocols?: readonly Protocol[];
  readonly signal?: AbortSignal;
  readonly deliver?: (reception: Reception) => void;
  readonly progress?: (samples: number) => Promise<void> | void;
  readonly slicing?: { readonly sliceSamples?: number; readonly runUpSamples?: number };
}

async function receive(source: SampleSource, options: Options = {}) {
  const receiver = new Receiver(source, {
    protocols: options.protocols ?? [scm],
    minConfidence: 0.99,
    threads: options.threads,
    slicing: options.slicing ?? SLICING,
  });
  const receptions: Reception[] = [];
  await receiver.open(TUNING);
  const error = await receiver
    .run(
      options.signal ?? new AbortController().signal,
      (reception) => {
        receptions.push(reception);
        options.deliver?.(reception);
      },
      options.progress,
    )
    .then(
      () => null,
      (reason: unknown) => reason,
    );
  return { error, receptions, ids: receptions.map(({ packet }) => packet.meterId), stats: receiver.stats };
}

const ALL = Array.from({ length: COUNT }, (_, i) => i + 1);

describe('Receiver on several threads', { timeout: 30_000 }, () => {
  it('delivers the same packets in the same order, whatever their number', async () => {
    const inline = await receive(new FakeSource(blocks(AIR)));
    const results = [];
    for (const threads of [1, 2, 3]) results.push(await receive(new FakeSource(blocks(AIR)), { threads }));
    const [one, ...others] = results;
    expect(inline.error ?? one.error).toBeNull();
    expect(inline.ids).toEqual(ALL);
    expect(one.ids).toEqual(ALL);
    for (const other of others) {
      expect(other.receptions).toEqual(one.receptions);
      expect({ ...other.stats, busySeconds: 0 }).toEqual({ ...one.stats, busySeconds: 0 });
    }
    for (const [i, { packet, startMs }] of one.receptions.entries()) {
      expect(startMs).toBe(START_MS);
      expect(Math.abs(packet.firstSample - inline.receptions[i].packet.firstSample)).toBeLessThan(10);
    }
    const { samples, clippedSamples, lostSamples, packets } = inline.stats;
    expect(one.stats).toMatchObject({ samples, clippedSamples, lostSamples, packets });
  });
});
