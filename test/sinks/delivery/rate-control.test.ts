import { describe, expect, it } from 'vitest';
import { RateControl, type RateRules } from '../../../src/sinks/delivery/rate-control.js';
import { intervalEntry, meterEvent, registerReading, WATER } from '../entry-fixture.js';
import { HEARD_MS } from '../reading-fixture.js';

const RULES: RateRules = { meters: 'named', onlyChanges: true, atMostEveryMs: 0, atLeastEveryMs: 3_600_000 };

/** Which of these pass: seconds and counts. */
function passing(
  rules: Partial<RateRules>,
  readings: readonly (readonly [seconds: number, counts: number])[],
) {
  const rate = new RateControl({ ...RULES, ...rules });
  return readings
    .filter(([seconds, counts]) =>
      rate.passes(registerReading({ timeMs: HEARD_MS + seconds * 1000, counts })),
    )
    .map(([seconds]) => seconds);
}

describe('RateControl', () => {
  const steady = [0, 60, 120, 3599, 3600, 7200].map((seconds) => [seconds, 5] as const);
  const rising = [0, 10, 20, 30, 40, 50, 60].map((seconds) => [seconds, seconds] as const);

  it('passes changes, and what does not change now and then', () => {
    expect(passing({}, rising)).toHaveLength(7);
    expect(passing({}, steady)).toEqual([0, 3600, 7200]);
  });

  it('passes everything where that is asked for', () => {
    expect(passing({ onlyChanges: false }, steady)).toHaveLength(6);
  });

  it('holds back what comes too often, and tells the newest later', () => {
    expect(passing({ atMostEveryMs: 25_000 }, rising)).toEqual([0, 30, 60]);
  });

  it('tells registers and meters apart', () => {
    const rate = new RateControl(RULES);
    expect(rate.passes(registerReading())).toBe(true);
    expect(rate.passes(registerReading({ register: 'generation' }))).toBe(true);
    expect(rate.passes(registerReading({ meter: { ...WATER, key: 'ert-10000043' } }))).toBe(true);
    expect(rate.passes(registerReading())).toBe(false);
  });

  it('passes a new scale and a register that begins anew', () => {
    const rate = new RateControl(RULES);
    rate.passes(registerReading());
    expect(rate.passes(registerReading({ value: '1.2' }))).toBe(true);
    expect(rate.passes(registerReading({ value: '1.2', beginsAnew: true }))).toBe(true);
  });

  it('leaves out those without a name, unless all are wanted', () => {
    const meter = { ...WATER, name: null };
    for (const entry of [registerReading({ meter }), intervalEntry({ meter }), meterEvent({ meter })]) {
      expect(new RateControl(RULES).passes(entry)).toBe(false);
      expect(new RateControl({ ...RULES, meters: 'all' }).passes(entry)).toBe(true);
    }
    expect(new RateControl(RULES).passes(meterEvent({ meter: null }))).toBe(true);
  });

  it('remembers a bounded number of registers', () => {
    const rate = new RateControl(RULES);
    for (let i = 0; i <= 20_000; i++)
      rate.passes(registerReading({ meter: { ...WATER, key: `ert-${10_000_100 + i}` } }));
    expect(rate.passes(registerReading({ meter: { ...WATER, key: 'ert-10000100' } }))).toBe(true);
    expect(rate.passes(registerReading({ meter: { ...WATER, key: 'ert-10020100' } }))).toBe(false);
  });
});
