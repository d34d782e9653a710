import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/sources/clock.js';

describe('systemClock', () => {
  it('sleeps, and wakes at once when aborted before or meanwhile', async () => {
    await systemClock.sleep(1, new AbortController().signal);
    await systemClock.sleep(1e9, AbortSignal.abort());
    const abort = new AbortController();
    const asleep = systemClock.sleep(1e9, abort.signal);
    abort.abort();
    await asleep;
  });

  it('does not step back', () => {
    const before = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(before);
  });
});
