import { describe, expect, it } from 'vitest';
import { Latest } from '../../src/http/latest.js';
import type { RegisterReading } from '../../src/readings/entry.js';

const START = 1_700_000_000_000;
const MINUTE = 60_000;

function reading(minutes: number, counts: number, changes: Partial<RegisterReading> = {}): RegisterReading {
  const value = (counts / 100).toFixed(2);
  return {
    ...{ kind: 'reading', meter: { key: 'ert-10000001', name: null, commodity: 'electric' } },
    ...{ register: 'consumption', timeMs: START + minutes * MINUTE, counts, value, unit: 'kWh' },
    ...{ total: value, totalCounts: counts, beginsAnew: false, packet: {} as RegisterReading['packet'] },
    ...changes,
  };
}

function rateAfter(...readings: RegisterReading[]): string | null {
  const latest = new Latest();
  for (const one of readings) latest.note(one);
  return latest.rate('ert-10000001', 'consumption', readings.at(-1)!.timeMs);
}

describe('Latest', () => {
  it('tells what was said last, whatever comes late', () => {
    const latest = new Latest();
    latest.note(reading(5, 120));
    latest.note(reading(4, 119));
    expect(latest.reading('ert-10000001', 'consumption')?.counts).toBe(120);
    expect(latest.reading('ert-10000001', 'net')).toBeNull();
  });

  it('tells what flows from one change to the next', () => {
    expect(rateAfter(reading(0, 100), reading(3, 100), reading(5, 150))).toBe('6');
    expect(rateAfter(reading(0, 100), reading(5, 150), reading(9, 150), reading(10, 160))).toBe('1.2');
  });

  it('says nothing of what flows where it cannot know', () => {
    expect(rateAfter(reading(0, 100))).toBeNull();
    expect(rateAfter(reading(0, 100), reading(5, 90))).toBeNull();
    expect(rateAfter(reading(0, 100), reading(500, 150))).toBeNull();
    expect(rateAfter(reading(0, 100, { total: null }), reading(5, 150, { total: null }))).toBeNull();
  });

  it('does not grow with whatever is on the air', () => {
    const latest = new Latest();
    for (let i = 0; i < 6000; i++) {
      latest.note(reading(i, i, { meter: { key: `ert-${i}`, name: null, commodity: 'gas' } }));
    }
    expect(latest.reading('ert-0', 'consumption')).toBeNull();
    expect(latest.reading('ert-5999', 'consumption')).not.toBeNull();
  });
});
