/** How many times more than must be kept fits: what must be kept is moved back to the beginning only so often. */
const ROOM = 2;

/**
 * The samples of the recent past as they came, for the few of them that are worth a second look: bytes take a quarter
 * of the memory that floats do. What lies before the beginning is silence.
 */
export class RecentSamples {
  readonly #sampleBytes: number;
  readonly #kept: number;
  readonly #silence: number;
  readonly #bytes: Uint8Array;
  /** Place in the stream of the first sample held, and how many there are. */
  #first = 0;
  #count = 0;

  /**
   * @param kept    samples that are kept at least
   * @param silence byte that stands for no signal
   */
  constructor(sampleBytes: number, kept: number, silence: number) {
    this.#sampleBytes = sampleBytes;
    this.#kept = kept;
    this.#silence = silence;
    this.#bytes = new Uint8Array(ROOM * kept * sampleBytes);
  }

  /** Forgets everything: sample `first` comes next, after silence. */
  restart(first: number): void {
    this.#first = first - this.#kept;
    this.#count = this.#kept;
    this.#bytes.fill(this.#silence, 0, this.#kept * this.#sampleBytes);
  }

  /** Takes in samples, at most as many as are kept. @returns them as they are kept, valid until more come */
  push(bytes: Uint8Array): Uint8Array {
    this.#makeRoom(bytes.length / this.#sampleBytes);
    const at = this.#count * this.#sampleBytes;
    this.#bytes.set(bytes, at);
    this.#count += bytes.length / this.#sampleBytes;
    return this.#bytes.subarray(at, at + bytes.length);
  }

  /** Takes in so many samples of silence, at most as many as are kept. */
  pushSilence(samples: number): void {
    this.#makeRoom(samples);
    const at = this.#count * this.#sampleBytes;
    this.#bytes.fill(this.#silence, at, at + samples * this.#sampleBytes);
    this.#count += samples;
  }

  /** Samples from a place in the stream on, none of them older than what is kept; valid until more come. */
  from(first: number, samples: number): Uint8Array {
    const at = (first - this.#first) * this.#sampleBytes;
    return this.#bytes.subarray(at, at + samples * this.#sampleBytes);
  }

  #makeRoom(samples: number): void {
    if ((this.#count + samples) * this.#sampleBytes <= this.#bytes.length) return;
    const forgotten = this.#count - this.#kept + samples;
    this.#bytes.copyWithin(0, forgotten * this.#sampleBytes, this.#count * this.#sampleBytes);
    this.#first += forgotten;
    this.#count -= forgotten;
  }
}
