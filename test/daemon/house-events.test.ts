import { expect, it } from 'vitest';
import { DatabaseWatch, zoneEvents } from '../../src/daemon/house-events.js';

it('tells once that the database cannot be written, and once that it can be again', () => {
  const watch = new DatabaseWatch();
  const told = [
    ...watch.look(null, 0),
    ...watch.look('the disk is full; free some space', 1000),
    ...watch.look('the disk is full; free some space', 20_000),
    ...watch.look('the disk is full; free some space', 31_000),
    ...watch.look('the disk is full; free some space', 60_000),
    ...watch.look(null, 90_000),
    ...watch.look(null, 91_000),
  ];
  const id = 'database.trouble/1000';
  expect(told).toMatchObject([
    { id, type: 'database.trouble', timeMs: 1000, endMs: null, severity: 'alarm' },
    { id, type: 'database.trouble', timeMs: 1000, endMs: 90_000, severity: 'info' },
  ]);
  expect(told[0]?.message).toContain('the disk is full; free some space');
});

it('says nothing of a moment in which another program writes', () => {
  const watch = new DatabaseWatch();
  expect([...watch.look('another program is writing to it', 0), ...watch.look(null, 5000)]).toEqual([]);
});

it('tells that days are of another zone', () => {
  expect(zoneEvents(null, 'UTC', 5)).toEqual([]);
  expect(zoneEvents('UTC', 'UTC', 5)).toEqual([]);
  expect(zoneEvents('America/New_York', 'US/Eastern', 5)).toEqual([]);
  expect(zoneEvents('UTC', 'America/New_York', 5)).toMatchObject([
    { type: 'zone.changed', timeMs: 5, evidence: { from: 'UTC', to: 'America/New_York' } },
  ]);
});
