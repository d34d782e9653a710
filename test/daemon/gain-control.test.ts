import { expect, it } from 'vitest';
import { GainControl } from '../../src/daemon/gain-control.js';
import type { SampleSource, Tuning } from '../../src/sources/source.js';

const RATE = 1e6;
const TUNING = { centerHz: 912_600_000, sampleRateHz: RATE, gainDb: 28, ppm: 3 };

it('looks every ten seconds of air, sets the radio, and says why', () => {
  const set: Tuning[] = [];
  const said: string[] = [];
  const retune = (tuning: Tuning): Tuning => {
    set.push(tuning);
    return tuning;
  };
  const control = new GainControl({ retune } as unknown as SampleSource, TUNING, ({ message }) =>
    said.push(message),
  );
  const look = (seconds: number, clippedShare: number, noiseDbfs: number | null): void => {
    const samples = seconds * RATE;
    control.look({ samples, clippedSamples: clippedShare * samples }, noiseDbfs);
  };
  look(5, 0.5, null);
  look(9.9, 0.5, -36);
  expect(set).toEqual([]);
  look(10, 0.005, -36);
  look(10.1, 0.9, -36);
  expect(set).toEqual([{ ...TUNING, gainDb: 25 }]);
  expect(said).toEqual(['Gain from 28.0 to 25.0 dB: 0.50 % of the samples clip']);
  expect(control.gainDb).toBe(25);
});
