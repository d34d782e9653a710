import { describe, expect, it } from 'vitest';
import { CELLS, cellAt, cellsOf } from '../../src/listening/cells.js';
import { ERT_CHANNELS_HZ } from '../../src/listening/channel-plans.js';
import { Hops } from '../../src/listening/hops.js';
import { Scheduler } from '../../src/listening/scheduler.js';
import { hopOrder } from '../../src/synth/channel-plan.js';
import { Random } from '../../src/synth/random.js';

const RATE_HZ = 2.4e6;
const WINDOW = cellsOf(916.4e6, RATE_HZ);
const PERIOD_SECONDS = 30;
const HOUR = 3600;

interface Packet {
  readonly cell: number;
  readonly carrierHz: number;
  readonly seconds: number;
}

/** What a meter sends that goes through its order again and again, or that chooses by chance. */
function sent(hours: number, hopping: 'order' | 'chance', seed = 1): Packet[] {
  const random = new Random(seed);
  const order = hopOrder(random);
  const packets: Packet[] = [];
  for (let seconds = 0, i = 0; seconds < hours * HOUR; i++) {
    const channel = hopping === 'order' ? order[i % order.length] : random.below(order.length);
    const carrierHz = ERT_CHANNELS_HZ[channel];
    packets.push({ cell: cellAt(carrierHz)!, carrierHz, seconds });
    seconds += PERIOD_SECONDS * random.uniform(0.8, 1.2);
  }
  return packets;
}

const inWindow = ({ cell }: Packet): boolean => cell >= WINDOW.first && cell < WINDOW.end;

/** What a receiver learns that stays where it is. */
function learnt(packets: readonly Packet[]): Hops {
  const hops = new Hops();
  for (const { cell, seconds } of packets.filter(inWindow)) hops.heard(cell, seconds, WINDOW);
  return hops;
}

/** Share of what is expected soon after each packet that is heard which lies where the next packet really is. */
function foreseen(hops: Hops, packets: readonly Packet[]): number {
  let share = 0;
  let looked = 0;
  for (const [i, packet] of packets.slice(0, -1).entries()) {
    if (!inWindow(packet)) continue;
    hops.heard(packet.cell, packet.seconds, WINDOW);
    const next = packets[i + 1];
    if (!inWindow(next)) continue;
    const expected = new Float64Array(CELLS);
    hops.expect(packet.seconds, packet.seconds + 1.3 * PERIOD_SECONDS, 1, expected);
    share += expected[next.cell] / expected.reduce((sum, one) => sum + one, 0);
    looked += 1;
  }
  return share / looked;
}

describe('Hops', () => {
  it('knows the next channel of a meter that goes through them in order', () => {
    const packets = sent(9, 'order');
    const hops = learnt(packets.filter(({ seconds }) => seconds < 6 * HOUR));
    expect(hops.trust).toBeGreaterThan(0.9);
    expect(
      foreseen(
        hops,
        packets.filter(({ seconds }) => seconds >= 6 * HOUR),
      ),
    ).toBeGreaterThan(0.5);
  });

  it.each([1, 2, 3, 4, 5])('knows that it knows nothing of one that chooses by chance, seed %d', (seed) => {
    expect(learnt(sent(24, 'chance', seed)).trust).toBeLessThan(0.1);
  });

  it.each([
    ['put back', -2 * HOUR],
    ['put forward', 30 * HOUR],
  ])('finds its way again after the clock was %s', (_, bySeconds) => {
    const packets = sent(12, 'order').map((packet) => ({
      ...packet,
      seconds: packet.seconds + (packet.seconds > 6 * HOUR ? bySeconds : 0),
    }));
    const hops = learnt(packets.slice(0, 1200));
    expect(foreseen(hops, packets.slice(1200))).toBeGreaterThan(0.4);
  });
});

describe('Scheduler', () => {
  it('follows a meter that hops in order over all of the band', () => {
    const packets = sent(24, 'order');
    const scheduler = new Scheduler({ sampleRateHz: RATE_HZ, receivers: 1, meters: [10_000_001] });
    let heard = 0;
    let next = 0;
    for (let at = 0; at < 24 * HOUR; ) {
      const { centerHz, seconds } = scheduler.next(0, at);
      const end = at + seconds;
      for (; next < packets.length && packets[next].seconds < end; next++) {
        const { carrierHz, seconds: when } = packets[next];
        if (Math.abs(carrierHz - centerHz) > 1.1e6) continue;
        scheduler.heard(0, 10_000_001, carrierHz, when);
        if (when > 12 * HOUR) heard += 1;
      }
      scheduler.listened(0, seconds);
      at = end;
    }
    expect(scheduler.foreseen).toBe(1);
    const sentLate = packets.filter(({ seconds }) => seconds > 12 * HOUR).length;
    // A window holds 12 of 50 channels.
    expect(heard / sentLate).toBeGreaterThan(1.5 * 0.24);
  });
});
