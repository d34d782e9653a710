import { describe, expect, it } from 'vitest';
import { StreamClock } from '../../src/sources/stream-clock.js';
import { FakeClock } from './fake-clock.js';

const RATE_HZ = 1_000_000;
const BLOCK = 100_000; // 100 ms

/** A stream whose blocks take `blockMs` of real time each; deliver() lets the next one arrive. */
function stream() {
  const clock = new FakeClock();
  const streamClock = new StreamClock(clock, RATE_HZ);
  const startMs = clock.wallMs();
  const deliver = ({ blockMs = 100, samples = BLOCK } = {}) => {
    clock.advance(blockMs);
    streamClock.arrived();
    return streamClock.stamp(samples);
  };
  return { clock, streamClock, startMs, deliver };
}

describe('StreamClock', () => {
  it('counts samples from 0 and time from when the first was taken', () => {
    const { startMs, deliver } = stream();
    expect(deliver()).toEqual({ firstSample: 0, timeMs: startMs });
    expect(deliver()).toEqual({ firstSample: 100_000, timeMs: startMs + 100 });
    expect(deliver({ samples: 10 })).toEqual({ firstSample: 200_000, timeMs: startMs + 200 });
    expect(deliver().firstSample).toBe(200_010);
  });

  it('is not moved by blocks that are merely late', () => {
    const { startMs, deliver } = stream();
    deliver();
    const late = Array.from({ length: 300 }, (_, i) => deliver({ blockMs: i % 2 === 0 ? 180 : 20 }));
    expect(late.at(-1)).toEqual({ firstSample: 300 * BLOCK, timeMs: startMs + 30_000 });
  });

  it('corrects a late anchor as soon as a block proves it', () => {
    const { startMs, deliver } = stream();
    expect(deliver({ blockMs: 140 }).timeMs).toBe(startMs + 40);
    expect(deliver({ blockMs: 60 }).timeMs).toBe(startMs + 100);
  });

  it('follows a slow crystal by at most 5 ms in 10 s', () => {
    const { clock, startMs, deliver } = stream();
    let last = deliver();
    for (let i = 0; i < 6000; i++) last = deliver({ blockMs: 100.01 }); // 100 ppm
    expect(Math.abs(last.timeMs - (clock.wallMs() - 100))).toBeLessThan(3);
    expect(last.timeMs - startMs).toBeGreaterThan(600_050);
  });

  it('lets a delay that stays move the time by no more either', () => {
    const { startMs, deliver } = stream();
    deliver();
    let last = deliver({ blockMs: 500 });
    for (let i = 2; i <= 250; i++) last = deliver();
    expect(last).toEqual({ firstSample: 250 * BLOCK, timeMs: startMs + 25_000 + 10 });
  });

  it('follows a fast crystal', () => {
    const { clock, deliver } = stream();
    let last = deliver();
    for (let i = 0; i < 6000; i++) last = deliver({ blockMs: 99.99 });
    expect(Math.abs(last.timeMs - (clock.wallMs() - 100))).toBeLessThan(3);
  });

  it.each([3_600_000, -3_600_000])('follows a computer clock that is set by %d ms', (ms) => {
    const { clock, deliver } = stream();
    deliver();
    clock.setWallBy(ms);
    let last = deliver();
    for (let i = 0; i < 210; i++) last = deliver();
    expect(last.timeMs).toBeCloseTo(clock.wallMs() - 100, 0);
    expect(last.firstSample).toBe(211 * BLOCK);
  });

  it('counts on over an outage by the time passed', () => {
    const { clock, streamClock, startMs, deliver } = stream();
    deliver();
    streamClock.interrupt();
    clock.advance(5000);
    expect(deliver()).toEqual({ firstSample: 5_100_000, timeMs: startMs + 5100 });
  });

  it('never gives an index twice, though an outage seem shorter than what was received', () => {
    const { streamClock, deliver } = stream();
    deliver();
    deliver({ blockMs: 0 });
    streamClock.interrupt();
    expect(deliver({ blockMs: 0 }).firstSample).toBe(200_000);
  });
});
