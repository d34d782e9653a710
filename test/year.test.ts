import { describe, expect, it } from 'vitest';
import { hear, ownMetersOf } from '../bench/year/account.js';
import { Scene, type SceneOptions } from '../bench/year/scene.js';

/** Two weeks of a small street; `npm run bench:year` has a year of a large one. */
const OPTIONS: SceneOptions = {
  seed: 7,
  meters: 13,
  startMs: Date.UTC(2026, 2, 1),
  days: 14,
  loss: 0.7,
  periodMs: 240_000,
  spikes: 1 / 100,
  noisePerDay: 20,
};

/** The resolution of a register at both ends, counts. */
const RESOLUTION = 2;
/** What the exchanged meter may have used between the last packet before and the first one after. */
const EXCHANGE = 20;

describe('a simulated fortnight', { timeout: 60_000 }, () => {
  const scene = new Scene(OPTIONS);
  const account = hear(scene, { own: ownMetersOf(scene), unknown: 'off' });

  it('has spikes, none of which reaches a reading', () => {
    expect(account.packets).toBeGreaterThan(10_000);
    expect(account.spikes).toBeGreaterThan(40);
    expect(account.wrong).toEqual([]);
  });

  it('counts what was used, over an exchange and a rollover, and whichever way', () => {
    expect([...account.last.keys()]).toHaveLength(OPTIONS.meters);
    for (const [name, { timeMs }] of account.last) expect(scene.endMs - timeMs, name).toBeLessThan(7_200_000);
    const { rollover, exchange } = scene.planted;
    for (const [name, counts] of account.off) {
      const most = name.startsWith(`ert-${exchange.id} `) ? EXCHANGE : RESOLUTION;
      expect(Math.abs(counts), name).toBeLessThanOrEqual(most);
    }
    expect(scene.meter(rollover.id).countsAt(scene.endMs)).toBeLessThan(1_000_000);
  });

  it('tells the exchange, once, and nothing that was not', () => {
    const { exchange } = scene.planted;
    expect(account.events.map(({ type, meter }) => [type, meter?.key])).toEqual([
      ['register.began-anew', `ert-${exchange.id}`],
    ]);
  });

  it('comes to the same where the ledger is begun anew from its state at any time', () => {
    const again = new Scene(OPTIONS);
    const restarted = hear(again, { own: ownMetersOf(again), unknown: 'off', restartEvery: 499 });
    expect(restarted.wrong).toEqual([]);
    expect(restarted.last).toEqual(account.last);
    expect(restarted.events).toEqual(account.events);
  });
});

it('finds that three endpoints are one meter by what they tell', { timeout: 60_000 }, () => {
  const scene = new Scene({ ...OPTIONS, days: 3, periodMs: 60_000 });
  const { events, last } = hear(scene, { unknown: 'store' });
  const { id } = scene.planted.net;
  expect(events.filter(({ type }) => type === 'meter.joined')).toMatchObject([
    { meter: { key: `ert-${id}` }, evidence: { [`ert-${id + 1}`]: 'generation', [`ert-${id + 2}`]: 'net' } },
  ]);
  const net = last.get(`ert-${id} net`);
  expect(net?.counts).toBe(scene.meter(id + 2).countsAt(net?.timeMs ?? 0));
});
