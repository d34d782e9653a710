// The simulated year: what of it is believed, compared with the truth. npm run bench:year [-- DAYS], a year by default.
import { EventWatch } from '../src/readings/events/event-watch.js';
import { table, verdict } from './table.js';
import { hear, ownMetersOf, plantedEventsOf, toldEventsOf, wrongTotalsOf } from './year/account.js';
import { Scene } from './year/scene.js';

const days = Number(process.argv[2] ?? 365);
const scene = new Scene({
  ...{ seed: 1, meters: 50, startMs: Date.UTC(2026, 0, 1), days },
  ...{ loss: 0.7, periodMs: 240_000, spikes: 1e-3, noisePerDay: 5 },
});
const account = hear(scene, {
  own: ownMetersOf(scene),
  unknown: 'count',
  observers: [
    new EventWatch({
      ...{ rules: [], night: { fromMinute: 60, toMinute: 300 }, nightCommodities: ['water'] },
      ...{ budgetOf: () => null, zone: 'UTC' },
    }),
  ],
});
const { packets, readings, wrong, spikes, off } = account;
const wrongTotals = wrongTotalsOf(scene, account);
const [expected, told] = [plantedEventsOf(scene), toldEventsOf(account)];
console.log(
  table(
    ['what', 'measured', 'target', ''],
    [
      ['spikes, right by their check', String(spikes), '', ''],
      ['readings that are not true', `${wrong.length} of ${readings}`, '0', verdict(wrong.length === 0)],
      [
        'registers whose total is off',
        `${wrongTotals.length} of ${off.size}`,
        '0',
        verdict(wrongTotals.length === 0),
      ],
      ['events', told.join(', '), expected.join(', '), verdict(told.join() === expected.join())],
    ],
  ),
);
console.log(`${days} days of 50 meters, ${packets} packets heard`);
