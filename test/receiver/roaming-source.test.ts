import { describe, expect, it } from 'vitest';
import { type ListeningPlan, RoamingSource, type TunableSource } from '../../src/receiver/roaming-source.js';
import type { SampleBlock, Tuning } from '../../src/sources/source.js';
import { Random } from '../../src/synth/random.js';
import { FakeSource, TUNING as FULL } from './fake-source.js';

/** Slow, as nothing is to be received. */
const RATE = 200e3;
const TUNING: Tuning = { ...FULL, sampleRateHz: RATE };
const BLOCK = 3200;

interface RadioOptions {
  /** Blocks from being told something until the samples show it. */
  readonly delayBlocks: number;
  readonly blocks: number;
  readonly gainDb?: Tuning['gainDb'];
  /** Blocks in which somebody sends. */
  readonly loud?: (block: number) => boolean;
}

/** A radio whose samples are noise, as loud as its gain, and which does late what it is told. */
function radio({ delayBlocks, blocks, gainDb = 28, loud = () => false }: RadioOptions) {
  const random = new Random(1);
  const told: { readonly block: number; readonly tuning: Tuning }[] = [];
  let block = 0;
  const tuningAt = (at: number): Tuning =>
    told.filter((each) => each.block + delayBlocks <= at).at(-1)?.tuning ?? { ...TUNING, gainDb };
  function* samples(): Generator<SampleBlock> {
    for (; block < blocks; block++) {
      const now = tuningAt(block).gainDb;
      const rms = 10 * 10 ** (((typeof now === 'number' ? now : 28) - 28) / 20) * (loud(block) ? 1.5 : 1);
      const bytes = Uint8Array.from({ length: 2 * BLOCK }, () => 127.5 + rms * random.gaussian());
      yield { bytes, format: 'cu8', firstSample: block * BLOCK, timeMs: block * 16 };
    }
  }
  const source: TunableSource = Object.assign(new FakeSource(samples(), { ...TUNING, gainDb }), {
    open: async (wanted: Tuning) => {
      told.push({ block: Number.NEGATIVE_INFINITY, tuning: wanted });
      return wanted;
    },
    retune: (wanted: Tuning) => {
      told.push({ block: block + 1, tuning: wanted });
      return wanted;
    },
  });
  return { source, told, centerAt: (firstSample: number) => tuningAt(firstSample / BLOCK).centerHz };
}

/** Turns of half a second between two windows. */
function plan(): ListeningPlan & { readonly heard: number[] } {
  const heard: number[] = [];
  let turn = 0;
  return {
    heard,
    next: () => ({ centerHz: turn++ % 2 === 0 ? 912e6 : 918e6, seconds: 0.5 }),
    listened: (seconds) => heard.push(seconds),
  };
}

async function listen(options: RadioOptions) {
  const { source, told, centerAt } = radio(options);
  const listening = plan();
  const roaming = new RoamingSource(source, listening);
  await roaming.open({ ...TUNING, gainDb: options.gainDb ?? 28 });
  const blocks: Omit<SampleBlock, 'bytes'>[] = [];
  const centers: { readonly firstSample: number; readonly centerHz: number }[] = [];
  let centerHz = 912e6;
  for await (const { bytes: _, ...block } of roaming.blocks(new AbortController().signal)) {
    centerHz = block.moved?.centerHz ?? centerHz;
    blocks.push(block);
    centers.push({ firstSample: block.firstSample, centerHz });
  }
  return { blocks, centers, centerAt, told, roaming, heard: listening.heard };
}

describe('RoamingSource', () => {
  it.each([0, 3, 12])(
    'passes on nothing from before the radio was there, %d blocks late',
    async (delayBlocks) => {
      const { centers, centerAt, roaming } = await listen({ delayBlocks, blocks: 300 });
      expect(centers.length).toBeGreaterThan(150);
      for (const { firstSample, centerHz } of centers)
        expect(centerHz, `${firstSample}`).toBe(centerAt(firstSample));
      expect(new Set(centers.map(({ centerHz }) => centerHz)).size).toBe(2);
      expect(roaming.roaming.moves).toBeGreaterThan(3);
    },
  );

  it('measures how late the radio is, and throws away little more than that', async () => {
    const { roaming } = await listen({ delayBlocks: 5, blocks: 300 });
    // A block is told something for the next one.
    expect(roaming.roaming.delayMs).toBeGreaterThanOrEqual(80);
    expect(roaming.roaming.delayMs).toBeLessThan(100);
    const perMove = roaming.roaming.blankedSamples / (roaming.roaming.moves + 1) / RATE;
    expect(perMove).toBeLessThan(0.25);
  });

  it('throws away enough where the delay cannot be measured', async () => {
    const { centers, centerAt, roaming, told } = await listen({
      delayBlocks: 15,
      blocks: 300,
      gainDb: 'agc',
    });
    expect(roaming.roaming.delayMs).toBeNull();
    for (const { firstSample, centerHz } of centers) expect(centerHz).toBe(centerAt(firstSample));
    expect(told.every(({ tuning }) => tuning.gainDb === 'agc')).toBe(true);
  });

  it('says in the first block of a window where it is, and what was thrown away before it', async () => {
    const { blocks, roaming } = await listen({ delayBlocks: 2, blocks: 300 });
    let next = 0;
    let blanked = 0;
    for (const { firstSample, moved } of blocks) {
      expect(firstSample - next, `${firstSample}`).toBe(moved?.blankedSamples ?? 0);
      blanked += moved?.blankedSamples ?? 0;
      next = firstSample + BLOCK;
    }
    expect(blocks.filter(({ moved }) => moved !== undefined).length).toBeGreaterThan(3);
    expect(roaming.roaming.blankedSamples - blanked).toBeLessThan(0.5 * RATE);
  });

  it('tells the plan how long was really listened', async () => {
    const { heard, blocks } = await listen({ delayBlocks: 2, blocks: 300 });
    // The last turn was cut short.
    for (const seconds of heard.slice(0, -1)) expect(Math.abs(seconds - 0.5)).toBeLessThan(0.07);
    const inTurns = heard.reduce((sum, seconds) => sum + seconds, 0);
    expect(inTurns).toBeLessThanOrEqual((blocks.length * BLOCK) / RATE);
  });

  it('waits a little with a move while somebody sends', async () => {
    // 14 blocks for the delay, 4 and 6 until it counts, then turns of 32 blocks.
    const quiet = await listen({ delayBlocks: 0, blocks: 120, gainDb: 'agc' });
    const [, first] = quiet.told;
    const isLoud = (block: number): boolean => block >= first.block - 1 && block <= first.block + 1;
    const busy = await listen({ delayBlocks: 0, blocks: 120, gainDb: 'agc', loud: isLoud });
    expect(busy.told[1].block - first.block).toBeGreaterThanOrEqual(2);
    const always = await listen({
      delayBlocks: 0,
      blocks: 120,
      gainDb: 'agc',
      loud: (block) => block >= first.block - 8,
    });
    expect(always.told[1].block - first.block).toBeLessThanOrEqual(5);
  });

  it('is not deaf for long where the clock is put back', async () => {
    const { source } = radio({ delayBlocks: 0, blocks: 400, gainDb: 'agc' });
    const given = source.blocks.bind(source);
    async function* putBack(signal: AbortSignal): AsyncGenerator<SampleBlock> {
      for await (const block of given(signal)) {
        const isBack = block.firstSample > 35 * BLOCK;
        yield { ...block, timeMs: (block.timeMs ?? 0) - (isBack ? 3_600_000 : 0) };
      }
    }
    const roaming = new RoamingSource(Object.assign(source, { blocks: putBack }), plan());
    await roaming.open({ ...TUNING, gainDb: 'agc' });
    let last = 0;
    for await (const { firstSample } of roaming.blocks(new AbortController().signal)) last = firstSample;
    expect(last).toBeGreaterThan(300 * BLOCK);
  });

  it('keeps its window where the gain is set, and the gain where it moves', async () => {
    const { source, told } = radio({ delayBlocks: 0, blocks: 200, gainDb: 'agc' });
    const roaming = new RoamingSource(source, plan());
    await roaming.open({ ...TUNING, gainDb: 'agc' });
    for await (const { moved } of roaming.blocks(new AbortController().signal)) {
      if (moved?.centerHz === 918e6) roaming.retune({ ...TUNING, gainDb: 'agc', ppm: 7 });
    }
    const changes = told.filter(({ tuning }) => tuning.ppm === 7);
    expect(changes[0].tuning.centerHz).toBe(918e6);
    expect(changes.some(({ tuning }) => tuning.centerHz === 912e6)).toBe(true);
  });
});
