import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { scm } from '../../src/decode/protocols/scm.js';
import { Receiver } from '../../src/receiver/receiver.js';
import type { SampleBlock } from '../../src/sources/source.js';
import { testAir, testFields } from '../dsp/iq.js';
import { FakeSource, RATE, TUNING } from './fake-source.js';

/** Code of threads that are started instead of the next ones. */
const doomed = vi.hoisted((): string[] => []);
vi.mock('../../src/receiver/start-worker.js', async (original) => {
  const real = await original<typeof import('../../src/receiver/start-worker.js')>();
  const startWorker = (data: unknown): Worker => {
    const code = doomed.shift();
    return code === undefined ? real.startWorker(data) : new Worker(code, { eval: true });
  };
  return { startWorker };
});

const HANGS = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
const SPINS = 'for (;;);';
const DIES = 'throw new Error("out of order")';
const LEAVES = '0';

const AIR_S = 1.5;
const COUNT = 15;
const startOf = (id: number) => 0.1 * id - 0.05;
const AIR = testAir(
  RATE,
  AIR_S,
  Array.from({ length: COUNT }, (_, i) => ({
    fields: testFields(i + 1, 1000),
    seconds: startOf(i + 1),
    carrierHz: 150e3,
    ebN0Db: 20,
    class: 'P' as const,
  })),
);

function* blocks(rounds: number): Generator<SampleBlock> {
  const [samples, total] = [4000, AIR.length / 2];
  for (let firstSample = 0; firstSample < rounds * total; firstSample += samples) {
    const at = 2 * (firstSample % total);
    yield { bytes: AIR.subarray(at, at + 2 * samples), format: 'cu8', firstSample, timeMs: null };
  }
}

/** What becomes of two seconds of air where the first threads are these. */
async function receive(live: boolean, codes: readonly string[], rounds = 1) {
  doomed.splice(0, doomed.length, ...codes);
  const troubles: string[] = [];
  const receiver = new Receiver(new FakeSource(blocks(rounds), TUNING, live), {
    protocols: [scm],
    minConfidence: 0.99,
    threads: 1,
    slicing: live ? undefined : { sliceSamples: 150_000, runUpSamples: 60_000 },
    // A thread that runs from source takes some time to start.
    get patienceMs() {
      return doomed.length > 0 ? 200 : 60_000;
    },
    onTrouble: (message) => troubles.push(message),
  });
  await receiver.open(TUNING);
  const ids: number[] = [];
  const error: unknown = await receiver
    .run(new AbortController().signal, ({ packet }) => ids.push(packet.meterId))
    .then(
      () => null,
      (reason: unknown) => reason,
    );
  return { error, ids, troubles, stats: receiver.stats };
}

describe('Receiver whose threads fail', { timeout: 30_000 }, () => {
  it.each([
    ['hangs', HANGS, 'said nothing for 0.2 s'],
    ['runs in a circle', SPINS, 'said nothing for 0.2 s'],
    ['dies', DIES, 'out of order'],
    ['leaves', LEAVES, 'ended with status 0'],
  ])('replaces one of a live source that %s', async (_, code, why) => {
    const { error, ids, troubles, stats } = await receive(true, [code]);
    expect(error).toBeNull();
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toContain(why);
    // What it had been given is lost, half a second in the ring at most, and counted.
    expect(stats.samples + stats.lostSamples).toBe(AIR_S * RATE);
    expect(stats.lostSamples).toBeGreaterThan(0);
    expect(stats.lostSamples).toBeLessThanOrEqual(0.5 * RATE + 4000);
    const heard = Array.from({ length: COUNT }, (_each, i) => i + 1).filter(
      (id) => startOf(id) * RATE > stats.lostSamples + 0.1 * RATE,
    );
    expect(ids.slice(-heard.length)).toEqual(heard);
    expect(ids.length).toBe(stats.packets);
  });

  it('gives up where they fail again and again', async () => {
    const { error, troubles } = await receive(true, Array(6).fill(DIES), 3);
    expect(error).toMatchObject({ message: 'out of order' });
    expect(troubles).toHaveLength(5);
  });

  it.each([HANGS, SPINS])('gives up a recording, of which nothing may be missing', async (code) => {
    const { error, troubles } = await receive(false, [code]);
    expect(error).toMatchObject({ message: expect.stringContaining('hang') });
    expect(troubles).toEqual([]);
  });
});
