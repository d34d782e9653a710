import { expect, it } from 'vitest';
import type { MeterEvent } from '../../src/readings/entry.js';
import type { Memory } from '../../src/readings/observer.js';
import type { TimedReading } from '../../src/readings/reading.js';
import { SiblingObserver } from '../../src/readings/sibling-observer.js';
import { scmReading } from '../sinks/reading-fixture.js';

const START_MS = Date.UTC(2026, 2, 3);
const HOUR_MS = 3_600_000;
const N = 10_000_830;
const METER = { key: `ert-${N}`, name: 'house', commodity: 'electric' } as const;

function packetOf(place: number, hours: number, consumption: number): TimedReading {
  const timeMs = START_MS + hours * HOUR_MS + 30 * place;
  return { ...scmReading({ id: N + place, type: 8, commodity: 'electric', consumption }), timeMs };
}

/** Hours of an endpoint with three IDs, of which the user has the first as a meter. */
function hear(observer: SiblingObserver, fromHours: number, toHours: number): MeterEvent[] {
  const told: MeterEvent[] = [];
  for (let hours = fromHours; hours < toHours; hours += 3) {
    const demand = 31_000 + (hours % 100 < 50 ? 0 : -20_000) + 1000 * Math.floor(hours / 30);
    const packets = [Math.floor(1_400_000 + 130 * hours), demand, 22_826].map((counts, place) =>
      packetOf(place, hours, counts),
    );
    for (const packet of packets) observer.heard(packet);
    const belief = { meter: METER, own: null, endpoint: METER.key, packet: packets[0], readings: [] };
    told.push(...(observer.believed(belief) as MeterEvent[]));
  }
  return told;
}

it('tells once what an endpoint sends on further IDs, also after a new start', () => {
  const observer = new SiblingObserver();
  // A demand that stands still may be energy too, until it falls.
  expect(hear(observer, 0, 48)).toEqual([]);
  const told = hear(observer, 48, 300);
  expect(told).toEqual([
    expect.objectContaining({
      id: 'meter.siblings/ert-10000830/energy-demand-date',
      type: 'meter.siblings',
      meter: METER,
      severity: 'info',
      message:
        'One endpoint sends on 3 IDs: 10000830 energy, 10000831 the greatest demand since the last reset, 10000832 the date of the last reset.',
      evidence: { 10000830: 'energy', 10000831: 'demand', 10000832: 'date', certainty: expect.closeTo(1, 3) },
    }),
  ]);
  const memory: Memory[] = [...observer.changes()];
  expect([...observer.changes()]).toEqual([]);
  const again = new SiblingObserver();
  again.resume(memory);
  expect(hear(again, 300, 330)).toEqual([]);
});

it('says nothing of an endpoint by itself', () => {
  const observer = new SiblingObserver();
  for (let hours = 0; hours < 100; hours++) {
    const packet = packetOf(0, hours, 1000 + hours);
    observer.heard(packet);
    const belief = { meter: METER, own: null, endpoint: METER.key, packet, readings: [] };
    expect(observer.believed(belief)).toEqual([]);
  }
  expect([...observer.changes()]).toEqual([]);
});
