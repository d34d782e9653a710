import { describe, expect, it } from 'vitest';
import type { Activity } from '../../src/dsp/activity.js';
import type { Finding } from '../../src/explain/finding.js';
import { runsOf } from '../../src/explain/runs.js';

const RATE = 1e6;

function pulse(seconds: number, changes: Partial<Activity> = {}): Finding {
  const activity: Activity = {
    class: 'too-short',
    firstSample: seconds * RATE,
    lengthSamples: 100,
    carrierHz: 1e5,
    bandwidthHz: 2e4,
    peakDb: 20,
    pulseSeconds: null,
    ...changes,
  };
  return { kind: 'foreign', activity };
}

function told(findings: readonly Finding[]): [times: number, lastSample: number][] {
  return runsOf(findings, RATE).map(({ times, lastSample }) => [times, lastSample]);
}

describe('runsOf', () => {
  it('takes signals together that follow each other in one place', () => {
    expect(told([pulse(0.1), pulse(0.2), pulse(0.3)])).toEqual([[3, 300_000]]);
  });

  it.each<[string, Finding]>([
    ['of another kind', pulse(0.2, { class: 'ook' })],
    ['in another place', pulse(0.2, { carrierHz: 2e5 })],
    ['much later', pulse(0.5)],
  ])('tells one alone that is %s', (_what, other) => {
    expect(told([pulse(0.1), other])).toEqual([
      [1, 100_000],
      [1, other.kind === 'foreign' ? other.activity.firstSample : 0],
    ]);
  });

  it('keeps two runs apart that go on side by side', () => {
    const a = [0.1, 0.2].map((s) => pulse(s));
    const b = [0.15, 0.25].map((s) => pulse(s, { carrierHz: 3e5 }));
    expect(told([a[0], b[0], a[1], b[1]])).toEqual([
      [2, 200_000],
      [2, 250_000],
    ]);
  });
});
