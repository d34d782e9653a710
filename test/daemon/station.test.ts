import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/layers.js';
import { Station } from '../../src/daemon/station.js';
import { createLogger } from '../../src/log.js';
import type { SampleBlock } from '../../src/sources/source.js';
import { FakeSource, RATE, TUNING } from '../receiver/fake-source.js';
import { directoryPerTest } from '../sinks/database-fixture.js';

const at = directoryPerTest();

function* silence(): Generator<SampleBlock> {
  const bytes = new Uint8Array(RATE).fill(127);
  for (let i = 0; i < 6; i++) yield { bytes, format: 'cu8', firstSample: (i * RATE) / 2, timeMs: null };
}

/** Threads beside the one that calls, while a recording is received. */
async function threadsOf(bursts: string): Promise<number> {
  const env = { HOME: at('home'), ERTD_RECEIVER_THREADS: '2', ERTD_RECORD_BURSTS: bursts };
  const { config } = loadConfig({ env });
  const logger = createLogger(config.log, { write: () => {} });
  const station = new Station(config, new FakeSource(silence(), TUNING), logger);
  const signal = new AbortController().signal;
  await station.open(signal);
  let most = 0;
  const worked = async (): Promise<void> => {
    const ports = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort');
    most = Math.max(most, ports.length);
  };
  await station.run(signal, { heard: () => {}, worked, droppedLines: () => 0 });
  return most;
}

it('keeps a recording of which bursts are saved on one thread: others would be ahead of what is kept', async () => {
  expect(await threadsOf('')).toBe(2);
  expect(await threadsOf(at('bursts'))).toBe(0);
}, 20_000);
