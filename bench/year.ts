// The simulated year: what of it is believed, compared with the truth. npm run bench:year [-- DAYS], a year by default.
import { table, verdict } from './table.js';
import { hear, ownMetersOf } from './year/account.js';
import { Scene } from './year/scene.js';

const days = Number(process.argv[2] ?? 365);
/** What one register may have gone on by between two packets of it, counts. */
const RESOLUTION = 60;

const scene = new Scene({
  ...{ seed: 1, meters: 50, startMs: Date.UTC(2026, 0, 1), days },
  ...{ loss: 0.7, periodMs: 240_000, spikes: 1e-3, noisePerDay: 5 },
});
const { packets, readings, wrong, spikes, events, last } = hear(scene, {
  own: ownMetersOf(scene),
  unknown: 'count',
});
const off = [...last.values()].filter(
  ({ packet, timeMs, totalCounts }) =>
    Math.abs(totalCounts - scene.meter(packet.id).totalAt(timeMs)) > RESOLUTION,
);
const { exchange } = scene.planted;
const expected = `register.began-anew ert-${exchange.id}`;
const told = events.map(({ type, meter }) => `${type} ${meter?.key ?? ''}`.trim());
console.log(
  table(
    ['what', 'measured', 'target', ''],
    [
      ['spikes, right by their check', String(spikes), '', ''],
      ['readings that are not true', `${wrong.length} of ${readings}`, '0', verdict(wrong.length === 0)],
      ['registers whose total is off', `${off.length} of ${last.size}`, '0', verdict(off.length === 0)],
      ['events', told.join(', '), expected, verdict(told.join() === expected)],
    ],
  ),
);
console.log(`${days} days of 50 meters, ${packets} packets heard`);
