import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { killWriterOf } from '../../bench/year/kills.js';
import { Random } from '../../src/synth/random.js';
import { directoryPerTest, rowsOf, scalarOf, startedSink } from './database-fixture.js';
import { scmPacket } from './reading-fixture.js';

const at = directoryPerTest();
const BATCH = 250;

/** Writes batches in a process of its own and kills it after some; returns how many it said were stored. */
async function writeAndKill(path: string, batches: number): Promise<number> {
  const script = new URL('./crash-writer.ts', import.meta.url).pathname;
  const writer = spawn(process.execPath, ['--import', 'tsx', script, path, String(BATCH)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(writer, 'exit');
  let said = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    said = Number(line);
    // It goes on writing until the signal arrives, so that falls anywhere in a batch or a commit.
    if (said >= batches) writer.kill('SIGKILL');
  }
  expect(await exit).toEqual([null, 'SIGKILL']);
  return said;
}

it('loses at most the open batch when it is killed, and never corrupts', { timeout: 60_000 }, async () => {
  let packetsBefore = 0;
  for (const batches of [1, 3, 7, 12, 20]) {
    const said = await writeAndKill(at('db'), batches);
    expect(rowsOf(at('db'), 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(rowsOf(at('db'), 'PRAGMA foreign_key_check')).toEqual([]);
    const packets = Number(scalarOf(at('db'), 'SELECT count(*) FROM packets'));
    expect(packets % BATCH).toBe(0);
    // One more batch may be stored than the process still could say.
    expect([said, said + 1]).toContain((packets - packetsBefore) / BATCH);
    expect(scalarOf(at('db'), 'SELECT sum(packets) FROM sessions')).toBe(packets);
    packetsBefore = packets;
  }
  const { sink } = await startedSink(at('db'), { storePackets: true });
  sink.write(scmPacket());
  await sink.stop();
  expect(scalarOf(at('db'), 'SELECT count(*) FROM packets')).toBe(packetsBefore + 1);
});

it('goes on after a kill as if there had been none', { timeout: 60_000 }, async () => {
  const random = new Random(5);
  for (let kill = 0; kill < 4; kill++) expect(await killWriterOf(at('db'), random)).toEqual([]);
});
