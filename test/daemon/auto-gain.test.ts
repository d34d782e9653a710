import { describe, expect, it } from 'vitest';
import { AutoGain, type GainChange, LOOK_S } from '../../src/daemon/auto-gain.js';

/** A radio: what it hears depends on its gain. */
interface Air {
  /** Noise at a gain of 0 dB, dBFS; that of the converter is added. */
  readonly noiseDbfs: number;
  /** Power of its strongest transmitter at a gain of 0 dB, dBFS, and the share of time in which it is on. */
  readonly strongDbfs?: number;
  readonly strongShare?: number;
}

const power = (db: number): number => 10 ** (db / 10);

function heard({ noiseDbfs, strongDbfs = -200, strongShare = 0 }: Air, gainDb: number) {
  return {
    noiseDbfs: 10 * Math.log10(power(noiseDbfs + gainDb) + power(-50)),
    clippedShare: strongDbfs + gainDb > 0 ? strongShare : 0,
  };
}

/** Lets it run. @returns the changes, and when they were */
function run(
  gain: AutoGain,
  air: (second: number) => Air,
  seconds: number,
): (GainChange & { second: number })[] {
  const changes: (GainChange & { second: number })[] = [];
  for (let second = LOOK_S; second <= seconds; second += LOOK_S) {
    const change = gain.look(heard(air(second), gain.gainDb));
    if (change !== null) changes.push({ ...change, second });
  }
  return changes;
}

const DAY_S = 86_400;

describe('AutoGain', () => {
  it('raises the gain until the noise is clear of the converter, and rests', () => {
    const gain = new AutoGain();
    const changes = run(gain, () => ({ noiseDbfs: -84 }), DAY_S);
    expect(changes.map(({ gainDb }) => gainDb)).toEqual([31, 34, 37, 40, 43]);
    expect(changes[0]?.why).toBe('the noise is at -49 dBFS, little above that of the converter');
    expect(changes.at(-1)?.second).toBeLessThanOrEqual(120);
  });

  it('lowers it where noise fills the converter, and rests', () => {
    const gain = new AutoGain(43);
    const changes = run(gain, () => ({ noiseDbfs: -60 }), DAY_S);
    expect(changes.map(({ gainDb }) => gainDb)).toEqual([40, 37, 34, 31, 28]);
    expect(changes[0]?.why).toContain('strong meters need that room');
  });

  it('rests where it begins in the right place', () => {
    expect(run(new AutoGain(), () => ({ noiseDbfs: -64 }), DAY_S)).toEqual([]);
  });

  it('gives way to what clips at once, and does not try again for an hour, then longer', () => {
    const gain = new AutoGain();
    const air = { noiseDbfs: -84, strongDbfs: -34.5, strongShare: 0.004 };
    const changes = run(gain, () => air, 3 * DAY_S);
    expect(changes.slice(0, 5).map(({ gainDb }) => gainDb)).toEqual([31, 34, 37, 34, 37]);
    expect(changes[3]?.why).toBe('0.40 % of the samples clip');
    const clipped = changes.filter(({ why }) => why.includes('clip'));
    const waits = clipped.slice(1).map(({ second }, i) => second - clipped[i]!.second);
    expect(waits[0]).toBeGreaterThanOrEqual(3600);
    expect(waits[1]).toBeGreaterThanOrEqual(7200);
    expect(clipped.length).toBeLessThan(9);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(DAY_S + 60);
  });

  it('goes two steps where much clips, and never below 0 dB', () => {
    const gain = new AutoGain(5);
    const changes = run(gain, () => ({ noiseDbfs: -50, strongDbfs: 10, strongShare: 0.5 }), 600);
    expect(changes.map(({ gainDb }) => gainDb)).toEqual([0]);
    expect(changes[0]?.why).toBe('50 % of the samples clip');
  });

  it('stays at the most there is where no antenna is connected', () => {
    const gain = new AutoGain();
    run(gain, () => ({ noiseDbfs: -120 }), DAY_S);
    expect(gain.gainDb).toBe(49.6);
  });

  it('leaves noise alone that comes and goes', () => {
    const gain = new AutoGain();
    expect(run(gain, (second) => ({ noiseDbfs: second % 20 === 0 ? -50 : -64 }), 3600)).toEqual([]);
  });

  it('follows a change of the air within a minute or two', () => {
    const gain = new AutoGain();
    const changes = run(gain, (second) => ({ noiseDbfs: second < 600 ? -64 : -52 }), 1200);
    expect(changes[0]?.second).toBeGreaterThanOrEqual(600);
    expect(changes.at(-1)?.second).toBeLessThan(720);
  });
});
