import { expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/layers.js';
import { Daemon } from '../../src/daemon.js';
import { createLogger } from '../../src/log.js';
import type { SampleSource, Tuning } from '../../src/sources/source.js';
import { Recorder } from '../commands/test-context.js';
import { directoryPerTest } from '../sinks/database-fixture.js';

const pathOf = directoryPerTest();

/** A radio that has gone silent for good, and whose driver does not let go of it. */
const hung: SampleSource = {
  id: 'roof',
  live: true,
  lengthSamples: null,
  droppedSamples: 0,
  health: {
    outages: 1,
    outage: { seconds: 100, why: 'Opening it again.' },
    idleSeconds: 100,
    flowSeconds: 0,
  },
  open: async (wanted: Tuning) => wanted,
  async *blocks() {
    await new Promise(() => {});
  },
  close: () => new Promise(() => {}),
};
vi.mock('../../src/daemon/configured-source.js', () => ({ configuredSource: () => hung }));

it('ends, without a systemd that would end it, where a radio hangs for good', async () => {
  const path = { ERTD_DATABASE_PATH: pathOf('ertd.db') };
  const { config } = loadConfig({ env: { ...path, HOME: pathOf('home') } });
  const logger = createLogger(config.log, { write: () => {} });
  // It is looked at as often as systemd would want to be told.
  const env = { WATCHDOG_USEC: '60000', RUNTIME_DIRECTORY: pathOf('run') };
  const daemon = new Daemon({ config, logger, stdout: new Recorder(), env, hangMs: 100 });
  await expect(daemon.run(new AbortController().signal)).rejects.toMatchObject({
    code: 'SOURCE_STALLED',
    message: expect.stringMatching(/^roof hangs .* start ertd again\. .* Opening it again\.$/),
  });
});
