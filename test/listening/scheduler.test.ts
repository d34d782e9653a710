import { describe, expect, it } from 'vitest';
import { Scheduler, type Turn } from '../../src/listening/scheduler.js';
import { coveringCenters } from '../../src/listening/windows.js';

const RATE_HZ = 2.4e6;

/** A meter that sends on one carrier, so often. */
interface Beacon {
  readonly id: number;
  readonly carrierHz: number;
  readonly periodSeconds: number;
}

/** Turns of one of several radios, whose packets come as their share of the beacons' periods. */
function listen(
  seconds: number,
  beacons: readonly Beacon[],
  meters: readonly number[] = [],
  receivers = 1,
  sampleRateHz = RATE_HZ,
) {
  const scheduler = new Scheduler({ sampleRateHz, receivers, meters });
  const turns: (Turn & { readonly receiver: number; readonly atSeconds: number })[] = [];
  const owed = new Map<Beacon, number>();
  const ends = new Array<number>(receivers).fill(0);
  for (let at = 0; at < seconds; ) {
    const receiver = ends.indexOf(Math.min(...ends));
    at = ends[receiver];
    const turn = scheduler.next(receiver, at);
    turns.push({ ...turn, receiver, atSeconds: at });
    ends[receiver] = at + turn.seconds;
    for (const beacon of beacons) {
      if (Math.abs(beacon.carrierHz - turn.centerHz) > 1.1e6) continue;
      let due = (owed.get(beacon) ?? 0) + turn.seconds / beacon.periodSeconds;
      for (; due >= 1; due--) scheduler.heard(receiver, beacon.id, beacon.carrierHz, at);
      owed.set(beacon, due);
    }
    scheduler.listened(receiver, turn.seconds);
  }
  return { turns, scheduler };
}

const shareWhere = (turns: readonly Turn[], is: (turn: Turn) => boolean): number => {
  const sum = (some: readonly Turn[]) => some.reduce((total, { seconds }) => total + seconds, 0);
  return sum(turns.filter(is)) / sum(turns);
};

const hears =
  (carrierHz: number) =>
  ({ centerHz }: Turn): boolean =>
    Math.abs(carrierHz - centerHz) < 1.14e6;

describe('Scheduler', () => {
  it('goes through all of the band while it hears nothing', () => {
    const { turns } = listen(600, []);
    for (const centerHz of coveringCenters(RATE_HZ)) {
      const share = shareWhere(turns, (turn) => turn.centerHz === centerHz);
      expect(share).toBeGreaterThan(0.12);
      expect(share).toBeLessThan(0.22);
    }
  });

  it('stays where a meter is, but for a look round now and then', () => {
    const meter = { id: 10_000_001, carrierHz: 918.4e6, periodSeconds: 30 };
    const { turns, scheduler } = listen(4 * 3600, [meter]);
    expect(scheduler.meters).toBe(1);
    const later = turns.filter(({ atSeconds }) => atSeconds > 600);
    expect(shareWhere(later, hears(918.4e6))).toBeGreaterThan(0.95);
    for (const centerHz of coveringCenters(RATE_HZ))
      expect(shareWhere(later, hears(centerHz)), `${centerHz}`).toBeGreaterThan(0.001);
  });

  it('chooses a window that hears two meters over the border of those it began with', () => {
    const meters = [911.5e6, 913.4e6].map((carrierHz, i) => ({
      id: 10_000_001 + i,
      carrierHz,
      periodSeconds: 20,
    }));
    const { turns } = listen(2 * 3600, meters);
    const later = turns.filter(({ atSeconds }) => atSeconds > 600);
    expect(
      shareWhere(later, (turn) => meters.every(({ carrierHz }) => hears(carrierHz)(turn))),
    ).toBeGreaterThan(0.9);
  });

  it('gives each of two meters that are far apart its share, though one sends far more often', () => {
    const often = { id: 10_000_001, carrierHz: 910.5e6, periodSeconds: 2 };
    const seldom = { id: 10_000_002, carrierHz: 920.5e6, periodSeconds: 60 };
    const { turns } = listen(4 * 3600, [often, seldom]);
    expect(shareWhere(turns, hears(often.carrierHz))).toBeGreaterThan(0.25);
    expect(shareWhere(turns, hears(seldom.carrierHz))).toBeGreaterThan(0.25);
  });

  it('cares for the wanted meters only', () => {
    const neighbours = Array.from({ length: 30 }, (_, i) => ({
      ...{ id: 10_000_100 + i, carrierHz: 912e6 + i * 30e3, periodSeconds: 5 },
    }));
    const mine = { id: 10_000_001, carrierHz: 920.5e6, periodSeconds: 60 };
    const { turns } = listen(4 * 3600, [...neighbours, mine], [mine.id]);
    const later = turns.filter(({ atSeconds }) => atSeconds > 900);
    expect(shareWhere(later, hears(mine.carrierHz))).toBeGreaterThan(0.9);
  });

  it('goes where a meter is as soon as it is wanted', () => {
    const scheduler = new Scheduler({ sampleRateHz: RATE_HZ, receivers: 1, meters: [] });
    const [near, mine] = [912e6, 920.5e6];
    let at = 0;
    const turn = (): Turn => {
      const next = scheduler.next(0, at);
      if (hears(near)(next)) for (let id = 1; id <= 30; id++) scheduler.heard(0, 10_000_100 + id, near, at);
      if (hears(mine)(next)) scheduler.heard(0, 10_000_001, mine, at);
      scheduler.listened(0, next.seconds);
      at += next.seconds;
      return next;
    };
    const before = Array.from({ length: 100 }, turn);
    scheduler.listenFor([10_000_001]);
    const after = Array.from({ length: 100 }, turn);
    expect(shareWhere(before.slice(60), hears(mine))).toBeLessThan(0.3);
    expect(shareWhere(after, hears(mine))).toBeGreaterThan(0.9);
    expect(scheduler.meters).toBe(1);
  });

  it('looks for a wanted meter that it has not heard, beside hearing another', () => {
    const mine = { id: 10_000_001, carrierHz: 920.5e6, periodSeconds: 30 };
    const { turns } = listen(4 * 3600, [mine], [mine.id, 10_000_002]);
    const later = turns.filter(({ atSeconds }) => atSeconds > 900);
    const away = shareWhere(later, ({ why }) => why === 'discovery');
    expect(away).toBeGreaterThan(0.2);
    expect(away).toBeLessThan(0.35);
  });

  it('finds a meter that moves', () => {
    const turnSeconds = { discovery: 60, worth: 240, foreseen: 240 };
    const scheduler = new Scheduler({ sampleRateHz: RATE_HZ, receivers: 1, meters: [], turnSeconds });
    const turns: (Turn & { readonly atSeconds: number })[] = [];
    for (let at = 0; at < 96 * 3600; ) {
      const carrierHz = at < 24 * 3600 ? 911e6 : 921e6;
      const turn = scheduler.next(0, at);
      turns.push({ ...turn, atSeconds: at });
      if (hears(carrierHz)(turn)) scheduler.heard(0, 10_000_001, carrierHz, at);
      scheduler.listened(0, turn.seconds);
      at += turn.seconds;
    }
    expect(
      shareWhere(
        turns.filter(({ atSeconds }) => atSeconds > 84 * 3600),
        hears(921e6),
      ),
    ).toBeGreaterThan(0.9);
  });

  it('puts two radios on two parts of the band', () => {
    const meters = [910.5e6, 920.5e6].map((carrierHz, i) => ({
      id: 10_000_001 + i,
      carrierHz,
      periodSeconds: 20,
    }));
    const { turns } = listen(2 * 3600, meters, [], 2);
    for (const { carrierHz } of meters) {
      const share = shareWhere(
        turns.filter(({ atSeconds }) => atSeconds > 600),
        hears(carrierHz),
      );
      expect(share).toBeGreaterThan(0.45);
    }
  });

  it.each([1e6, 2_359_296, 3.2e6, 10e6, 20e6])('divides the band at %d samples a second', (sampleRateHz) => {
    const meter = { id: 10_000_001, carrierHz: 915.7e6, periodSeconds: 30 };
    const { turns } = listen(3600, [meter], [], 3, sampleRateHz);
    const visited = new Set(turns.map(({ centerHz }) => centerHz));
    expect(visited.size).toBeGreaterThanOrEqual(coveringCenters(sampleRateHz).length);
  });

  it('gives the same turns for the same news', () => {
    const meter = { id: 10_000_001, carrierHz: 918.4e6, periodSeconds: 30 };
    expect(listen(3600, [meter]).turns).toEqual(listen(3600, [meter]).turns);
  });

  it('remembers a bounded number of meters, whatever is heard', () => {
    const { scheduler } = listen(100, []);
    scheduler.listenFor([10_000_001]);
    for (let i = 0; i < 2000; i++) scheduler.heard(0, 10_000_000 + i, 915e6, i);
    expect(scheduler.meters).toBe(1);
    scheduler.listenFor([]);
    expect(scheduler.meters).toBe(500);
  });
});
