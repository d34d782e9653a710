/** How a dongle is set. */
export interface DongleTuning {
  readonly centerHz: number;
  readonly sampleRateHz: number;
  readonly gainDb: number | 'auto';
  /** Correction of the crystal, parts per million. */
  readonly ppm: number;
}

/** A dongle as it was made: what is wrong with it, and nothing that can be set. */
export interface Dongle {
  /** Root mean square of its complex noise at {@link REFERENCE_RATE_HZ} and {@link AUTO_GAIN_DB}; full scale = 1. */
  readonly noiseRms: number;
  /** Error of its one crystal in the beginning, parts per million, and how far it drifts from there and back. */
  readonly ppm: number;
  readonly driftPpm: number;
  /** After it was tuned there is nothing to be heard for so long, s. */
  readonly settleSeconds: number;
}

/** Where the noise is told: noise of another rate and gain follows from it. */
export const REFERENCE_RATE_HZ = 2_359_296;
/** What the tuner's own automatic comes to. */
export const AUTO_GAIN_DB = 40.2;

/** The gains of an R820T, dB. */
export const GAINS_DB: readonly number[] = [
  ...[0, 0.9, 1.4, 2.7, 3.7, 7.7, 8.7, 12.5, 14.4, 15.7, 16.6, 19.7, 20.7, 22.9, 25.4, 28, 29.7, 32.8],
  ...[33.8, 36.4, 37.2, 38.6, 40.2, 42.1, 43.4, 43.9, 44.5, 48, 49.6],
];

/** Rates that an RTL2832U has without losing samples, and above which it has none, Hz. */
const RATES_HZ = { least: 900_001, most: 3_200_000 };
/** What an R820T tunes to, Hz. */
const CENTERS_HZ = { least: 24e6, most: 1766e6 };

/** How a dongle is set that was plugged in just now. */
export const PLUGGED_IN: DongleTuning = { centerHz: 100e6, sampleRateHz: 2_048_000, gainDb: 'auto', ppm: 0 };

/** What the hardware makes of what it is asked for: the nearest gain; a rate or frequency it does not have is ignored. */
export function tunedTo(present: DongleTuning, wanted: Partial<DongleTuning>): DongleTuning {
  const { centerHz = present.centerHz, sampleRateHz = present.sampleRateHz } = wanted;
  const { gainDb = present.gainDb, ppm = present.ppm } = wanted;
  return {
    centerHz: isWithin(CENTERS_HZ, centerHz) ? centerHz : present.centerHz,
    sampleRateHz: isWithin(RATES_HZ, sampleRateHz) ? sampleRateHz : present.sampleRateHz,
    gainDb: gainDb === 'auto' ? 'auto' : nearestGainDb(gainDb),
    ppm,
  };
}

function isWithin({ least, most }: { least: number; most: number }, value: number): boolean {
  return value >= least && value <= most;
}

function nearestGainDb(wantedDb: number): number {
  return GAINS_DB.reduce((best, gainDb) =>
    Math.abs(gainDb - wantedDb) < Math.abs(best - wantedDb) ? gainDb : best,
  );
}

/** Noise as the dongle is set; a signal grows with it by the gain, but not by the rate. */
export function noiseRmsOf({ noiseRms }: Dongle, { sampleRateHz, gainDb }: DongleTuning): number {
  const gain = 10 ** (((gainDb === 'auto' ? AUTO_GAIN_DB : gainDb) - AUTO_GAIN_DB) / 20);
  return noiseRms * gain * Math.sqrt(sampleRateHz / REFERENCE_RATE_HZ);
}

/** The crystal warms up and cools down in this time, s. */
const DRIFT_SECONDS = 600;

/** What is left of the crystal's error when it is corrected as set, parts per million. */
export function leftPpm(
  { ppm, driftPpm }: Dongle,
  { ppm: correction }: DongleTuning,
  seconds: number,
): number {
  const error = ppm + driftPpm * Math.sin((2 * Math.PI * seconds) / DRIFT_SECONDS);
  return ((1 + error * 1e-6) / (1 + correction * 1e-6) - 1) * 1e6;
}
