import { describe, expect, it } from 'vitest';
import { RecentSamples } from '../../src/dsp/recent-samples.js';
import { Random } from '../../src/synth/random.js';

const SILENCE = 127;
const KEPT = 50;

/** What sample `i` of the stream is made of. */
const bytesOf = (i: number): [number, number] => [i % 251, (7 * i) % 256];

const samplesOf = (recent: RecentSamples, first: number, count: number): number[] =>
  recent.from(first, count).flatMap((part) => [...part]);

describe('RecentSamples', () => {
  it('has the samples that are kept, however they came, and silence before the beginning', () => {
    const random = new Random(1);
    const recent = new RecentSamples(2, KEPT, SILENCE);
    recent.restart(1000);
    for (let next = 1000; next < 3000; ) {
      const count = 1 + random.below(KEPT);
      recent.push(Uint8Array.from(Array.from({ length: count }, (_, i) => bytesOf(next + i)).flat()));
      next += count;
      const first = next - KEPT + random.below(KEPT);
      const expected = Array.from({ length: next - first }, (_, i) =>
        first + i < 1000 ? [SILENCE, SILENCE] : bytesOf(first + i),
      );
      expect(samplesOf(recent, first, next - first)).toEqual(expected.flat());
    }
  });

  it('takes in silence, and begins anew', () => {
    const recent = new RecentSamples(2, KEPT, SILENCE);
    recent.restart(0);
    recent.push(new Uint8Array(2 * KEPT).fill(9));
    recent.pushSilence(3);
    expect(samplesOf(recent, KEPT - 1, 4)).toEqual([9, 9, ...new Array(6).fill(SILENCE)]);
    recent.restart(500);
    expect(samplesOf(recent, 500 - KEPT, KEPT)).toEqual(new Array(2 * KEPT).fill(SILENCE));
  });
});
