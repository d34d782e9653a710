import { describe, expect, it } from 'vitest';
import { noActivity } from '../../src/dsp/activity.js';
import { SPECTRUM_BINS } from '../../src/dsp/spectrum-watch.js';
import { ERT_CHANNELS_HZ } from '../../src/listening/channel-plans.js';
import { coveringCenters } from '../../src/listening/windows.js';
import { rasterOf } from '../../src/picture/raster.js';
import { surveyPicture } from '../../src/picture/survey-picture.js';
import { svgOf } from '../../src/picture/svg.js';
import { Survey } from '../../src/survey/survey.js';
import { Sweep } from '../../src/survey/sweep.js';

const RATE_HZ = 2.4e6;
const CENTERS_HZ = coveringCenters(RATE_HZ);

const statsAfter = (seconds: number, carriers = 0) => ({
  stats: { samples: seconds * RATE_HZ, clippedSamples: 0, foreign: { ...noActivity(), carrier: carriers } },
  noiseDbfs: -35,
});

/** A row of noise, and of a carrier at an offset. */
function row(offsetHz: number | null) {
  const dbfs = new Float32Array(SPECTRUM_BINS).fill(-60);
  if (offsetHz !== null) dbfs[SPECTRUM_BINS / 2 + Math.round((offsetHz / RATE_HZ) * SPECTRUM_BINS)] = -40;
  return { firstSample: 0, dbfs };
}

/** A survey of a minute a window, with a packet of each meter every six seconds where it is heard. */
function surveyOf(meters: readonly { readonly id: number; readonly carrierHz: number }[]): Survey {
  const survey = new Survey(RATE_HZ);
  CENTERS_HZ.forEach((centerHz, i) => {
    for (let second = 0; second < 60; second++) {
      // The first row of a window has something of the one before.
      survey.saw(row(second === 0 && i > 0 ? 300e3 : i === 1 ? -500e3 : null));
    }
    for (const { id, carrierHz } of meters) {
      if (Math.abs(carrierHz - centerHz) > 1.1e6) continue;
      for (let n = 0; n < 10; n++)
        survey.heard({ id, protocol: 'SCM', type: 7, carrierHz, snrDb: 10 + n }, centerHz);
    }
    survey.turnEnded(centerHz, 60, statsAfter(60 * (i + 1), 2 * (i + 1)));
  });
  return survey;
}

describe('Survey', () => {
  const first = { id: 10_000_001, carrierHz: ERT_CHANNELS_HZ[30] };
  const near = { id: 10_000_002, carrierHz: ERT_CHANNELS_HZ[36] };
  const far = { id: 10_000_003, carrierHz: ERT_CHANNELS_HZ[0] };

  it('tells what each window and each channel has', () => {
    const { windows, channels, seconds } = surveyOf([first, far]).report([]);
    expect(seconds).toBe(360);
    expect(windows.map(({ centerHz }) => centerHz)).toEqual(CENTERS_HZ);
    expect(windows.every((window) => window.foreign.carrier === 2 && window.noiseDbfs === -35)).toBe(true);
    expect(windows[0]).toMatchObject({ packets: 10, meters: 1, seconds: 60 });
    expect(channels[0].packetsPerMinute).toBeCloseTo(10);
    expect(channels[30].packets).toBe(10);
    expect(channels.filter(({ packets }) => packets > 0)).toHaveLength(2);
  });

  it('finds the window that hears most, also across the border of those it listened to', () => {
    const { best, meters } = surveyOf([first, near, far]).report([]);
    expect(best.meters).toEqual([first.id, near.id]);
    expect(best.packetsPerHour).toBeCloseTo(1200, -1);
    for (const { carrierHz } of [first, near])
      expect(Math.abs(carrierHz - best.centerHz)).toBeLessThan(1.14e6);
    expect(meters.map(({ packetsPerHour }) => Math.round(packetsPerHour))).toEqual([600, 600, 600]);
  });

  it('finds the window for the meters that are named, and names those it does not hear', () => {
    const { best } = surveyOf([first, near, far]).report([far.id, 10_000_009]);
    expect(best.meters).toEqual([far.id]);
    expect(best.missing).toEqual([10_000_009]);
    expect(Math.abs(far.carrierHz - best.centerHz)).toBeLessThan(1.14e6);
  });

  it('tells carriers that stand, where they are, and not what was heard in another window', () => {
    const { carriers } = surveyOf([]).report([]);
    expect(carriers).toHaveLength(1);
    expect(Math.abs(carriers[0].hz - (CENTERS_HZ[1] - 500e3))).toBeLessThan(10e3);
    expect(carriers[0].overNoiseDb).toBeCloseTo(20, 0);
  });

  it('reports nothing where nothing was heard', () => {
    const { best, meters, packets } = new Survey(RATE_HZ).report([]);
    expect([packets, meters, best.meters]).toEqual([0, [], []]);
  });

  it('remembers a bounded number of meters', () => {
    const survey = surveyOf(Array.from({ length: 3000 }, (_, i) => ({ ...first, id: 10_000_000 + i })));
    expect(survey.meters).toBe(2000);
  });

  it('is drawn: each meter, each window, whatever was found', () => {
    for (const survey of [new Survey(RATE_HZ), surveyOf([first, near, far])]) {
      const drawing = surveyPicture(survey.report([]));
      const pixels = rasterOf(drawing);
      expect(pixels.rgb.length).toBe(3 * drawing.width * drawing.height);
    }
    const svg = svgOf(surveyPicture(surveyOf([first, far]).report([])));
    expect(svg).toContain('10000001');
    expect(svg).toContain('20 packets from 2 meters in 360 s');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('Sweep', () => {
  it('goes through the windows evenly until so much has been listened', () => {
    const turns: [number, number, boolean][] = [];
    const sweep = new Sweep([1, 2, 3], 180, (centerHz, seconds, isLast) =>
      turns.push([centerHz, seconds, isLast]),
    );
    for (let i = 0; i < 9; i++) sweep.listened(sweep.next().seconds);
    expect(turns.map(([centerHz]) => centerHz)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
    expect(turns.reduce((sum, [, seconds]) => sum + seconds, 0)).toBeCloseTo(180);
    expect(turns.map(([, , isLast]) => isLast)).toEqual([...new Array(8).fill(false), true]);
  });
});
