import { describe, expect, it } from 'vitest';
import { FileSource } from '../../src/sources/file.js';
import { PacedSource } from '../../src/sources/paced.js';
import type { Tuning } from '../../src/sources/source.js';
import { FakeClock } from './fake-clock.js';
import { bytesOf, collect, countingBytes, temporaryDirectory } from './temporary-files.js';

const files = temporaryDirectory();
const wanted: Tuning = { centerHz: 912.6e6, sampleRateHz: 1e6, gainDb: 'auto', ppm: 0 };
const never = new AbortController().signal;

/** 100 ms at 1 MS/s, read in blocks of 50 ms. */
async function pacedSource(clock: FakeClock): Promise<PacedSource> {
  const path = await files.write('x_912.6M_1000k.cu8', countingBytes(2 * 100_000));
  const source = new PacedSource(new FileSource(path, { blockSamples: 50_000, startMs: 7000 }), clock);
  await source.open(wanted);
  return source;
}

describe('PacedSource', () => {
  it('hands out short blocks, each when its last sample is due', async () => {
    const clock = new FakeClock();
    const source = await pacedSource(clock);
    expect([source.id, source.live, source.lengthSamples]).toEqual(['x_912.6M_1000k.cu8', false, 100_000]);
    const blocks = await collect(source.blocks(never));
    await source.close();
    expect(blocks.map(({ firstSample, timeMs, bytes }) => [firstSample, timeMs, bytes.length / 2])).toEqual([
      [0, 7000, 32_000],
      [32_000, 7032, 18_000],
      [50_000, 7050, 32_000],
      [82_000, 7082, 18_000],
    ]);
    expect(Buffer.compare(bytesOf(blocks), countingBytes(2 * 100_000))).toBe(0);
    expect(clock.sleeps.map(Math.round)).toEqual([32, 18, 32, 18]);
  });

  it('does not wait for what is already due', async () => {
    const clock = new FakeClock();
    const source = await pacedSource(clock);
    for await (const { firstSample } of source.blocks(never)) if (firstSample === 0) clock.advance(60);
    await source.close();
    expect(clock.sleeps.map(Math.round)).toEqual([32, 8]);
  });

  it('ends when aborted', async () => {
    const source = await pacedSource(new FakeClock());
    const abort = new AbortController();
    let blocks = 0;
    for await (const _ of source.blocks(abort.signal)) if (++blocks === 2) abort.abort();
    expect(blocks).toBe(2);
    await source.close();
  });
});
