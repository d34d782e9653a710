import { SAMPLE_BYTES, type SampleBlock, type SampleFormat } from '../sources/source.js';

/** A stretch of a stream, in samples. */
export interface Stretch {
  readonly first: number;
  readonly end: number;
}

/** The last samples of a stream as they came, up to so many; a gap empties it. */
export class IqRing {
  readonly #sampleBytes: number;
  readonly #bytes: Uint8Array;
  #first = 0;
  #end = 0;

  constructor(format: SampleFormat, samples: number) {
    this.#sampleBytes = SAMPLE_BYTES[format];
    this.#bytes = new Uint8Array(samples * this.#sampleBytes);
  }

  /** What it holds. */
  get held(): Stretch {
    return { first: this.#first, end: this.#end };
  }

  /** Takes a block, whose bytes it copies. */
  write({ bytes, firstSample }: Pick<SampleBlock, 'bytes' | 'firstSample'>): void {
    if (firstSample !== this.#end) this.#first = firstSample;
    const capacity = this.#bytes.length / this.#sampleBytes;
    this.#end = firstSample + bytes.length / this.#sampleBytes;
    this.#first = Math.max(this.#first, this.#end - capacity);
    // Of a block that is longer than the ring the last part stays.
    const skipped = Math.max(0, bytes.length - this.#bytes.length);
    const at = (firstSample * this.#sampleBytes + skipped) % this.#bytes.length;
    const part = bytes.subarray(skipped);
    const untilWrap = Math.min(part.length, this.#bytes.length - at);
    this.#bytes.set(part.subarray(0, untilWrap), at);
    this.#bytes.set(part.subarray(untilWrap), 0);
  }

  /** A copy of the samples of a stretch that it holds in full. */
  read({ first, end }: Stretch): Uint8Array {
    const out = new Uint8Array((end - first) * this.#sampleBytes);
    const at = (first * this.#sampleBytes) % this.#bytes.length;
    const untilWrap = Math.min(out.length, this.#bytes.length - at);
    out.set(this.#bytes.subarray(at, at + untilWrap));
    out.set(this.#bytes.subarray(0, out.length - untilWrap), untilWrap);
    return out;
  }
}
