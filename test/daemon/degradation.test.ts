import { describe, expect, it } from 'vitest';
import { DegradationReport, type Load } from '../../src/daemon/degradation.js';

const RATE_HZ = 1_000_000;

function report() {
  const said: string[] = [];
  let nowMs = 0;
  let load: Load = { samples: 0, clippedSamples: 0, busySeconds: 0, droppedSamples: 0, droppedLines: 0 };
  const degradation = new DegradationReport(
    RATE_HZ,
    (message) => said.push(message),
    () => nowMs,
  );
  return {
    said,
    /** Lets seconds pass in which the counters grow, and looks. */
    pass(seconds: number, growth: Partial<Load> = {}): void {
      nowMs += 1000 * seconds;
      const samples = load.samples + RATE_HZ * seconds;
      const { clippedSamples = 0, droppedSamples = 0, droppedLines = 0, busySeconds = 0 } = growth;
      load = {
        samples,
        busySeconds: load.busySeconds + busySeconds,
        clippedSamples: load.clippedSamples + clippedSamples,
        droppedSamples: load.droppedSamples + droppedSamples,
        droppedLines: load.droppedLines + droppedLines,
      };
      degradation.look(load);
    },
  };
}

describe('DegradationReport', () => {
  it('says nothing while nothing is lost', () => {
    const { said, pass } = report();
    for (let i = 0; i < 10; i++) pass(30);
    expect(said).toEqual([]);
  });

  it('says at once that samples are lost, and then once a minute how many', () => {
    const { said, pass } = report();
    pass(1, { droppedSamples: 500_000 });
    for (let i = 0; i < 59; i++) pass(1, { droppedSamples: 100_000 });
    expect(said).toEqual([
      'This machine does not keep up with 1 MS/s, 0.50 s of samples are lost so far: set a lower rate (receiver.sampleRateHz, --rate), let more threads search (receiver.threads, --threads), or take other load off it.',
    ]);
    pass(1, { droppedSamples: 100_000 });
    expect(said.slice(1)).toEqual([expect.stringContaining(' 6.50 s of samples are lost')]);
    pass(600);
    expect(said).toHaveLength(2);
  });

  it('says by how much the machine is too slow, as it has been lately', () => {
    const { said, pass } = report();
    for (let i = 0; i < 60; i++) pass(10, { busySeconds: 5 });
    for (let i = 0; i < 12; i++) pass(10, { busySeconds: 13, droppedSamples: i < 3 ? 0 : 3_000_000 });
    expect(said).toEqual([
      expect.stringMatching(
        /^This machine is 1\.3 × too slow for 1 MS\/s, 3\.00 s of samples are lost so far: set a/,
      ),
      expect.stringContaining('1.3 × too slow for 1 MS/s, 21.00 s'),
    ]);
  });

  it('counts lines that were lost on the way to a slow reader by themselves', () => {
    const { said, pass } = report();
    pass(1, { droppedSamples: 1 });
    pass(1, { droppedLines: 3 });
    expect(said[1]).toBe('Standard output is read too slowly: lines lost so far: 3.');
  });

  it('says once a minute that the radio is overdriven', () => {
    const { said, pass } = report();
    pass(30, { clippedSamples: 600_000 });
    expect(said).toEqual([]);
    pass(30, { clippedSamples: 600_000 });
    pass(30, { clippedSamples: 600_000 });
    expect(said).toEqual([
      'The radio is overdriven, 2 % of its samples clip: set a lower gain (receiver.gainDb, --gain).',
    ]);
  });

  it('lets a near meter clip its own packets', () => {
    const { said, pass } = report();
    for (let i = 0; i < 10; i++) pass(30, { clippedSamples: 200_000 });
    expect(said).toEqual([]);
  });
});
