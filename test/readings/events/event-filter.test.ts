import { describe, expect, it } from 'vitest';
import type { MeterEvent } from '../../../src/readings/entry.js';
import { EventFilter } from '../../../src/readings/events/event-filter.js';
import { parseEventRule } from '../../../src/readings/events/event-rule.js';
import { eventOf } from '../../../src/readings/events/watcher.js';
import { DAY_MS, HOUR_MS, START_MS } from './street-fixture.js';

const METER = { key: 'ert-10000001', name: 'House', commodity: 'electric' } as const;

function event(given: Partial<MeterEvent> = {}): MeterEvent {
  const { id, ...rest } = eventOf({
    type: 'tamper.tilt',
    meter: METER,
    timeMs: START_MS,
    severity: 'alarm',
    message: 'It was tilted.',
    evidence: {},
    ...given,
  });
  return { id: given.id ?? id, ...rest };
}

const filter = (...rules: string[]) =>
  new EventFilter(
    rules.map((rule) => parseEventRule(rule)!),
    'America/New_York',
  );

describe('the rule of an event', () => {
  it.each([
    ['leak', { types: 'leak', off: false, times: 1, withinMs: 0, quiet: null }],
    ['tamper.* off', { types: 'tamper.*', off: true }],
    [
      'use.night 3 in 4d quiet 22:00-06:30',
      { times: 3, withinMs: 4 * DAY_MS, quiet: { fromMinute: 1320, toMinute: 390 } },
    ],
    ['* quiet 0:00-24:00', { types: '*', quiet: { fromMinute: 0, toMinute: 1440 } }],
  ])('%s', (text, rule) => {
    expect(parseEventRule(text)).toMatchObject(rule);
  });

  it.each([
    '',
    'leak on',
    'leak 0 in 1h',
    'leak 3',
    'leak 3 in',
    'leak 3 in soon',
    'leak quiet',
    'leak quiet 25:00-06:00',
    'leak quiet 06:00-06:00',
    'Leak',
    'tamper*',
  ])('is not %j', (text) => {
    expect(parseEventRule(text)).toBeNull();
  });
});

describe('the filter', () => {
  it('tells an event once, and again when it ends or grows worse', () => {
    const all = filter();
    expect(all.pass(event(), START_MS)).toHaveLength(1);
    expect(all.pass(event(), START_MS + 1)).toEqual([]);
    expect(all.pass(event({ severity: 'warning' }), START_MS + 2)).toHaveLength(1);
    expect(all.pass(event({ severity: 'warning', endMs: START_MS + 9 }), START_MS + 9)).toHaveLength(1);
    expect(all.pass(event({ severity: 'warning', endMs: START_MS + 9 }), START_MS + 10)).toEqual([]);
  });

  it('leaves out what is off; the last rule that fits counts', () => {
    const some = filter('tamper.* off', 'tamper.tilt');
    expect(some.pass(event({ type: 'tamper.magnet' }), START_MS)).toEqual([]);
    expect(some.pass(event(), START_MS)).toHaveLength(1);
    expect(filter('* off').pass(event(), START_MS)).toEqual([]);
  });

  it('tells from so many within a time on, of each meter on its own', () => {
    const third = filter('tamper.tilt 3 in 1h');
    const other = { ...METER, key: 'ert-10000002' } as const;
    const at = (minute: number, meter: MeterEvent['meter'] = METER) => {
      const timeMs = START_MS + minute * 60_000;
      return third.pass(event({ timeMs, meter }), timeMs).length;
    };
    expect([at(0), at(10), at(20, other), at(65), at(66), at(67), at(68), at(69)]).toEqual([
      0, 0, 0, 0, 1, 0, 0, 1,
    ]);
  });

  it('does not count an event twice that is told twice', () => {
    const second = filter('tamper.tilt 2 in 1h');
    expect(second.pass(event(), START_MS)).toEqual([]);
    expect(second.pass(event({ endMs: START_MS + 5 }), START_MS + 5)).toEqual([]);
  });

  it('holds back in quiet hours, and tells what became of it', () => {
    const quiet = filter('tamper.* quiet 22:00-06:00');
    // Midnight UTC is 19:00 in New York.
    const late = START_MS + 4 * HOUR_MS;
    expect(quiet.pass(event(), START_MS)).toHaveLength(1);
    expect(quiet.pass(event({ timeMs: late }), late)).toEqual([]);
    expect(quiet.due(late + 1)).toEqual([]);
    const over = event({ timeMs: late, endMs: late + HOUR_MS });
    expect(quiet.pass(over, late + HOUR_MS)).toEqual([]);
    expect(quiet.due(START_MS + 11 * HOUR_MS - 1)).toEqual([]);
    expect(quiet.due(START_MS + 11 * HOUR_MS)).toEqual([over]);
    expect(quiet.due(START_MS + 12 * HOUR_MS)).toEqual([]);
  });

  it('keeps what it knows over a restart, and no more than that', () => {
    const [before, after] = [filter('leak 2 in 1h', 'tamper.* quiet 19:00-20:00'), filter('leak 2 in 1h')];
    before.pass(event(), START_MS);
    before.pass(event({ type: 'leak' }), START_MS);
    before.pass(event({ type: 'backflow' }), START_MS);
    after.restore(JSON.parse(JSON.stringify(before.state())));
    expect(after.pass(event({ type: 'backflow' }), START_MS)).toEqual([]);
    expect(after.pass(event({ type: 'leak', timeMs: START_MS + 1 }), START_MS + 1)).toHaveLength(1);
    expect(after.due(START_MS)).toEqual([event()]);
    for (let i = 0; i < 2000; i++) after.pass(event({ id: String(i) }), START_MS);
    expect(JSON.stringify(after.state()).length).toBeLessThan(60_000);
  });
});
