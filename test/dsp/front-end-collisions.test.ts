import { describe, expect, it } from 'vitest';
import { hear, idsOf } from './hearing.js';
import { type TestPacket, testAir, testFields } from './iq.js';

const RATE = 2_359_296;
const SEEDS = [1, 2, 3, 4, 5, 6];

/** Packets 10_000_001, …2 and so on, which begin together unless they say otherwise. */
function collision(seed: number, packets: readonly Partial<TestPacket>[]): ReturnType<typeof hear> {
  const all = packets.map((overrides, i) => ({
    fields: testFields(10_000_001 + i, (seed + 7 * i) * 1_234_567),
    seconds: 0.009 + 0.0007 * i,
    carrierHz: 0,
    ebN0Db: 15,
    seed: 100 * seed + i,
    ...overrides,
  }));
  return hear(testAir(RATE, 0.022, all, seed), RATE);
}

/** In how many of all trials exactly these came out. */
function trialsWith(ids: readonly number[], trial: (seed: number) => ReturnType<typeof hear>): number {
  return SEEDS.filter((seed) => {
    const heard = idsOf(trial(seed)).sort();
    return heard.length === ids.length && heard.every((id, i) => id === 10_000_000 + ids[i]);
  }).length;
}

describe('FrontEnd, packets at the same time', () => {
  it.each([200e3, 400e3])('hears both of two that are %i Hz apart and as strong', (apart) => {
    for (const kind of ['P', 'G'] as const) {
      const trial = (seed: number) =>
        collision(seed, [
          { carrierHz: -321e3, class: kind },
          { carrierHz: -321e3 + apart, class: kind, seconds: 0.009 },
        ]);
      expect(trialsWith([1, 2], trial)).toBe(SEEDS.length);
    }
  });

  it('hears both of a class P and a class F packet 250 kHz apart', () => {
    const trial = (seed: number) =>
      collision(seed, [{ carrierHz: 111e3, class: 'F', ebN0Db: 17 }, { carrierHz: 361e3 }]);
    expect(trialsWith([1, 2], trial)).toBeGreaterThanOrEqual(SEEDS.length - 1);
  });

  it('hears a weak one beside one 25 dB stronger 400 kHz away, on either side', () => {
    for (const side of [-400e3, 400e3]) {
      const trial = (seed: number) =>
        collision(seed, [
          { carrierHz: 222e3, ebN0Db: 37 },
          { carrierHz: 222e3 + side, ebN0Db: 12 },
        ]);
      expect(trialsWith([1, 2], trial)).toBeGreaterThanOrEqual(SEEDS.length - 1);
    }
  });

  it('hears all of three', () => {
    const trial = (seed: number) =>
      collision(seed, [{ carrierHz: -700e3 }, { carrierHz: -450e3, class: 'G' }, { carrierHz: 500e3 }]);
    expect(trialsWith([1, 2, 3], trial)).toBe(SEEDS.length);
  });

  it('hears the stronger of two on one channel, and makes no third out of both', () => {
    const trial = (seed: number) => collision(seed, [{ ebN0Db: 30, carrierHz: 5e3 }, { ebN0Db: 15 }]);
    expect(trialsWith([1], trial)).toBe(SEEDS.length);
  });
});

describe('FrontEnd, packets in turn', () => {
  it('hears every packet of a channel on which one follows the other', () => {
    const packets = [0, 1, 2, 3].map((i) => ({
      fields: testFields(i + 1, 3_333_333 * i),
      seconds: 0.002 + 0.006 * i,
      carrierHz: 300e3 + 5e3 * i,
      ebN0Db: i % 2 === 0 ? 30 : 20,
    }));
    expect(idsOf(hear(testAir(RATE, 0.03, packets), RATE))).toEqual([1, 2, 3, 4]);
  });

  it.each([6, 6.4, 6.8])('hears a weak packet that begins %f ms after a strong one did', (after) => {
    const heard = SEEDS.map((seed) =>
      collision(seed, [
        { ebN0Db: 40, carrierHz: 300e3, seconds: 0.003 },
        { ebN0Db: 13, carrierHz: 305e3, seconds: 0.003 + after / 1000 },
      ]),
    );
    expect(heard.map(idsOf)).toEqual(SEEDS.map(() => [10_000_001, 10_000_002]));
  });

  it('hears a meter that sends the same packet again on another channel each time', () => {
    const packets = [0, 1, 2].map((i) => ({
      fields: testFields(5),
      seconds: 0.002 + 0.008 * i,
      carrierHz: -600e3 + 400e3 * i,
      ebN0Db: 20,
    }));
    expect(idsOf(hear(testAir(RATE, 0.03, packets), RATE))).toEqual([5, 5, 5]);
  });
});

describe('FrontEnd, inside strong packets', () => {
  it('demodulates few of the look-alikes that they are full of', () => {
    const packets = Array.from({ length: 12 }, (_, i) => ({
      fields: testFields(i + 1, 1_234_567 * i),
      seconds: 0.003 + 0.0307 * i,
      carrierHz: -1e6 + 170e3 * i,
      ebN0Db: 40,
      class: 'F' as const,
    }));
    const heard = hear(testAir(RATE, 0.4, packets), RATE);
    expect(idsOf(heard)).toHaveLength(12);
    expect(heard.bursts.length).toBeLessThan(24);
  });
});

describe('FrontEnd, packets too strong for the converter', () => {
  it.each(['P', 'F', 'G'] as const)('gives exactly one packet for one of class %s that clips', (kind) => {
    // Full scale is reached at 41 dB.
    for (const ebN0Db of [42, 48, 55]) {
      for (const carrierHz of [-900e3, 150e3]) {
        const heard = collision(3, [{ class: kind, ebN0Db, carrierHz }]);
        expect(idsOf(heard), `${ebN0Db} dB at ${carrierHz} Hz`).toEqual([10_000_001]);
        expect(Math.abs(heard.packets[0].carrierHz - carrierHz)).toBeLessThan(25e3);
        expect(heard.frontEnd.clippedSamples).toBeGreaterThan(100);
      }
    }
  });
});
