import { describe, expect, it } from 'vitest';
import { scm } from '../../src/decode/protocols/scm.js';
import { Receiver, type Reception } from '../../src/receiver/receiver.js';
import type { SampleBlock, Tuning } from '../../src/sources/source.js';
import { testAir, testFields } from '../dsp/iq.js';
import { FakeSource, RATE, TUNING } from './fake-source.js';

const START_MS = 1_700_000_000_000;
const BLOCK = 4096;

const AIR_S = 0.1;
/** A packet of meter 1 at 10 ms, of 2 at 40 ms, of 3 at 70 ms. */
const AIR = testAir(
  RATE,
  AIR_S,
  [1, 2, 3].map((id, i) => ({
    fields: testFields(id, 1_234_567 * id),
    seconds: 0.01 + 0.03 * i,
    carrierHz: -200e3 + 150e3 * i,
    ebN0Db: 20,
  })),
);

/** Blocks of the air from one time to another, as if those before had been lost. */
function* blocks(from = 0, to = AIR_S, startMs: number | null = START_MS): Generator<SampleBlock> {
  const end = Math.round(to * RATE);
  for (let at = Math.round(from * RATE); at < end; at += BLOCK) {
    const timeMs = startMs === null ? null : startMs + (at / RATE) * 1000;
    const bytes = AIR.subarray(2 * at, 2 * Math.min(at + BLOCK, end));
    yield { bytes, format: 'cu8', firstSample: at, timeMs };
  }
}

interface Run {
  readonly receiver: Receiver;
  readonly receptions: Reception[];
  readonly source: FakeSource;
  /** What the run failed with. */
  readonly error: unknown;
}

interface RunOptions {
  readonly tuning?: Tuning;
  readonly signal?: AbortSignal;
  readonly progress?: (samples: number) => Promise<void> | void;
}

async function run(given: Iterable<SampleBlock>, options: RunOptions = {}): Promise<Run> {
  const source = new FakeSource(given, options.tuning);
  const receiver = new Receiver(source, { protocols: [scm], minConfidence: 0.99 });
  const receptions: Reception[] = [];
  const signal = options.signal ?? new AbortController().signal;
  await receiver.open(TUNING);
  const error = await receiver
    .run(signal, (reception) => receptions.push(reception), options.progress)
    .then(
      () => null,
      (reason: unknown) => reason,
    );
  return { receiver, receptions, source, error };
}

function idsOf(receptions: readonly Reception[]): number[] {
  return receptions.map(({ packet }) => packet.meterId);
}

describe('Receiver', () => {
  it('delivers every packet of its source, with what is known of the stream, and closes the source', async () => {
    const { receptions, source, error, receiver } = await run(blocks());
    expect(error).toBeNull();
    expect(idsOf(receptions)).toEqual([1, 2, 3]);
    receptions.forEach((reception, i) => {
      expect(reception).toMatchObject({
        receiver: 'fake',
        sampleRateHz: RATE,
        centerHz: 912_600_000,
        startMs: START_MS,
      });
      expect(Math.abs(reception.packet.firstSample - (0.01 + 0.03 * i) * RATE)).toBeLessThan(15);
    });
    expect(source.calls).toEqual(['open', 'close']);
    expect(receiver.stats).toMatchObject({
      samples: AIR_S * RATE,
      lostSamples: 0,
      clippedSamples: 0,
      packets: 3,
      refused: { overload: 0, length: 0 },
    });
    const { candidates, refused } = receiver.stats;
    expect(candidates).toBeGreaterThanOrEqual(3);
    expect(refused.noise).toBeLessThanOrEqual(candidates);
  });

  it('delivers packets while the source goes on, each within 40 ms of its end', async () => {
    let heardAt = Number.POSITIVE_INFINITY;
    const source = new FakeSource(blocks());
    const receiver = new Receiver(source, { protocols: [scm], minConfidence: 0.99 });
    await receiver.open(TUNING);
    const heard: number[] = [];
    await receiver.run(
      new AbortController().signal,
      ({ packet }) => heard.push(packet.meterId),
      (samples) => {
        if (heard.includes(1)) heardAt = Math.min(heardAt, samples / RATE);
      },
    );
    expect(heardAt).toBeLessThan(0.01 + 192 / 32_768 + 0.04);
  });

  it('has the name that it is given, works at the rate that the source really has', async () => {
    const source = new FakeSource(blocks(), { ...TUNING, centerHz: 920e6 });
    const receiver = new Receiver(source, { name: 'roof', protocols: [scm], minConfidence: 0.99 });
    const receptions: Reception[] = [];
    const tuning = await receiver.open({ ...TUNING, sampleRateHz: 2.4e6 });
    expect(tuning.sampleRateHz).toBe(RATE);
    await receiver.run(new AbortController().signal, (reception) => receptions.push(reception));
    expect(receptions).toHaveLength(3);
    expect(receptions[0]).toMatchObject({ receiver: 'roof', sampleRateHz: RATE, centerHz: 920e6 });
  });

  it('knows no time where the source knows none', async () => {
    const { receptions } = await run(blocks(0, AIR_S, null));
    expect(receptions.map(({ startMs }) => startMs)).toEqual([null, null, null]);
  });

  it('works out the stream’s start from any block, also after samples were lost', async () => {
    const { receptions } = await run([...blocks(0, 0.02), ...blocks(0.033, AIR_S)]);
    expect(receptions.map(({ startMs }) => startMs)).toEqual([START_MS, START_MS, START_MS]);
  });

  it('asks for no more confidence than it is told to', async () => {
    const source = new FakeSource(blocks());
    const receiver = new Receiver(source, { protocols: [scm], minConfidence: 1.1 });
    await receiver.open(TUNING);
    await receiver.run(new AbortController().signal, () => expect.unreachable('nothing is so sure'));
    expect(receiver.stats.packets).toBe(0);
    expect(receiver.stats.refused.integrity).toBeGreaterThanOrEqual(3);
  });

  it('tells how far it has come after each block, and waits to be let on', async () => {
    const told: number[] = [];
    const waited: number[] = [];
    await run(blocks(), {
      progress: async (samples) => {
        told.push(samples);
        await Promise.resolve();
        waited.push(samples);
        expect(waited).toEqual(told);
      },
    });
    expect(told[0]).toBe(BLOCK);
    expect(told).toHaveLength(Math.ceil((AIR_S * RATE) / BLOCK));
    expect(told.at(-1)).toBe(AIR_S * RATE);
  });

  it('has nothing to say of a source that gives nothing, but closes it', async () => {
    const { receptions, source, receiver } = await run([]);
    expect(receptions).toEqual([]);
    expect(source.calls).toEqual(['open', 'close']);
    expect(receiver.stats.samples).toBe(0);
  });
});

describe('Receiver, where samples are lost', () => {
  it('counts them, and finds the packets after the gap at their samples', async () => {
    const { receptions, receiver } = await run([...blocks(0, 0.03), ...blocks(0.055, AIR_S)]);
    expect(idsOf(receptions)).toEqual([1, 3]);
    expect(Math.abs(receptions[1].packet.firstSample - 0.07 * RATE)).toBeLessThan(15);
    expect(receiver.stats.lostSamples).toBe(25_000);
    expect(receiver.stats.samples).toBe(75_000);
  });

  it('delivers what was complete before the gap, and no packet that it cut', async () => {
    const { receptions } = await run([...blocks(0, 0.016), ...blocks(0.042, 0.08)]);
    expect(idsOf(receptions)).toEqual([1, 3]);
  });

  it('counts what was lost before the first block', async () => {
    const { receptions, receiver } = await run(blocks(0.03, AIR_S));
    expect(idsOf(receptions)).toEqual([2, 3]);
    expect(Math.abs(receptions[0].packet.firstSample - 0.04 * RATE)).toBeLessThan(15);
    expect(receiver.stats.lostSamples).toBe(30_000);
  });
});

describe('Receiver, when it ends before its source', () => {
  it('delivers what was complete and closes the source when it is aborted', async () => {
    const stop = new AbortController();
    const { receptions, source, error, receiver } = await run(blocks(), {
      signal: stop.signal,
      progress: (samples) => {
        if (samples >= 0.047 * RATE) stop.abort();
      },
    });
    expect(error).toBeNull();
    expect(idsOf(receptions)).toEqual([1, 2]);
    expect(source.calls).toEqual(['open', 'close']);
    expect(receiver.stats.samples).toBeLessThan(0.06 * RATE);
  });

  it('delivers what was complete and closes the source when that fails, and says what it failed with', async () => {
    const trouble = new Error('the dongle was pulled out');
    function* failing(): Generator<SampleBlock> {
      yield* blocks(0, 0.047);
      throw trouble;
    }
    const { receptions, source, error } = await run(failing());
    expect(error).toBe(trouble);
    expect(idsOf(receptions)).toEqual([1, 2]);
    expect(source.calls).toEqual(['open', 'close']);
  });

  it('closes the source when it cannot tell its progress', async () => {
    const trouble = new Error('the terminal is gone');
    const { source, error } = await run(blocks(), {
      progress: () => {
        throw trouble;
      },
    });
    expect(error).toBe(trouble);
    expect(source.calls).toEqual(['open', 'close']);
  });

  it.each([
    ['while it goes on', AIR_S],
    ['at its end', 0.017],
  ])('closes the source when nobody takes its packets %s', async (_when, end) => {
    const trouble = new Error('the disk is full');
    const source = new FakeSource(blocks(0, end));
    const receiver = new Receiver(source, { protocols: [scm], minConfidence: 0.99 });
    await receiver.open(TUNING);
    const refuse = (): never => {
      throw trouble;
    };
    await expect(receiver.run(new AbortController().signal, refuse)).rejects.toBe(trouble);
    expect(source.calls).toEqual(['open', 'close']);
  });
});
