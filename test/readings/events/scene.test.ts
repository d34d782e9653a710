import { expect, it } from 'vitest';
import { hear, ownMetersOf, plantedEventsOf, toldEventsOf } from '../../../bench/year/account.js';
import { Scene } from '../../../bench/year/scene.js';
import type { MeterEvent } from '../../../src/readings/entry.js';
import { eventWatch } from './street-fixture.js';

const MINUTE_MS = 60_000;

/** Twelve days, through the gate: spikes with right checks and packets of IDs that do not exist among them. */
it('tells what happens in a street once, and nothing of what is false', { timeout: 60_000 }, () => {
  const scene = new Scene({
    ...{ seed: 7, meters: 13, startMs: Date.UTC(2026, 2, 1), days: 12 },
    ...{ loss: 0.7, periodMs: 4 * MINUTE_MS, spikes: 1 / 100, noisePerDay: 20 },
  });
  const { events, spikes } = hear(scene, {
    own: ownMetersOf(scene),
    unknown: 'off',
    observers: [eventWatch()],
  });
  expect(spikes).toBeGreaterThan(30);
  const last = [...new Map(events.map((event) => [event.id, event])).values()];
  const { outage, receiverOff } = scene.planted;
  expect(toldEventsOf({ events })).toEqual(plantedEventsOf(scene));
  const when = (type: string) => last.find((event) => event.type === type) as MeterEvent;
  const near = (oneMs: number | null, otherMs: number): boolean =>
    Math.abs(oneMs! - otherMs) < 10 * MINUTE_MS;
  expect(near(when('outage').timeMs, outage.fromMs)).toBe(true);
  expect(near(when('outage').endMs, outage.untilMs)).toBe(true);
  expect(near(when('receiver.silent').timeMs, receiverOff.fromMs)).toBe(true);
  expect(near(when('receiver.silent').endMs, receiverOff.untilMs)).toBe(true);
});
