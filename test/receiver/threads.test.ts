import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../../src/decode/protocol.js';
import { scm } from '../../src/decode/protocols/scm.js';
import type { ThreadSetting } from '../../src/receiver/new-search.js';
import { Receiver, type Reception } from '../../src/receiver/receiver.js';
import type { SampleBlock, SampleSource } from '../../src/sources/source.js';
import { testAir, testFields } from '../dsp/iq.js';
import { FakeSource, RATE, TUNING } from './fake-source.js';
import { HurryingSource } from './hurrying-source.js';

const START_MS = 1_700_000_000_000;
/** Short slices: less air to be made and searched. */
const SLICING = { sliceSamples: 150_000, runUpSamples: 60_000 };
const AIR_S = 1;
/** A packet every 21 ms, of meters 1, 2, …, on neighbouring channels and of all classes. */
const COUNT = 45;
const startOf = (id: number) => 0.012 + 0.021 * (id - 1);
const AIR = testAir(
  RATE,
  AIR_S,
  Array.from({ length: COUNT }, (_, i) => ({
    fields: testFields(i + 1, 1_000_000 + 12_345 * i),
    seconds: startOf(i + 1),
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

/** A block, and then nothing for ever. */
class WaitingSource extends FakeSource {
  constructor() {
    super([]);
  }

  override async *blocks(signal: AbortSignal): AsyncGenerator<SampleBlock> {
    yield* [...blocks(AIR)].slice(0, 1);
    if (!signal.aborted) await once(signal, 'abort');
  }
}

interface Options {
  readonly threads?: ThreadSetting | undefined;
  readonly protocols?: readonly Protocol[];
  readonly signal?: AbortSignal;
  readonly deliver?: (reception: Reception) => void;
  readonly kernel?: 'reference';
}

async function receive(source: SampleSource, options: Options = {}) {
  const receiver = new Receiver(source, {
    protocols: options.protocols ?? [scm],
    minConfidence: 0.99,
    threads: options.threads,
    slicing: SLICING,
    kernel: options.kernel,
  });
  const receptions: Reception[] = [];
  await receiver.open(TUNING);
  const error = await receiver
    .run(options.signal ?? new AbortController().signal, (reception) => {
      receptions.push(reception);
      options.deliver?.(reception);
    })
    .then(
      () => null,
      (reason: unknown) => reason,
    );
  return { error, receptions, ids: receptions.map(({ packet }) => packet.meterId), stats: receiver.stats };
}

/** A thread that runs has some. */
function openPorts(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
}

const ALL = Array.from({ length: COUNT }, (_, i) => i + 1);

describe('Receiver on threads', { timeout: 30_000 }, () => {
  it('delivers the same packets in the same order, however many there are', async () => {
    const inline = await receive(new FakeSource(blocks(AIR)));
    const one = await receive(new FakeSource(blocks(AIR)), { threads: 1 });
    expect([inline.error, one.error]).toEqual([null, null]);
    expect([inline.ids, one.ids]).toEqual([ALL, ALL]);
    for (const threads of [2, 3]) {
      const more = await receive(new FakeSource(blocks(AIR)), { threads });
      expect(more.receptions).toEqual(one.receptions);
      expect({ ...more.stats, busySeconds: 0 }).toEqual({ ...one.stats, busySeconds: 0 });
    }
    for (const [i, { packet, startMs }] of one.receptions.entries()) {
      expect(startMs).toBe(START_MS);
      expect(Math.abs(packet.firstSample - inline.receptions[i].packet.firstSample)).toBeLessThan(10);
    }
    const { samples, clippedSamples, lostSamples, packets } = inline.stats;
    expect(one.stats).toMatchObject({ samples, clippedSamples, lostSamples, packets });
  });

  it('counts what is missing, and finds what lies around it', async () => {
    const gaps = [
      [200_000, 203_000],
      [500_000, 580_000],
    ] as const;
    const inline = await receive(new FakeSource(blocks(AIR, gaps)));
    const { ids, stats } = await receive(new FakeSource(blocks(AIR, gaps)), { threads: 2 });
    expect(ids).toEqual(inline.ids);
    expect(stats).toMatchObject({ samples: 917_000, lostSamples: 83_000 });
  });

  it('searches a live stream on one, undivided: the same packets as on the thread of its caller', async () => {
    const inline = await receive(new FakeSource(blocks(AIR)));
    const live = await receive(new FakeSource(blocks(AIR), TUNING, true), { threads: 'auto' });
    expect(live.receptions).toEqual(inline.receptions);
    expect({ ...live.stats, busySeconds: 0 }).toEqual({ ...inline.stats, busySeconds: 0 });
  });

  it('delivers what had come when it is aborted, and leaves nothing behind', async () => {
    const before = openPorts();
    const stop = new AbortController();
    function* aborting(): Generator<SampleBlock> {
      for (const block of blocks(AIR)) {
        if (block.firstSample > 0.5 * RATE) stop.abort();
        yield block;
      }
    }
    const source = new FakeSource(aborting());
    const { error, ids } = await receive(source, { threads: 2, signal: stop.signal });
    expect(error).toBeNull();
    expect(ids).toEqual(ALL.slice(0, 24));
    expect(source.calls).toEqual(['open', 'close']);
    expect(openPorts()).toBe(before);
  });

  it('fails with what a thread failed with, while its source has nothing to give', async () => {
    const broken = { ...scm, sync: null as unknown as string };
    const source = new WaitingSource();
    const { error } = await receive(source, { threads: 1, protocols: [broken] });
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain('null');
    expect(source.calls).toEqual(['open', 'close']);
  });

  it('fails where nobody takes its packets', async () => {
    const trouble = new Error('the disk is full');
    const source = new FakeSource(blocks(AIR));
    const deliver = () => {
      throw trouble;
    };
    expect(await receive(source, { threads: 1, deliver })).toMatchObject({ error: trouble });
    expect(source.calls).toEqual(['open', 'close']);
  });

  it('does nothing while nothing comes', async () => {
    const stop = new AbortController();
    const running = receive(new WaitingSource(), { threads: 1, signal: stop.signal });
    await sleep(1000);
    const before = process.cpuUsage();
    await sleep(500);
    const { user, system } = process.cpuUsage(before);
    stop.abort();
    expect((await running).error).toBeNull();
    expect((user + system) / 1000).toBeLessThan(200);
  });
});

describe('Receiver on a thread that is too slow', { timeout: 30_000 }, () => {
  it('loses whole blocks, counts them, hears what lies between, and does not fall behind', async () => {
    const source = new HurryingSource(AIR, 20);
    const delaysMs: number[] = [];
    const { error, receptions, stats } = await receive(source, {
      threads: 'auto',
      kernel: 'reference',
      deliver: ({ packet }) => delaysMs.push(performance.now() - source.arrivedMs(packet.firstSample)),
    });
    expect(error).toBeNull();
    expect(source.droppedSamples).toBeGreaterThan(3 * RATE);
    expect(stats.samples + stats.lostSamples).toBeLessThanOrEqual(20 * RATE);
    expect(stats.lostSamples).toBeLessThanOrEqual(source.droppedSamples);
    // A packet that was received in full is heard at its place; air is repeated every second.
    const complete = source.completeAmong(ALL.map((id) => startOf(id) * RATE));
    expect(receptions.length).toBeGreaterThan(complete.length - 2);
    expect(receptions.length).toBeGreaterThan(30);
    for (const { packet } of receptions) {
      expect(Math.abs((packet.firstSample % RATE) - startOf(packet.meterId) * RATE)).toBeLessThan(15);
    }
    // At most what is in the ring and in the queue lies before it: 0.7 s of air.
    expect(Math.max(...delaysMs)).toBeLessThan(2000);
  });
});
