import { expect, it } from 'vitest';
import { type SurveyedRadio, surveyConfig, surveyText } from '../../src/commands/survey-words.js';
import { coveringCenters } from '../../src/listening/windows.js';
import { Survey } from '../../src/survey/survey.js';

const RATE_HZ = 2.4e6;
const RADIO: SurveyedRadio = {
  source: 'rtlsdr',
  sampleRateHz: RATE_HZ,
  gainDb: 31,
  ppm: 0,
  crystal: { ppm: 12.4, errorPpm: 0.8, meters: 7 },
  roaming: { moves: 5, blankedSamples: 1.2e6, delayMs: 40 },
};

/** A minute a window, with packets of two meters in the last but one. */
function surveyed(): Survey {
  const survey = new Survey(RATE_HZ);
  const centers = coveringCenters(RATE_HZ);
  const where = centers[centers.length - 2];
  for (const centerHz of centers) {
    for (let n = 0; centerHz === where && n < 20; n++) {
      const id = 10_000_001 + (n % 2);
      survey.heard({ id, protocol: 'SCM', type: 7, carrierHz: where + 150e3, snrDb: 12 }, centerHz);
    }
    const stats = { samples: 0, clippedSamples: 0, foreign: {} as never };
    survey.turnEnded(centerHz, 60, { stats, noiseDbfs: -36 });
  }
  return survey;
}

it('tells people what to set', () => {
  const text = surveyText(surveyed().report([]), RADIO);
  expect(text).toContain('Best window for all meters: ');
  expect(text).toContain('about 1200 packets an hour from 2.');
  expect(text).toContain('Listening: fixed, since one window hears them.');
  expect(text).toContain('Gain: 31.0 dB.');
  expect(text).toContain('Crystal: 12.4 ± 0.8 ppm off by the carriers of 7 meters; 0 ppm are set.');
  expect(text).toContain('Moves: 5, after each 100 ms thrown away for 40 ms of delay and settling.');
  expect(text).toMatch(/10000001 +SCM/);
});

it('writes a configuration of it', () => {
  const report = surveyed().report([10_000_002]);
  expect(surveyConfig(report, RADIO)).toBe(
    [
      '# What ertd survey found in 360 s: 20 packets from 2 meters.',
      '[receiver]',
      'source = "rtlsdr"',
      `centerHz = ${report.best.centerHz}`,
      'sampleRateHz = 2400000',
      'listen = "fixed"',
      'listenFor = [10000002]',
      'gainDb = 31',
      'ppm = 12',
      '',
    ].join('\n'),
  );
});

it('lets a radio be moved about, and what is set stand, where it does not know better', () => {
  const unsure = { ...RADIO, crystal: { ppm: 5, errorPpm: 4, meters: 4 }, gainDb: 'agc' } as const;
  const config = surveyConfig(new Survey(RATE_HZ).report([10_000_009]), unsure);
  expect(config).toContain('listen = "auto"');
  expect(config).toContain('gainDb = "agc"');
  expect(config).toContain('ppm = 0');
  expect(config).not.toContain('centerHz');
  const text = surveyText(surveyed().report([10_000_009]), RADIO);
  expect(text).toContain('Best window: not known, none of the meters was heard.');
});
