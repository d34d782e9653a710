import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BurstFolder, type SavedBurst } from '../../src/record/burst-folder.js';
import { directoryPerTest } from '../sinks/database-fixture.js';

const at = directoryPerTest();

const nameOf = (second: number) => `20261120T1503${String(second).padStart(2, '0')}.000Z_packet_SCM_10000001`;

function burst(second: number, bytes = 1000): SavedBurst {
  return { name: nameOf(second), data: new Uint8Array(bytes), meta: '{}' };
}

function folder(limitBytes: number): { readonly bursts: BurstFolder; readonly told: string[] } {
  const told: string[] = [];
  return { bursts: new BurstFolder(at('bursts'), limitBytes, (message) => told.push(message)), told };
}

const seconds = () =>
  readdirSync(at('bursts'))
    .filter((file) => file.endsWith('.sigmf-data'))
    .map((file) => Number(/T1503(\d\d)/.exec(file)?.[1]));

describe('BurstFolder', () => {
  it('keeps no more than its limit, the newest', async () => {
    const { bursts } = folder(3500);
    for (let second = 1; second <= 5; second++) bursts.add(burst(second));
    await bursts.finish();
    expect(seconds()).toEqual([3, 4, 5]);
    expect(readdirSync(at('bursts'))).toHaveLength(6);
  });

  it('counts what an earlier run left, and deletes it first', async () => {
    const before = folder(10_000).bursts;
    for (let second = 1; second <= 3; second++) before.add(burst(second));
    await before.finish();
    const { bursts } = folder(3500);
    bursts.add(burst(10));
    await bursts.finish();
    expect(seconds()).toEqual([2, 3, 10]);
  });

  it('deletes nothing that is not its own', async () => {
    mkdirSync(at('bursts'));
    const others = ['notes.txt', '20261120T150300.000Z_mine.sigmf-data', 'x.sigmf-data'];
    for (const name of others) writeFileSync(at(`bursts/${name}`), Buffer.alloc(5000));
    const { bursts } = folder(2500);
    for (let second = 1; second <= 4; second++) bursts.add(burst(second));
    await bursts.finish();
    expect(others.every((name) => existsSync(at(`bursts/${name}`)))).toBe(true);
    expect(seconds().filter((second) => second > 0)).toEqual([3, 4]);
  });

  it('tells once that it cannot write, and goes on when it can', async () => {
    writeFileSync(at('bursts'), 'no folder');
    const { bursts, told } = folder(2500);
    for (let second = 1; second <= 3; second++) bursts.add(burst(second));
    await bursts.finish();
    expect(told).toEqual([
      expect.stringMatching(/bursts.* cannot be written: .+ Bursts are lost until it can be\.$/),
    ]);
  });

  it('takes no more than some while the disk is busy', async () => {
    const { bursts } = folder(1e6);
    const taken = Array.from({ length: 40 }, (_, i) => bursts.add(burst(i)));
    expect(taken.filter((one) => one)).toHaveLength(16);
    await bursts.finish();
    expect(bursts.add(burst(50))).toBe(true);
    await bursts.finish();
  });
});
