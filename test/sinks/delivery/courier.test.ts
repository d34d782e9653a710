import { describe, expect, it, vi } from 'vitest';
import { Courier, type CourierOptions, DeliveryFailure } from '../../../src/sinks/delivery/courier.js';
import { Ears, PATIENCE } from '../sink-fixture.js';

const AWAY = new DeliveryFailure({ reason: 'it is away', advice: 'wait' });
const REFUSED = new DeliveryFailure({ reason: 'it refuses', advice: '' }, false);

function courier(deliver: CourierOptions<number>['deliver'], given: Partial<CourierOptions<number>> = {}) {
  const ears = new Ears();
  const about = { name: 'test', target: 'there', batchSize: 10, batchMs: 0, maxQueued: 100 };
  const made = new Courier<number>({ ...about, deliver, ...ears, ...given });
  made.start();
  return { courier: made, ears };
}

describe('Courier', () => {
  it('delivers in order and in batches, and again what did not arrive', async () => {
    const arrived: number[][] = [];
    let failures = 3;
    const test = courier(async (batch) => {
      if (failures-- > 0) throw AWAY;
      arrived.push([...batch]);
    });
    for (let i = 0; i < 25; i++) test.courier.add(i);
    await vi.waitFor(() => expect(test.courier.status.sent).toBe(25), PATIENCE);
    expect(arrived.flat()).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect(Math.max(...arrived.map(({ length }) => length))).toBe(10);
    expect(test.ears.troubles).toEqual(['Cannot write to there: it is away; wait. Entries that wait: 25.']);
    expect(test.ears.recoveries).toHaveLength(1);
    await test.courier.stop();
  });

  it('gives up what is refused, not what came with it, and goes on', async () => {
    const arrived: number[] = [];
    const test = courier(async (batch) => {
      if (batch.includes(1)) throw REFUSED;
      arrived.push(...batch);
    });
    for (let i = 0; i < 3; i++) test.courier.add(i);
    await vi.waitFor(() => expect(arrived).toEqual([0, 2]), PATIENCE);
    expect(test.courier.status).toMatchObject({ sent: 2, dropped: 1, queued: 0 });
    await test.courier.stop();
  });

  it('loses the oldest beyond its bound, while the server is away too', async () => {
    let away = true;
    const arrived: number[] = [];
    const test = courier(async (batch) => {
      if (away) throw new Error('odd');
      arrived.push(...batch);
    });
    for (let i = 0; i < 150; i++) test.courier.add(i);
    expect(test.courier.status).toMatchObject({ dropped: 50 });
    await vi.waitFor(() => expect(test.ears.troubles).toHaveLength(1), PATIENCE);
    for (let i = 150; i < 160; i++) test.courier.add(i);
    away = false;
    await vi.waitFor(() => expect(arrived.at(-1)).toBe(159), PATIENCE);
    expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
    expect(arrived.length + test.courier.status.dropped).toBe(160);
    await test.courier.stop();
  });

  it('delivers what waits when it is stopped, but does not wait for a server that is away', async () => {
    const arrived: number[] = [];
    const slow = courier(async (batch) => void arrived.push(...batch), { batchMs: 60_000 });
    slow.courier.add(1);
    await slow.courier.stop();
    expect(arrived).toEqual([1]);
    const away = courier(async () => Promise.reject(AWAY), { firstWaitMs: 60_000 });
    away.courier.add(1);
    await vi.waitFor(() => expect(away.ears.troubles).toHaveLength(1), PATIENCE);
    await away.courier.stop();
    expect(away.ears.troubles.at(-1)).toBe('1 entries could not be sent to there.');
  });
});
