import { mock } from 'node:test';
import { loadConfig } from '../../src/config/layers.js';
import { observersOf } from '../../src/daemon/observers.js';
import type { Entry } from '../../src/readings/entry.js';
import { Ledger } from '../../src/readings/ledger.js';
import { SqliteSink } from '../../src/sinks/sqlite.js';
import { ownMetersOf } from './account.js';
import type { Scene } from './scene.js';

/** What was kept, and at what cost. */
export interface Kept {
  readonly packets: number;
  /** Bytes that the process handed to the kernel to write. */
  readonly writtenBytes: number;
  /** Processor time, s. */
  readonly seconds: number;
}

/** As often as the daemon commits. */
const TICK_MS = 10_000;

/**
 * Keeps a scene in a database as `ertd run` would, with its settings and all its observers, but faster: the clock that
 * commits are timed by is the scene's.
 * @param bytesWritten by this process so far
 * @param untilMs where to end, ms since 1970
 */
export async function keepInDatabase(
  scene: Scene,
  path: string,
  bytesWritten: () => number,
  untilMs: number = scene.endMs,
): Promise<Kept> {
  const { config } = loadConfig({ env: { HOME: '/nonexistent' } });
  const { startMs } = scene.options;
  let nowMs = startMs;
  mock.timers.enable({ apis: ['setTimeout'] });
  const sink = new SqliteSink({
    ...config.database,
    ...config.usage,
    path,
    command: 'bench',
    onTrouble: (message) => console.error(message),
    onRecovered: () => {},
    now: () => nowMs,
  });
  await sink.start();
  const counters = () => ({ samples: 0, lostSamples: 0 });
  const [centerHz, sampleRateHz] = [912.6e6, 2_359_296];
  sink.beginSession({
    receiver: 'roof',
    source: 'bench',
    centerHz,
    sampleRateHz,
    startedMs: startMs,
    counters,
  });
  const ledger = new Ledger({
    own: ownMetersOf(scene),
    unknown: 'count',
    observers: observersOf(config, sink.path),
  });
  sink.keep(ledger.journal);
  const write = (entries: readonly Entry[]): void => {
    for (const entry of entries) sink.write(entry);
  };
  const [before, began] = [bytesWritten(), process.cpuUsage()];
  let packets = 0;
  for (const packet of scene.packets()) {
    if (packet.timeMs >= untilMs) break;
    while (packet.timeMs - nowMs >= TICK_MS) {
      nowMs += TICK_MS;
      write(ledger.tick(nowMs));
      mock.timers.tick(TICK_MS);
      if (nowMs % 60_000 < TICK_MS) await null;
    }
    write(ledger.take(packet));
    packets += 1;
  }
  await sink.stop();
  mock.timers.reset();
  const { user, system } = process.cpuUsage(began);
  return { packets, writtenBytes: bytesWritten() - before, seconds: (user + system) / 1e6 };
}
