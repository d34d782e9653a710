import type { SampleSource, Tuning } from '../sources/source.js';
import { AutoGain, LOOK_S } from './auto-gain.js';

/** Counters of a receiver; they only grow. */
interface Counters {
  readonly samples: number;
  readonly clippedSamples: number;
}

/** A gain that was set, and a sentence about it. */
export interface GainStep {
  readonly gainDb: number;
  readonly message: string;
}

/** Puts {@link AutoGain} to work on a radio: what was received goes in, and the radio is set. */
export class GainControl {
  readonly #source: SampleSource;
  readonly #say: (step: GainStep) => void;
  readonly #auto: AutoGain;
  #tuning: Tuning;
  #before: Counters = { samples: 0, clippedSamples: 0 };

  /** @param tuning what the source is set to, with a gain in dB */
  constructor(
    source: SampleSource,
    tuning: Tuning & { readonly gainDb: number },
    say: (step: GainStep) => void,
  ) {
    this.#source = source;
    this.#say = say;
    this.#tuning = tuning;
    this.#auto = new AutoGain(tuning.gainDb);
  }

  /** For a source that is set to `tuning`; null where its gain is not ertd's, or cannot be set. */
  static of(
    source: SampleSource,
    { gainDb: wanted }: { readonly gainDb: number | 'auto' | 'agc' },
    tuning: Tuning,
    say: (step: GainStep) => void,
  ): GainControl | null {
    const { gainDb } = tuning;
    if (wanted !== 'auto' || typeof gainDb !== 'number' || source.retune === undefined) return null;
    return new GainControl(source, { ...tuning, gainDb }, say);
  }

  get gainDb(): number {
    return this.#auto.gainDb;
  }

  /** Is called again and again, and looks when there has been enough air. */
  look({ samples, clippedSamples }: Counters, noiseDbfs: number | null): void {
    const passed = samples - this.#before.samples;
    if (noiseDbfs === null || passed < LOOK_S * this.#tuning.sampleRateHz) return;
    const clippedShare = (clippedSamples - this.#before.clippedSamples) / passed;
    this.#before = { samples, clippedSamples };
    const beforeDb = this.#auto.gainDb;
    const change = this.#auto.look({ clippedShare, noiseDbfs });
    if (change === null) return;
    this.#tuning = { ...this.#tuning, gainDb: change.gainDb };
    this.#source.retune?.(this.#tuning);
    const { gainDb, why } = change;
    this.#say({ gainDb, message: `Gain from ${beforeDb.toFixed(1)} to ${gainDb.toFixed(1)} dB: ${why}` });
  }
}
