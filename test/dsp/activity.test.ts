import { describe, expect, it } from 'vitest';
import { scm } from '../../src/decode/protocols/scm.js';
import { type Activity, noActivity } from '../../src/dsp/activity.js';
import { FrontEnd, type FrontEndStats } from '../../src/dsp/front-end.js';
import { FOREIGN_KINDS, type ForeignKind } from '../../src/synth/foreign.js';
import { Random } from '../../src/synth/random.js';
import { RATE, type Sounding, sceneOf } from '../explain/scene.js';

const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);

function watch(bytes: Uint8Array, sampleRateHz = RATE): { foreign: Activity[]; stats: FrontEndStats } {
  const foreign: Activity[] = [];
  const frontEnd = new FrontEnd(sampleRateHz, 'cu8', [scm], 0, {
    foreign: (activity) => foreign.push(activity),
  });
  frontEnd.push(bytes);
  frontEnd.flush(bytes.length / 2);
  return { foreign, stats: frontEnd.stats };
}

const LOOKS: Readonly<Record<ForeignKind, readonly string[]>> = {
  fsk: ['fsk-like'],
  chirp: ['chirp'],
  // Pulses that follow each other closely are keying.
  ook: ['ook'],
  manchester: ['manchester'],
  pulses: ['too-short', 'ook'],
  carrier: ['carrier'],
};

/** One of each kind, one after the other, 20 ms each. */
function kindsOf(seed: number): Sounding[] {
  const random = new Random(seed);
  return FOREIGN_KINDS.map((what, i) => {
    const carrierHz = random.uniform(-0.35, 0.35) * RATE;
    return { what, seconds: 0.02 + 0.03 * i, length: 0.02, carrierHz, snrDb: 25, seed };
  });
}

describe('foreign signals', () => {
  const heard = SEEDS.map((seed) => {
    const soundings = kindsOf(seed);
    return { soundings, ...watch(sceneOf(0.22, soundings, seed)) };
  });

  it.each(FOREIGN_KINDS)('%s is told in its place, and for what it is, in 9 of 10', (kind) => {
    const right = heard.filter(({ soundings, foreign }) => {
      const { seconds, carrierHz } = soundings.find(({ what }) => what === kind)!;
      const longest = foreign
        .filter(
          ({ firstSample: first }) => first > (seconds - 1e-3) * RATE && first < (seconds + 0.021) * RATE,
        )
        .toSorted((a, b) => b.lengthSamples - a.lengthSamples)[0];
      return (
        longest !== undefined &&
        LOOKS[kind].includes(longest.class) &&
        Math.abs(longest.carrierHz - carrierHz) < 300e3 &&
        Math.abs(longest.peakDb - 25) < 4
      );
    });
    expect(right.length).toBeGreaterThanOrEqual(9);
  });

  it('are counted by what they look like', () => {
    for (const { foreign, stats } of heard) {
      const counts = noActivity();
      for (const { class: looks } of foreign) counts[looks]++;
      expect(stats.foreign).toEqual(counts);
    }
  });

  it('are told with their length', () => {
    const carriers = heard.flatMap(({ foreign }) =>
      foreign.filter(({ class: looks }) => looks === 'carrier'),
    );
    for (const { lengthSamples } of carriers)
      expect(Math.abs(lengthSamples / RATE - 0.02)).toBeLessThan(2e-4);
  });
});

describe('what is on the air', () => {
  it('is nothing where there is noise only', () => {
    expect(watch(sceneOf(0.5, [])).foreign).toEqual([]);
  });

  it('is nothing foreign where there are packets only', () => {
    const packets = (['P', 'F', 'G'] as const).flatMap((what, kind) =>
      [10, 20, 30].map((snrDb, i) => {
        const n = 3 * kind + i;
        return { what, seconds: 0.01 + 0.02 * n, carrierHz: -800e3 + 190e3 * n, snrDb, seed: n } as const;
      }),
    );
    expect(watch(sceneOf(0.2, packets)).foreign).toEqual([]);
  });

  it('is nothing foreign where packets clip, but at most their splatter', () => {
    const packets = (['P', 'F', 'G'] as const).map((what, i) => {
      return { what, seconds: 0.01 + 0.02 * i, carrierHz: -700e3 + 600e3 * i, snrDb: 44 } as const;
    });
    const { foreign, stats } = watch(sceneOf(0.08, packets));
    expect(stats.clippedSamples).toBeGreaterThan(5000);
    expect(foreign.filter(({ class: looks }) => looks !== 'splatter')).toEqual([]);
  });

  it('is wideband where impulses strike', () => {
    const bytes = sceneOf(0.1, []);
    const random = new Random(1);
    for (const ms of [20, 21, 22, 60]) {
      const at = 2 * Math.round((ms * RATE) / 1000);
      for (let i = at; i < at + 40; i++) bytes[i] = 255 * random.below(2);
    }
    const { foreign } = watch(bytes);
    expect(foreign.map(({ class: looks }) => looks)).toEqual(['wideband', 'wideband']);
    expect(foreign[0].lengthSamples / RATE).toBeCloseTo(0.002, 4);
  });

  it('tells the shortest pulse of keying', () => {
    const bytes = sceneOf(0.1, []);
    // 0.2 ms on, 0.3 ms off, at a quarter of the rate from the centre.
    for (let i = Math.round(0.02 * RATE); i < 0.08 * RATE; i++) {
      if ((i / RATE) % 5e-4 > 2e-4) continue;
      bytes[2 * i] += [40, 0, -40, 0][i % 4];
      bytes[2 * i + 1] += [0, 40, 0, -40][i % 4];
    }
    const [one] = watch(bytes).foreign;
    expect(one).toMatchObject({ class: 'ook' });
    expect(one.carrierHz).toBeCloseTo(RATE / 4, -5);
    expect(one.pulseSeconds! * 1e6).toBeGreaterThan(170);
    expect(one.pulseSeconds! * 1e6).toBeLessThan(230);
  });

  it('tells a carrier that is always there about once a second', () => {
    const slow = 1e6;
    const random = new Random(1);
    const bytes = Uint8Array.from({ length: 2 * 2.2 * slow }, (_, i) => {
      const phase = (-2 * Math.PI * 100e3 * (i >> 1)) / slow;
      return 128 + 7 * random.gaussian() + 8 * (i % 2 === 0 ? Math.cos(phase) : Math.sin(phase));
    });
    const { foreign } = watch(bytes, slow);
    expect(new Set(foreign.map(({ class: looks }) => looks))).toEqual(new Set(['carrier']));
    expect(foreign.length).toBeGreaterThanOrEqual(2);
    expect(foreign.length).toBeLessThanOrEqual(4);
    for (const { carrierHz } of foreign) expect(Math.abs(carrierHz + 100e3)).toBeLessThan(20e3);
  });
});
