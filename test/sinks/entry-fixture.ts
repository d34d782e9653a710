import type { IntervalEntry, MeterEvent, MeterLabel, RegisterReading } from '../../src/readings/entry.js';
import { HEARD_MS, scmReading } from './reading-fixture.js';

export const WATER: MeterLabel = { key: 'ert-10000042', name: 'Garden', commodity: 'water' };
export const HOUSE: MeterLabel = { key: 'ert-10000001', name: 'House', commodity: 'electric' };
export const STOVE: MeterLabel = { key: 'ert-10000002', name: 'Stove', commodity: 'gas' };

/** A believed reading; what a test is about is given, the rest is plausible. */
export function registerReading(given: Partial<RegisterReading> = {}): RegisterReading {
  const { meter = WATER, timeMs = HEARD_MS, counts = 123_456 } = given;
  const id = Number(meter.key.replace(/^\D+/, ''));
  const unit = { electric: 'kWh', gas: 'ft³', water: 'gal', unknown: null } as const;
  return {
    kind: 'reading',
    meter,
    register: 'consumption',
    timeMs,
    counts,
    value: (counts / 10).toFixed(1),
    unit: unit[meter.commodity],
    total: (counts / 10 - 12_000).toFixed(1),
    totalCounts: counts - 120_000,
    beginsAnew: false,
    packet: scmReading({ id, commodity: meter.commodity, consumption: counts, timeMs }),
    ...given,
  };
}

export function intervalEntry(given: Partial<IntervalEntry> = {}): IntervalEntry {
  return {
    kind: 'interval',
    meter: WATER,
    register: 'consumption',
    startMs: HEARD_MS - (HEARD_MS % 900_000),
    endMs: HEARD_MS - (HEARD_MS % 900_000) + 900_000,
    counts: 12,
    value: '1.2',
    unit: 'gal',
    quality: 'measured',
    ...given,
  };
}

export function meterEvent(given: Partial<MeterEvent> = {}): MeterEvent {
  return {
    kind: 'event',
    id: 'ert-10000042/leak/1',
    type: 'leak',
    meter: WATER,
    timeMs: HEARD_MS,
    endMs: null,
    severity: 'warning',
    message: 'Water has run without a pause for a day.',
    evidence: { leakNow: 2 },
    ...given,
  };
}
