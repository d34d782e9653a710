import { type SpectrumLevels, SpectrumWatch } from '../dsp/spectrum-watch.js';
import { recordedSource } from '../record/recorded-source.js';
import type { SampleBlock, SampleSource } from '../sources/source.js';

/** Looks at a source's samples as they pass, while somebody wants to see their spectrum. */
export class SpectrumTap {
  readonly #listeners = new Set<(row: SpectrumLevels) => void>();
  #watch: SpectrumWatch | null = null;
  #sampleRateHz = 0;

  /** The same source, looked at. */
  of<Source extends SampleSource>(source: Source): Source {
    return recordedSource(source, (block) => {
      if (this.#listeners.size > 0) this.#look(block);
      return true;
    });
  }

  /** Has to be told before samples come. */
  tuned({ sampleRateHz }: { readonly sampleRateHz: number }): void {
    this.#sampleRateHz = sampleRateHz;
    this.#watch = null;
  }

  /** @returns what ends it */
  listen(listener: (row: SpectrumLevels) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#watch = null;
    };
  }

  #look({ bytes, format, firstSample }: SampleBlock): void {
    this.#watch ??= new SpectrumWatch(this.#sampleRateHz, format);
    this.#watch.push(bytes, firstSample, (row) => {
      for (const listener of this.#listeners) listener(row);
    });
  }
}
