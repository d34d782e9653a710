import { describe, expect, it } from 'vitest';
import { BlockQueue } from '../../src/sources/block-queue.js';
import type { SampleBlock } from '../../src/sources/source.js';
import { StreamClock } from '../../src/sources/stream-clock.js';
import { FakeClock } from './fake-clock.js';
import { bytesOf, countingBytes } from './temporary-files.js';

const SAMPLES = 10;
const BYTES = 2 * SAMPLES;

function newQueue(capacity: number): BlockQueue {
  const clock = new StreamClock(new FakeClock(), 1e6);
  return new BlockQueue({ format: 'cu8', blockSamples: SAMPLES, capacity, clock });
}

async function takeCopies(queue: BlockQueue, count: number): Promise<SampleBlock[]> {
  const blocks: SampleBlock[] = [];
  while (blocks.length < count) {
    const block = await queue.take();
    if (block === null) break;
    blocks.push({ ...block, bytes: Uint8Array.from(block.bytes) });
  }
  return blocks;
}

describe('BlockQueue', () => {
  it('joins pieces of any length, odd ones too, into blocks of whole samples', async () => {
    const queue = newQueue(10);
    const bytes = countingBytes(3 * BYTES);
    for (let i = 0, step = 1; i < bytes.length; i += step, step += 2)
      queue.write(bytes.subarray(i, i + step));
    const blocks = await takeCopies(queue, 3);
    expect(blocks.map(({ firstSample, bytes }) => [firstSample, bytes.length])).toEqual([
      [0, BYTES],
      [10, BYTES],
      [20, BYTES],
    ]);
    expect(bytesOf(blocks)).toEqual(bytes);
  });

  it('lets a consumer wait for the next block', async () => {
    const queue = newQueue(2);
    const waiting = queue.take();
    queue.write(countingBytes(BYTES));
    expect((await waiting)?.firstSample).toBe(0);
  });

  it('cuts the open block short at an interruption, without half a sample', async () => {
    const queue = newQueue(2);
    queue.write(countingBytes(7));
    queue.interrupt();
    queue.write(countingBytes(BYTES));
    const [short, whole] = await takeCopies(queue, 2);
    expect(short?.bytes).toEqual(countingBytes(6));
    expect(whole?.bytes).toEqual(countingBytes(BYTES));
  });

  it('drops, when full, until half is fetched, and counts on', async () => {
    const queue = newQueue(4);
    queue.write(countingBytes(6 * BYTES)); // 0…3 fit, 4 and 5 do not
    expect(queue.droppedSamples).toBe(20);
    const [, , kept] = await takeCopies(queue, 2).then(async (two) => {
      queue.write(countingBytes(BYTES)); // 6: half of the queue is still full
      return [...two, ...(await takeCopies(queue, 1))];
    });
    expect(kept?.firstSample).toBe(20);
    expect(queue.droppedSamples).toBe(30);
    queue.write(countingBytes(BYTES)); // 7 is taken again
    expect((await takeCopies(queue, 2)).map(({ firstSample }) => firstSample)).toEqual([30, 70]);
    expect(queue.droppedSamples).toBe(30);
  });

  it('uses its buffers again, but none that is waiting or fetched', async () => {
    const queue = newQueue(2);
    const seen = new Set<ArrayBufferLike>();
    for (let i = 0; i < 50; i++) {
      queue.write(new Uint8Array(BYTES).fill(i));
      const block = await queue.take();
      queue.write(new Uint8Array(BYTES - 1).fill(255));
      expect(block?.bytes).toEqual(new Uint8Array(BYTES).fill(i));
      if (block !== null) seen.add(block.bytes.buffer);
      queue.interrupt();
      await queue.take();
    }
    expect(seen.size).toBeLessThanOrEqual(4);
  });

  it('gives nothing more after its end, to one already waiting too', async () => {
    const queue = newQueue(2);
    const waiting = queue.take();
    queue.end();
    expect(await waiting).toBeNull();
    queue.write(countingBytes(BYTES));
    expect(await queue.take()).toBeNull();
  });
});
