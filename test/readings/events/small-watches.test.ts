import { describe, expect, it } from 'vitest';
import type { MeterEvent, RegisterReading } from '../../../src/readings/entry.js';
import { BudgetWatch } from '../../../src/readings/events/budget-watch.js';
import { CounterWatch } from '../../../src/readings/events/counter-watch.js';
import { parseDailyStretch } from '../../../src/readings/events/event-rule.js';
import { LeakWatch } from '../../../src/readings/events/leak-watch.js';
import { LocalDays } from '../../../src/readings/events/local-time.js';
import { ReceiverWatch } from '../../../src/readings/events/receiver-watch.js';
import { ReverseFlowWatch } from '../../../src/readings/events/reverse-flow-watch.js';
import { HOUR_MS, MINUTE_MS, packetOf, readingOf, START_MS, streetMeter } from './street-fixture.js';

const NEW_YORK = 'America/New_York';

/** What a watcher tells, and the way it tells it. */
function listening() {
  const told: MeterEvent[] = [];
  return { told, tell: (event: MeterEvent) => void told.push(event) };
}

const house = streetMeter(10_000_001, 'electric', 'SCM and IDM', { name: 'House' });
const well = streetMeter(10_000_201, 'water', 'R900');

function reading(given: Partial<RegisterReading>): RegisterReading {
  return { ...readingOf(house, packetOf(house, given.timeMs ?? START_MS, false)), ...given };
}

describe('counters', () => {
  it('of the second and third ID of an endpoint mean something else', () => {
    const { told, tell } = listening();
    const watch = new CounterWatch(tell);
    for (const tamperEnc of [0, 1, 1]) {
      for (const id of [house.id, house.id + 1, house.id + 2]) {
        const packet = {
          ...packetOf(house, START_MS, false),
          id,
          type: 8,
          fields: { tamperPhy: 0, tamperEnc },
        };
        watch.heard({ meter: house.label, endpoint: house.label.key, packet });
      }
    }
    expect(told.map(({ type }) => type)).toEqual(['tamper.removal', 'battery', 'fault']);
    expect(told[0].message).toBe(
      'House counted that it was moved while it lost power: its counter went from 0 to 1.',
    );
    expect(told[0].id).toBe('tamper.removal/ert-10000001/2026-01-01T00:00:00.000Z');
  });
});

it('of an ID that may be another one of the endpoint before say nothing', () => {
  const { told, tell } = listening();
  const watch = new CounterWatch(tell);
  const second = streetMeter(house.id + 1, 'electric', 'SCM');
  for (const tamperEnc of [0, 1, 1]) {
    for (const { label, id } of [house, second]) {
      const packet = {
        ...packetOf(house, START_MS, false),
        id,
        type: 8,
        fields: { tamperPhy: 0, tamperEnc },
      };
      watch.heard({ meter: label, endpoint: label.key, packet });
    }
  }
  expect(told.map(({ meter }) => meter?.name)).toEqual(['House']);
});

describe('leaks', () => {
  const hear = (levels: readonly number[], field = 'leakNow') => {
    const { told, tell } = listening();
    const watch = new LeakWatch(tell);
    levels.forEach((level, i) => {
      const packet = packetOf(well, START_MS + i * HOUR_MS, false);
      watch.heard({
        meter: well.label,
        endpoint: well.label.key,
        packet: { ...packet, fields: { ...packet.fields, [field]: level } },
      });
    });
    return told.map(({ id, timeMs, endMs, severity }) => [
      id.split('/')[0],
      (timeMs - START_MS) / HOUR_MS,
      endMs && (endMs - START_MS) / HOUR_MS,
      severity,
    ]);
  };

  it('count when two packets in a row tell them, and are one event while they last', () => {
    expect(hear([0, 1, 0, 1, 1, 2, 2, 0, 0, 1, 1])).toEqual([
      ['leak', 3, null, 'warning'],
      ['leak', 3, null, 'alarm'],
      ['leak', 3, 8, 'info'],
      ['leak', 9, null, 'warning'],
    ]);
  });

  it('are told of a meter that has one when it is first heard', () => {
    expect(hear([2, 2], 'backflow')).toEqual([['backflow', 0, null, 'alarm']]);
  });

  it('are not told by units that cannot', () => {
    expect(hear([3, 3, 3])).toEqual([]);
  });
});

describe('a meter that gives', () => {
  const give = (counts: readonly number[]) => {
    const { told, tell } = listening();
    const watch = new ReverseFlowWatch(tell);
    for (const given of counts) watch.read(reading({ register: 'generation', counts: given }));
    return told.length;
  };

  it('is told of when it begins to, not every day', () => {
    expect(give([0, 0, 5, 9])).toBe(1);
    expect(give([70, 71, 90])).toBe(0);
    expect(give([0, 0, 0])).toBe(0);
  });
});

describe('a budget', () => {
  const use = (totals: readonly (readonly [hour: number, total: string])[]) => {
    const { told, tell } = listening();
    const watch = new BudgetWatch(
      tell,
      ({ name }) => (name === 'House' ? '10.5' : null),
      new LocalDays(NEW_YORK),
    );
    for (const [hour, total] of totals) {
      // From midnight in New York on.
      watch.read(reading({ timeMs: START_MS + (hour + 5) * HOUR_MS, total, unit: 'kWh' }));
    }
    watch.read({ ...reading({ total: '999999', unit: 'kWh' }), meter: well.label });
    return told.map(({ message }) => message);
  };

  it('is told of once a day, when it is passed', () => {
    expect(
      use([
        [-1, '100.1'],
        [1, '105'],
        [12, '110.6'],
        [13, '110.7'],
        [23, '130'],
        [25, '135'],
        [40, '141'],
      ]),
    ).toEqual(['House used 10.6 kWh today, more than 10.5.', 'House used 11 kWh today, more than 10.5.']);
  });

  it('begins with the first reading where none is near midnight', () => {
    expect(
      use([
        [-9, '100'],
        [9, '120'],
        [10, '130'],
      ]),
    ).toEqual([]);
  });
});

describe('days of a time zone', () => {
  const at = (iso: string) => Date.parse(iso);
  const span = (stretch: string, iso: string) => {
    const inside = new LocalDays(NEW_YORK, parseDailyStretch(stretch)!).at(at(iso));
    return (
      inside && [inside.startMs, inside.endMs].map((timeMs) => new Date(timeMs).toISOString().slice(0, 16))
    );
  };

  it.each([
    ['01:00-05:00', '2026-07-01T06:00Z', ['2026-07-01T05:00', '2026-07-01T09:00']],
    ['01:00-05:00', '2026-07-01T04:59Z', null],
    ['22:00-06:00', '2026-07-01T03:00Z', ['2026-07-01T02:00', '2026-07-01T10:00']],
    ['22:00-06:00', '2026-07-01T10:00Z', null],
    // The clock is set an hour forward, and back.
    ['01:00-05:00', '2026-03-08T07:00Z', ['2026-03-08T06:00', '2026-03-08T09:00']],
    ['01:00-05:00', '2026-11-01T07:00Z', ['2026-11-01T05:00', '2026-11-01T10:00']],
  ])('%s at %s', (stretch, iso, expected) => {
    expect(span(stretch, iso)).toEqual(expected);
  });

  it('gives the same in any order', () => {
    const days = new LocalDays(NEW_YORK, { fromMinute: 1320, toMinute: 360 });
    const hours = Array.from({ length: 72 }, (_, i) => START_MS + i * HOUR_MS);
    const forward = hours.map((timeMs) => days.at(timeMs)?.startMs);
    expect(hours.toReversed().map((timeMs) => days.at(timeMs)?.startMs)).toEqual(forward.toReversed());
  });
});

it('tells of a receiver that has no radio for a minute, and when it is back', () => {
  const { told, tell } = listening();
  const watch = new ReceiverWatch(tell);
  const looks: [string | null, number][] = [
    [null, 0],
    ['unplugged', 1],
    ['unplugged', 50],
    [null, 51],
    ['unplugged', 60],
    ['unplugged', 120],
    ['unplugged', 121],
    [null, 200],
    [null, 201],
  ];
  for (const [why, seconds] of looks) watch.look('roof', why, START_MS + seconds * 1000);
  expect(told).toMatchObject([
    {
      type: 'receiver.lost',
      timeMs: START_MS + MINUTE_MS,
      endMs: null,
      message: 'roof does not receive: unplugged',
    },
    { type: 'receiver.lost', timeMs: START_MS + MINUTE_MS, endMs: START_MS + 200_000 },
  ]);
  expect(watch.allLost).toBe(false);
});
