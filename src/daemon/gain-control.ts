import type { SampleSource, Tuning } from '../sources/source.js';
import { AutoGain, LOOK_S } from './auto-gain.js';

/** Counters of a receiver; they only grow. */
interface Counters {
  readonly samples: number;
  readonly clippedSamples: number;
}

/** Puts {@link AutoGain} to work on a radio: what was received goes in, and the radio is set. */
export class GainControl {
  readonly #source: SampleSource;
  readonly #say: (message: string) => void;
  readonly #auto: AutoGain;
  #tuning: Tuning;
  #before: Counters = { samples: 0, clippedSamples: 0 };

  /** @param tuning what the source is set to, with a gain in dB */
  constructor(
    source: SampleSource,
    tuning: Tuning & { readonly gainDb: number },
    say: (message: string) => void,
  ) {
    this.#source = source;
    this.#say = say;
    this.#tuning = tuning;
    this.#auto = new AutoGain(tuning.gainDb);
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
    this.#say(`Gain from ${beforeDb.toFixed(1)} to ${change.gainDb.toFixed(1)} dB: ${change.why}`);
  }
}
