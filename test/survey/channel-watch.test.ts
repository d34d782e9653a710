import { describe, expect, it } from 'vitest';
import { SPECTRUM_BINS } from '../../src/dsp/spectrum-watch.js';
import { ERT_CHANNELS_HZ } from '../../src/listening/channel-plans.js';
import { ChannelWatch } from '../../src/survey/channel-watch.js';

const RATE_HZ = 2.4e6;
const CENTER_HZ = 916.45e6;

/** A row of noise, and of what is on some carriers. */
function row(carriers: readonly number[] = [], centerHz = CENTER_HZ) {
  const dbfs = new Float32Array(SPECTRUM_BINS).fill(-60);
  for (const hz of carriers)
    dbfs[SPECTRUM_BINS / 2 + Math.round(((hz - centerHz) / RATE_HZ) * SPECTRUM_BINS)] = -40;
  return { dbfs };
}

const inWindow = ERT_CHANNELS_HZ.filter((hz) => Math.abs(hz - CENTER_HZ) < 1.1e6);
const [quiet, busy] = [inWindow[2]!, inWindow[3]!];

describe('the use of channels', () => {
  it('is told of those that were listened to', () => {
    const watch = new ChannelWatch();
    for (let i = 0; i <= 600; i++) watch.saw('roof', row(i % 4 === 0 ? [busy] : []), CENTER_HZ, RATE_HZ);
    for (let i = 0; i < 6; i++) watch.heard(busy + 20e3);
    watch.heard(busy + 98e3);
    const of = (hz: number) => watch.channels.find(({ carrierHz }) => carrierHz === hz)!;
    expect(watch.channels).toHaveLength(50);
    expect(of(busy).seconds).toBeCloseTo(60, 0);
    expect(of(busy).busyShare).toBeCloseTo(0.25, 2);
    expect(of(busy).packetsPerMinute).toBeCloseTo(6, 1);
    expect(of(quiet)).toMatchObject({ busyShare: 0, packetsPerMinute: 0 });
    expect(of(quiet).seconds).toBeCloseTo(60, 0);
    expect(of(ERT_CHANNELS_HZ[0]!).seconds).toBe(0);
    const heard = watch.channels.filter(({ seconds }) => seconds > 0).map(({ carrierHz }) => carrierHz);
    expect(inWindow).toEqual(expect.arrayContaining(heard));
    expect(heard.length).toBeGreaterThanOrEqual(inWindow.length - 1);
  });

  it('does not take what a radio hears of itself for use, nor a row of two windows', () => {
    const watch = new ChannelWatch();
    const onChannel = ERT_CHANNELS_HZ[30]! - 30e3;
    for (let i = 0; i < 100; i++) watch.saw('roof', row([onChannel], onChannel), onChannel, RATE_HZ);
    watch.saw('roof', row([busy]), CENTER_HZ, RATE_HZ);
    watch.saw('roof', row(), CENTER_HZ, RATE_HZ);
    expect(watch.channels.map(({ busyShare }) => busyShare).filter((share) => share > 0)).toEqual([]);
  });

  it('fades: what was long ago counts less than what is now', () => {
    const watch = new ChannelWatch(100);
    const memory = 1000;
    for (let i = 0; i < memory; i++) watch.saw('roof', row([busy]), CENTER_HZ, RATE_HZ);
    for (let i = 0; i < memory; i++) watch.saw('roof', row(), CENTER_HZ, RATE_HZ);
    const { busyShare } = watch.channels.find(({ carrierHz }) => carrierHz === busy)!;
    expect(busyShare).toBeGreaterThan(0.2);
    expect(busyShare).toBeLessThan(0.3);
  });
});
