import { describe, expect, it } from 'vitest';
import { CHANNELS_HZ, hopOrder } from '../../src/synth/channel-plan.js';
import { saidIn } from '../../src/synth/message.js';
import { type Meter, type Population, populate } from '../../src/synth/meter.js';
import { Random } from '../../src/synth/random.js';
import type { Sending } from '../../src/synth/sending.js';
import { street } from '../../src/synth/street.js';

const POPULATION: Population = {
  meters: 20,
  firstId: 10_000_001,
  class: 'mix',
  periodSeconds: { least: 1, most: 5 },
  ebN0Db: { least: 8, most: 30 },
  relayedShare: 0.5,
};

function sentBy(meter: Meter, seconds: number): Sending[] {
  return [...street([meter], seconds)];
}

function consumptionIn(sent: readonly Sending[]): number[] {
  return sent.map(({ message }) => Number(saidIn(message).consumption));
}

describe('the channel plan', () => {
  it('has 50 channels from 909.6 to 921.8 MHz, 196.6 kHz apart but for three gaps', () => {
    expect(CHANNELS_HZ).toHaveLength(50);
    expect(CHANNELS_HZ[0]).toBeCloseTo(909_586_111, -2);
    expect(CHANNELS_HZ[11]).toBeCloseTo(912_600_155, -2);
    expect(CHANNELS_HZ[49]).toBeCloseTo(921_773_333, -2);
    const steps = CHANNELS_HZ.slice(1).map((hz, i) => Math.round((hz - CHANNELS_HZ[i]) / 1000));
    expect(steps.filter((khz) => khz === 197)).toHaveLength(46);
    expect(steps.flatMap((khz, i) => (khz === 1048 ? [i] : []))).toEqual([3, 18, 33]);
  });

  it('is gone through in an order that has every channel once', () => {
    const order = hopOrder(new Random(1));
    expect([...order].sort((a, b) => a - b)).toEqual([...CHANNELS_HZ.keys()]);
    expect(order).not.toEqual(hopOrder(new Random(2)));
  });
});

describe('a population', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(populate(POPULATION, 4)).toEqual(populate(POPULATION, 4));
    expect(populate(POPULATION, 4)).not.toEqual(populate(POPULATION, 5));
  });

  it('leaves its meters as they are when others come', () => {
    expect(populate({ ...POPULATION, meters: 30 }, 4).slice(0, 20)).toEqual(populate(POPULATION, 4));
  });

  it('is within what was asked for', () => {
    const meters = populate({ ...POPULATION, meters: 300 }, 1);
    expect(meters.map(({ id }) => id)).toEqual(meters.map((_, i) => 10_000_001 + i));
    for (const { periodSeconds, ebN0Db, tamperPhy, tamperEnc, chipPpm } of meters) {
      expect(periodSeconds).toBeGreaterThanOrEqual(1);
      expect(periodSeconds).toBeLessThanOrEqual(5);
      expect(ebN0Db).toBeGreaterThanOrEqual(8);
      expect(ebN0Db).toBeLessThanOrEqual(30);
      expect([0, 1, 2, 3]).toContain(tamperPhy);
      expect([0, 1, 2, 3]).toContain(tamperEnc);
      expect(Math.abs(chipPpm)).toBeLessThanOrEqual(50);
    }
    const relayed = meters.filter((meter) => meter.relayed);
    expect(relayed.every((meter) => meter.class === 'P')).toBe(true);
    expect(relayed.length / meters.filter((meter) => meter.class === 'P').length).toBeCloseTo(0.5, 0.5);
  });

  it('has meters of all kinds, or of one class', () => {
    const kinds = (kind: Population['class']): string[] =>
      populate({ ...POPULATION, class: kind }, 1).map((meter) => `${meter.class}${meter.type}`);
    expect([...new Set(kinds('mix'))].sort()).toEqual(['F4', 'F7', 'G11', 'G12', 'P13', 'P5', 'P7', 'P8']);
    for (const kind of ['P', 'F', 'G'] as const) {
      expect(kinds(kind).every((name) => name.startsWith(kind))).toBe(true);
    }
  });
});

describe('a street', () => {
  const meters = populate(POPULATION, 7);

  it('sends the same every time, in order of time, and a longer one begins as a shorter one', () => {
    const sent = [...street(meters, 30)];
    expect([...street(meters, 30)]).toEqual(sent);
    expect(sent.map(({ seconds }) => seconds)).toEqual(
      sent.map(({ seconds }) => seconds).sort((a, b) => a - b),
    );
    expect(sent.every(({ seconds }) => seconds >= 0 && seconds < 30)).toBe(true);
    expect([...street(meters, 12.34)]).toEqual(sent.filter(({ seconds }) => seconds < 12.34));
  });

  it('sends once a period, give or take a fifth', () => {
    for (const meter of meters.slice(0, 5)) {
      const sent = sentBy(meter, 300);
      const gaps = sent.slice(1).map(({ seconds }, i) => (seconds - sent[i].seconds) / meter.periodSeconds);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.799);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(1.201);
      expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeCloseTo(1, 1);
      expect(sent[0].seconds).toBeLessThan(meter.periodSeconds);
    }
  });

  it('hops over all channels, the same way again and again', () => {
    const sent = sentBy(meters[0], meters[0].periodSeconds * 200).slice(0, 100);
    const carriers = sent.map(({ carrierHz }) => carrierHz);
    expect(new Set(carriers.slice(0, 50)).size).toBe(50);
    expect(carriers.slice(50)).toEqual(carriers.slice(0, 50));
    for (const hz of carriers) {
      expect(Math.min(...CHANNELS_HZ.map((channel) => Math.abs(channel - hz)))).toBeLessThanOrEqual(20e3);
    }
  });

  it('shows registers that grow', () => {
    for (const meter of meters) {
      const consumption = consumptionIn(sentBy(meter, 60));
      for (let i = 1; i < consumption.length; i++)
        expect(consumption[i]).toBeGreaterThanOrEqual(consumption[i - 1]);
      expect(consumption.at(-1)).toBeGreaterThan(consumption[0]);
    }
  });

  it('begins a register anew when it is full', () => {
    const register = { first: 9_999_990, perSecond: 5, size: 10 ** 7, swings: [] };
    const consumption = consumptionIn(sentBy({ ...meters[0], register, periodSeconds: 1 }, 8));
    expect(Math.max(...consumption)).toBeLessThan(10 ** 7);
    expect(consumption.at(-1)).toBeLessThan(40);
  });

  it('gives every transmission a seed of its own', () => {
    const sent = [...street(meters, 60)];
    expect(new Set(sent.map(({ seed }) => seed)).size).toBe(sent.length);
  });
});
