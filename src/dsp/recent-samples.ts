/**
 * The samples of the recent past as they came, for the few of them that are worth a second look: bytes take a quarter
 * of the memory that floats do. What lies before the beginning is silence.
 */
export class RecentSamples {
  readonly #sampleBytes: number;
  readonly #silence: number;
  /** A ring, with what is older than the place that comes next behind it. */
  readonly #bytes: Uint8Array;
  /** Place in the stream of the sample that comes next. */
  #next = 0;
  /** Where in the ring it comes, bytes. */
  #at = 0;

  /**
   * @param kept    samples that are kept
   * @param silence byte that stands for no signal
   */
  constructor(sampleBytes: number, kept: number, silence: number) {
    this.#sampleBytes = sampleBytes;
    this.#silence = silence;
    this.#bytes = new Uint8Array(kept * sampleBytes);
  }

  /** Forgets everything: sample `first` comes next, after silence. */
  restart(first: number): void {
    this.#next = first;
    this.#at = 0;
    this.#bytes.fill(this.#silence);
  }

  /** Takes in samples, at most as many as are kept. @returns them as they are kept, as `from` does */
  push(bytes: Uint8Array): [Uint8Array, Uint8Array] {
    const room = this.#bytes.length - this.#at;
    const samples = bytes.length / this.#sampleBytes;
    this.#bytes.set(bytes.subarray(0, room), this.#at);
    this.#bytes.set(bytes.subarray(room), 0);
    this.#advance(samples);
    return this.from(this.#next - samples, samples);
  }

  /** Takes in so many samples of silence, at most as many as are kept. */
  pushSilence(samples: number): void {
    const end = this.#at + samples * this.#sampleBytes;
    this.#bytes.fill(this.#silence, this.#at, end);
    this.#bytes.fill(this.#silence, 0, Math.max(0, end - this.#bytes.length));
    this.#advance(samples);
  }

  /**
   * Samples from a place in the stream on, none of them older than what is kept.
   * @returns their bytes, in two parts of which one may be empty; valid until more come
   */
  from(first: number, samples: number): [Uint8Array, Uint8Array] {
    const { length } = this.#bytes;
    const at = (this.#at - (this.#next - first) * this.#sampleBytes + length) % length;
    const end = at + samples * this.#sampleBytes;
    return [this.#bytes.subarray(at, end), this.#bytes.subarray(0, Math.max(0, end - length))];
  }

  #advance(samples: number): void {
    this.#next += samples;
    this.#at = (this.#at + samples * this.#sampleBytes) % this.#bytes.length;
  }
}
