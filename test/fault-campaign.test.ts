import { expect, it } from 'vitest';
import { FaultCampaign } from '../bench/fault-campaign.js';
import { directoryPerTest } from './sinks/database-fixture.js';

const at = directoryPerTest();

/** A stall is noticed after 3 s, so one is shorter and one is longer. */
const FAULTS = [
  { kind: 'disconnect', lengthMs: 400 },
  { kind: 'garbage', lengthMs: 500 },
  { kind: 'stall', lengthMs: 3600 },
  { kind: 'slow', lengthMs: 1000 },
  { kind: 'stall', lengthMs: 1000 },
] as const;

it('the daemon recovers from every fault of its radio, and keeps each reading once', {
  timeout: 120_000,
}, async () => {
  const result = await new FaultCampaign(at('faults.db'), 1).run(FAULTS, 1300);
  expect(result.recoverySeconds).toHaveLength(FAULTS.length);
  for (const seconds of result.recoverySeconds) expect(seconds ?? Number.POSITIVE_INFINITY).toBeLessThan(10);
  expect(result).toMatchObject({ oneProcess: true, status: 0, lost: 0, duplicates: 0, strangers: [] });
  expect(result.printed).toBe(result.stored);
  expect(result.sent).toBeGreaterThan(50);
  // A weak one may meet a strong one two channels away, and a busy machine may lose samples.
  expect(result.missing.length).toBeLessThan(0.1 * result.sent);
});
