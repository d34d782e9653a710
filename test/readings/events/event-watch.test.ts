import { expect, it } from 'vitest';
import type { MeterEvent } from '../../../src/readings/entry.js';
import {
  DAY_MS,
  eventWatch,
  type Happening,
  HOUR_MS,
  liveThrough,
  MINUTE_MS,
  START_MS,
  type StreetMeter,
  street,
} from './street-fixture.js';

const onDay = (day: number, hour = 12): number => START_MS + day * DAY_MS + hour * HOUR_MS;

/** Each event once, as it was told last: on which day it began, of whom, whether it is over. */
function once(told: readonly MeterEvent[]): string[] {
  const last = [...new Map(told.map((event) => [event.id, event])).values()];
  const lines = last
    .toSorted((a, b) => a.timeMs - b.timeMs)
    .map(({ type, meter, timeMs, endMs }) => {
      const day = Math.floor((timeMs - START_MS) / DAY_MS);
      return `day ${day}: ${type}${meter === null ? '' : ` of ${meter.name}`}${endMs === null ? '' : ', over'}`;
    });
  return lines;
}

/** These have no power for some hours; those with intervals count it, and their clock begins anew. */
function outage(meters: readonly StreetMeter[], atMs: number, hours: number): Happening[] {
  const off = (): void => {
    for (const meter of meters) meter.on = false;
  };
  const back = (): void => {
    for (const meter of meters) {
      meter.on = true;
      meter.counters[3] += 1;
      meter.phaseMs += 83_000;
    }
  };
  return [
    { atMs, does: off },
    { atMs: atMs + hours * HOUR_MS, does: back },
  ];
}

const during =
  (fromMs: number, hours: number) =>
  (timeMs: number): boolean =>
    timeMs >= fromMs && timeMs < fromMs + hours * HOUR_MS;

it('tells nothing in a year in which nothing happens, though 70 % is lost', () => {
  const told = liveThrough(street(), eventWatch(), { days: 365, everyMs: 2 * HOUR_MS });
  expect(once(told)).toEqual([]);
}, 30_000);

it('tells of everything that happens, and once', () => {
  const meters = street();
  const electric = meters.slice(0, 30);
  const [tap, backwards] = [meters[40], meters[41]];
  const happenings: Happening[] = [
    { atMs: onDay(3), does: () => meters[1].counters[1]++ },
    { atMs: onDay(4), does: () => meters[2].counters[0]++ },
    { atMs: onDay(5), does: () => meters[30].counters[0]++ },
    { atMs: onDay(6), does: () => meters[31].counters[1]++ },
    { atMs: onDay(7), does: () => meters[4].counters[2]++ },
    ...outage(electric, onDay(8), 2),
    ...outage([meters[3]], onDay(10), 0.5),
    { atMs: onDay(12), does: () => Object.assign(meters[15], { on: false }) },
    ...outage(electric.toSpliced(15, 1), onDay(20, 13), 1),
    {
      atMs: onDay(22),
      does: () => Object.assign(tap, { flags: { leakNow: 1, backflow: 0 }, perHour: () => 30 }),
    },
    { atMs: onDay(25), does: () => Object.assign(tap, { flags: { leakNow: 2, backflow: 0 } }) },
    {
      atMs: onDay(30),
      does: () => Object.assign(tap, { flags: { leakNow: 0, backflow: 0 }, perHour: backwards.perHour }),
    },
    { atMs: onDay(32), does: () => Object.assign(backwards, { flags: { leakNow: 0, backflow: 1 } }) },
  ];
  // ertd is off in an outage too, and does not see it.
  const [off, offInOutage, deaf] = [during(onDay(14), 3), during(onDay(20), 3), during(onDay(16), 3)];
  const ticks = (timeMs: number): boolean => !off(timeMs) && !offInOutage(timeMs);
  const told = liveThrough(meters, eventWatch(), {
    days: 40,
    everyMs: 7 * MINUTE_MS,
    happenings,
    hears: (timeMs) => ticks(timeMs) && !deaf(timeMs),
    ticks,
  });
  expect(once(told)).toEqual([
    'day 3: tamper.removal of E1',
    'day 4: tamper.inversion of E2',
    'day 5: tamper.tilt of G0',
    'day 6: tamper.magnet of G1',
    'day 7: reverse-flow of E4',
    'day 8: outage, over',
    'day 10: power-loss of E3, over',
    'day 12: meter.silent of E15',
    'day 14: receiver.silent, over',
    'day 16: receiver.silent, over',
    'day 20: outage, over',
    'day 20: receiver.silent, over',
    'day 22: leak of W0, over',
    'day 23: use.night of W0, over',
    'day 32: backflow of W1',
  ]);
}, 30_000);

it('goes on after a restart as if there had been none', () => {
  const inOne = liveThrough(street(), eventWatch(), { days: 4, everyMs: 10 * MINUTE_MS });
  expect(inOne).toEqual([]);
  const meters = street();
  const before = eventWatch();
  liveThrough(meters, before, { days: 4, everyMs: 10 * MINUTE_MS });
  meters[1].counters[1]++;
  const after = eventWatch();
  const kept = new Map([...before.changes()].map((memory) => [memory.key, memory]));
  after.resume([...kept.values()]);
  const told = liveThrough(meters, after, { days: 1, everyMs: 10 * MINUTE_MS, fromDay: 4 });
  expect(once(told)).toEqual(['day 4: tamper.removal of E1']);
  const again = eventWatch();
  for (const memory of after.changes()) kept.set(memory.key, memory);
  again.resume([...kept.values()]);
  expect([...again.changes()]).toEqual([]);
  expect(liveThrough(meters, again, { days: 1, everyMs: 10 * MINUTE_MS, fromDay: 5 })).toEqual([]);
});
