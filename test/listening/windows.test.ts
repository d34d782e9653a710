import { describe, expect, it } from 'vitest';
import { cellAt, cellsOf } from '../../src/listening/cells.js';
import { ALL_CHANNELS_HZ, ERT_CHANNELS_HZ, R900_CHANNELS_HZ } from '../../src/listening/channel-plans.js';
import { CLEAR_CENTERS_HZ, coveringCenters, possibleCenters, reachOf } from '../../src/listening/windows.js';

const RATES_HZ = [1e6, 1.024e6, 2.048e6, 2_359_296, 2.4e6, 2.56e6, 3.2e6, 8e6, 10e6, 12.5e6, 20e6];

const distance = (centerHz: number): number =>
  Math.min(...ALL_CHANNELS_HZ.map((channelHz) => Math.abs(channelHz - centerHz)));

describe('channel plans', () => {
  it('have the channels that were published', () => {
    expect(ERT_CHANNELS_HZ).toHaveLength(50);
    const published = {
      0: 909.586111,
      3: 910.175815,
      4: 911.224178,
      19: 915.024495,
      34: 918.824811,
      49: 921.773333,
    };
    for (const [index, mhz] of Object.entries(published))
      expect(Math.abs(ERT_CHANNELS_HZ[Number(index)] - mhz * 1e6)).toBeLessThan(10);
    expect(R900_CHANNELS_HZ).toHaveLength(50);
    expect(R900_CHANNELS_HZ.at(-1)).toBe(919_051_304);
  });
});

describe('windows', () => {
  it('have no channel of either plan at their DC spike', () => {
    for (const rate of RATES_HZ) {
      for (const centerHz of [...coveringCenters(rate), ...possibleCenters(rate)]) {
        expect(distance(centerHz), `${rate} at ${centerHz}`).toBeGreaterThan(49.9e3);
      }
    }
  });

  it.each(RATES_HZ)('hear every channel clear of the edge of one of them at %d samples a second', (rate) => {
    const centers = coveringCenters(rate);
    for (const channelHz of ALL_CHANNELS_HZ) {
      const inside = centers.some((centerHz) => Math.abs(channelHz - centerHz) <= rate / 2 - 85e3);
      expect(inside, `${channelHz}`).toBe(true);
    }
    // …and leave nothing out between the first and the last.
    for (let i = 1; i < centers.length; i++)
      expect(centers[i] - centers[i - 1]).toBeLessThanOrEqual(2 * reachOf(rate));
  });

  it('are no more than it takes', () => {
    expect(RATES_HZ.map((rate) => coveringCenters(rate).length)).toEqual([16, 17, 7, 6, 6, 6, 5, 2, 2, 1, 1]);
  });

  it('may lie so that any two megahertz of the band are in one of them', () => {
    const centers = possibleCenters(2.4e6);
    for (let lowHz = 909.58e6; lowHz < 919.7e6; lowHz += 50e3) {
      const whole = centers.filter(
        (hz) => hz - reachOf(2.4e6) <= lowHz + 20e3 && hz + reachOf(2.4e6) >= lowHz + 1.98e6,
      );
      expect(whole.length, `${lowHz}`).toBeGreaterThan(0);
    }
    expect(CLEAR_CENTERS_HZ.length).toBeLessThan(100);
  });
});

describe('cells', () => {
  it('are those whose middle a window hears', () => {
    const { first, end } = cellsOf(915.709e6, 2.4e6);
    expect(end - first).toBeCloseTo((2.4e6 - 120e3) / 65_536, -1);
    for (const channelHz of ALL_CHANNELS_HZ) {
      const cell = cellAt(channelHz) ?? -1;
      if (Math.abs(channelHz - 915.709e6) < 1.1e6)
        expect(cell >= first && cell < end, `${channelHz}`).toBe(true);
      if (Math.abs(channelHz - 915.709e6) > 1.2e6)
        expect(cell >= first && cell < end, `${channelHz}`).toBe(false);
    }
  });

  it('are none outside of the band', () => {
    expect([cellAt(905e6), cellAt(925e6), cellAt(Number.NaN)]).toEqual([null, null, null]);
    const outside = cellsOf(868e6, 2.4e6);
    expect(outside.end - outside.first).toBe(0);
  });
});
