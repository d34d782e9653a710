import { chmodSync, renameSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Outbox } from '../../src/sinks/outbox.js';
import { directoryPerTest, testSink } from './database-fixture.js';

const pathOf = directoryPerTest();

async function database(): Promise<string> {
  const { sink } = testSink(pathOf('ertd.db'));
  await sink.start();
  await sink.stop();
  return pathOf('ertd.db');
}

const boxAt = (path: string | null, limit = 100, sink = 'mqtt') => {
  const box = new Outbox({ sink, path, limit });
  box.open();
  return box;
};

function fill(box: Outbox, from: number, to: number): void {
  for (let i = from; i < to; i++) box.add({ topic: 't', payload: String(i) });
}

const payloads = (box: Outbox, count = 1000): number[] =>
  box.first(count).map(({ payload }) => Number(payload));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('Outbox', () => {
  it('gives what came first first, wherever it is kept', async () => {
    const box = boxAt(await database());
    fill(box, 0, 5);
    box.spill();
    fill(box, 5, 8);
    expect(payloads(box)).toEqual(range(0, 5));
    // What waits is put on the disk while some of it is under way.
    box.spill();
    fill(box, 8, 10);
    box.delivered(2);
    expect(box.length).toBe(8);
    expect(payloads(box)).toEqual(range(2, 8));
    box.delivered(6);
    expect(payloads(box)).toEqual([8, 9]);
    box.delivered(2);
    expect(payloads(box)).toEqual([]);
  });

  it('has what an earlier run left, each sink its own', async () => {
    const path = await database();
    const [first, other] = [boxAt(path), boxAt(path, 100, 'other')];
    fill(first, 0, 3);
    fill(other, 10, 11);
    first.spill();
    other.spill();
    first.keepStates(new Map([['state', 'x']]));
    const again = new Outbox({ sink: 'mqtt', path, limit: 100 });
    expect([...again.open()]).toEqual([['state', 'x']]);
    expect(payloads(again)).toEqual([0, 1, 2]);
    expect([...new Outbox({ sink: 'mqtt', path, limit: 100 }).open()]).toEqual([]);
  });

  it('loses the oldest beyond its limit, and counts them', async () => {
    for (const path of [null, await database()]) {
      const box = boxAt(path, 10);
      fill(box, 0, 15);
      box.spill();
      fill(box, 15, 18);
      box.spill();
      expect(box.dropped).toBe(8);
      expect(payloads(box)).toEqual(range(8, 18));
    }
  });

  it('keeps in memory what the disk does not take', async () => {
    const path = await database();
    const box = boxAt(path);
    fill(box, 0, 3);
    renameSync(path, pathOf('away.db'));
    box.spill();
    expect(payloads(box)).toEqual([0, 1, 2]);
    box.delivered(0);
    renameSync(pathOf('away.db'), path);
    chmodSync(path, 0o600);
    box.spill();
    expect(payloads(boxAt(path))).toEqual([0, 1, 2]);
  });
});
