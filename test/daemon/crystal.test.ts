import { describe, expect, it } from 'vitest';
import { CrystalWatch } from '../../src/daemon/crystal.js';
import { CHANNELS_HZ } from '../../src/synth/channel-plan.js';
import { Random } from '../../src/synth/random.js';

/** Lets meters be heard by a radio whose crystal is off. @param channels that they hop over, Hz */
function watchOf(
  crystalPpm: number,
  setPpm: number,
  meters: number,
  channels = CHANNELS_HZ,
  wanderHz = 500,
  message = { protocol: 'SCM', fields: {} },
) {
  const watch = new CrystalWatch(setPpm);
  const random = new Random(7);
  for (let meter = 0; meter < meters; meter++) {
    const ownPpm = 5 * random.gaussian();
    for (let packet = 0; packet < 12; packet++) {
      const hz =
        channels[random.below(channels.length)]! * (1 + ownPpm * 1e-6) + wanderHz * random.gaussian();
      watch.heard({ ...message, meterId: 10_000_001 + meter }, hz * (1 - (crystalPpm - setPpm) * 1e-6));
    }
  }
  return watch.estimate;
}

describe('CrystalWatch', () => {
  it.each([
    [0, 0],
    [23, 0],
    [-40, 0],
    [23, 20],
  ])('finds a crystal that is %i ppm off where %i are set, with its error', (crystalPpm, setPpm) => {
    const estimate = watchOf(crystalPpm, setPpm, 20);
    expect(estimate?.meters).toBe(20);
    expect(estimate?.errorPpm).toBeLessThan(3);
    expect(Math.abs((estimate?.ppm ?? 99) - crystalPpm)).toBeLessThan(3 * (estimate?.errorPpm ?? 0));
  });

  it('takes no notice of R900, which has other channels, and of repeaters', () => {
    const by = (protocol: string, relayed: boolean) =>
      watchOf(23, 0, 20, CHANNELS_HZ, 500, { protocol, fields: { relayed } });
    expect(by('IDM', false)).not.toBeNull();
    expect(by('R900', false)).toBeNull();
    expect(by('SCM', true)).toBeNull();
  });

  it('says nothing by few meters, by free-running ones, or by such as have other channels', () => {
    expect(watchOf(23, 0, 3)).toBeNull();
    expect(watchOf(23, 0, 20, CHANNELS_HZ, 20_000)).toBeNull();
    const others = Array.from({ length: 50 }, (_, i) => 910e6 + 200e3 * i);
    expect(watchOf(23, 0, 20, others)).toBeNull();
  });

  it('does not count a meter that was heard on one channel only', () => {
    expect(watchOf(23, 0, 20, [CHANNELS_HZ[11]!])).toBeNull();
  });
});
