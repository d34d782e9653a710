/**
 * Samples on their way from the thread that has them to the threads that search them, in shared memory:
 *
 * ```
 *        released by the slowest reader        written
 *                   ▼                             ▼
 *   ····free········│ samples that are needed yet │·······free····   position 0, 1, 2, … of the samples received,
 *                                                                    at byte (position mod capacity) · sample bytes
 *   segments        ├ firstSample ─────┼ firstSample ───┤            a new one where samples of the stream are
 *                                                                    missing: position and place in the stream
 * ```
 *
 * One thread writes and never waits in here; each reader waits for samples (`Atomics.wait`) and says what it no
 * longer needs. What is not released is not written over: whoever writes has to come again.
 */
export interface RingMemory {
  readonly samples: SharedArrayBuffer;
  /** int32 [bell, ended, segments, 0], int64 [written, by each reader: released, wanted], float64 [SEGMENTS][3] */
  readonly state: SharedArrayBuffer;
  readonly sampleBytes: number;
  readonly readers: number;
}

/** Consecutive samples, as they lie in the ring. */
export interface Piece {
  /** Place in the stream of the first. */
  readonly firstSample: number;
  readonly count: number;
  /** Whether what comes before them is of another window, and says nothing about them. */
  readonly moved: boolean;
  /** Their bytes; two parts where they go over the ring's end. Valid until they are released. */
  readonly parts: readonly Uint8Array[];
}

/** Changes whenever readers may have reason to look again. */
const BELL = 0;
const ENDED = 1;
const SEGMENT_COUNT = 2;
const WRITTEN = 0;
/** Of each reader: before where it needs nothing any more, and up to where it needs samples to go on. */
const RELEASED = 1;
const WANTED = 2;
const READER_VALUES = 2;
/** Segments kept; with so many gaps in what is needed yet, the writer has to wait. */
const SEGMENTS = 64;
/** Of each: its position, its place in the stream, and 1 where it is of another window than the one before. */
const SEGMENT_VALUES = 3;

/** The shared memory as what it holds. */
class RingState {
  readonly samples: Uint8Array;
  readonly flags: Int32Array;
  readonly positions: BigInt64Array;
  readonly segments: Float64Array;
  readonly sampleBytes: number;
  readonly capacitySamples: number;

  constructor({ samples, state, sampleBytes, readers }: RingMemory) {
    this.samples = new Uint8Array(samples);
    this.flags = new Int32Array(state, 0, 4);
    const positions = RELEASED + READER_VALUES * readers;
    this.positions = new BigInt64Array(state, 16, positions);
    this.segments = new Float64Array(state, 16 + 8 * positions, SEGMENT_VALUES * SEGMENTS);
    this.sampleBytes = sampleBytes;
    this.capacitySamples = samples.byteLength / sampleBytes;
  }

  /** The bytes of `count` samples from a position on. */
  parts(position: number, count: number): Uint8Array[] {
    const at = position % this.capacitySamples;
    const first = Math.min(count, this.capacitySamples - at);
    const part = (from: number, samples: number): Uint8Array =>
      this.samples.subarray(from * this.sampleBytes, (from + samples) * this.sampleBytes);
    return first === count ? [part(at, count)] : [part(at, first), part(0, count - first)];
  }
}

/** The end of the ring that samples go into; see {@link RingMemory}. */
export class SampleRing {
  readonly memory: RingMemory;
  readonly #state: RingState;
  #written = 0;
  #nextSample = Number.NaN;

  /** @param firstNeeded for each reader, the position before which it will need nothing */
  constructor(sampleBytes: number, capacitySamples: number, firstNeeded: readonly number[]) {
    const readers = firstNeeded.length;
    this.memory = {
      samples: new SharedArrayBuffer(capacitySamples * sampleBytes),
      state: new SharedArrayBuffer(
        16 + 8 * (RELEASED + READER_VALUES * readers) + 8 * SEGMENT_VALUES * SEGMENTS,
      ),
      sampleBytes,
      readers,
    };
    this.#state = new RingState(this.memory);
    firstNeeded.forEach((position, reader) => {
      this.#state.positions[RELEASED + READER_VALUES * reader] = BigInt(position);
    });
  }

  /**
   * Takes in samples as far as there is room.
   * @param bytes whole samples
   * @param firstSample place in the stream of the first; any but the next one begins a new segment
   * @param moved whether such a segment is of another window
   * @returns how many samples were taken
   */
  write(bytes: Uint8Array, firstSample: number, moved = false): number {
    const { sampleBytes, capacitySamples, positions } = this.#state;
    const oldest = this.#oldest();
    if (firstSample !== this.#nextSample && !this.#beginSegment(firstSample, oldest, moved)) return 0;
    const room = capacitySamples - Math.max(0, this.#written - oldest);
    const count = Math.min(bytes.length / sampleBytes, room);
    let done = 0;
    for (const part of this.#state.parts(this.#written, count)) {
      part.set(bytes.subarray(done, done + part.length));
      done += part.length;
    }
    this.#written += count;
    this.#nextSample = firstSample + count;
    Atomics.store(positions, WRITTEN, BigInt(this.#written));
    if (this.#isEnough()) this.#ringBell();
    return count;
  }

  /** No more samples come. */
  end(): void {
    Atomics.store(this.#state.flags, ENDED, 1);
    this.#ringBell();
  }

  /** @returns false where there is no room for one more */
  #beginSegment(firstSample: number, oldest: number, moved: boolean): boolean {
    const { flags, segments } = this.#state;
    const count = flags[SEGMENT_COUNT];
    // The slot's segment ends where the one after it begins.
    const endOfOldest = segments[SEGMENT_VALUES * ((count + 1) % SEGMENTS)];
    if (count >= SEGMENTS && endOfOldest > oldest) return false;
    const slot = SEGMENT_VALUES * (count % SEGMENTS);
    segments[slot] = this.#written;
    segments[slot + 1] = firstSample;
    segments[slot + 2] = moved ? 1 : 0;
    Atomics.store(flags, SEGMENT_COUNT, count + 1);
    this.#nextSample = firstSample;
    return true;
  }

  /** The first position that a reader may still need. */
  #oldest(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (let reader = 0; reader < this.memory.readers; reader++) {
      const place = RELEASED + READER_VALUES * reader;
      oldest = Math.min(oldest, Number(Atomics.load(this.#state.positions, place)));
    }
    return oldest;
  }

  /** Whether a reader has as much as it waits for: one that has not sleeps on. */
  #isEnough(): boolean {
    for (let reader = 0; reader < this.memory.readers; reader++) {
      const wanted = Atomics.load(this.#state.positions, WANTED + READER_VALUES * reader);
      if (this.#written >= Number(wanted)) return true;
    }
    return false;
  }

  #ringBell(): void {
    Atomics.add(this.#state.flags, BELL, 1);
    Atomics.notify(this.#state.flags, BELL);
  }
}

/** One of the ends that samples come out of; see {@link RingMemory}. */
export class RingReader {
  readonly #state: RingState;
  readonly #reader: number;

  constructor(memory: RingMemory, reader: number) {
    this.#state = new RingState(memory);
    this.#reader = reader;
  }

  /**
   * The samples from a position on; puts the thread to sleep until there are enough.
   * @param position not before what this reader has released
   * @param count how many are wanted
   * @returns so many samples, or fewer where some are missing after them or the stream ends; null at its end
   */
  read(position: number, count: number): Piece | null {
    const written = this.#waitFor(position + count);
    if (written <= position) return null;
    const { flags, segments } = this.#state;
    // What was known to be written lies in segments that were begun before.
    const begun = Atomics.load(flags, SEGMENT_COUNT);
    let index = begun - 1;
    while (segments[SEGMENT_VALUES * (index % SEGMENTS)] > position) index--;
    const [start, firstSample, moved] = segments.subarray(SEGMENT_VALUES * (index % SEGMENTS));
    const segmentEnd =
      index + 1 < begun ? segments[SEGMENT_VALUES * ((index + 1) % SEGMENTS)] : Number.POSITIVE_INFINITY;
    const end = Math.min(position + count, written, segmentEnd);
    return {
      firstSample: firstSample + position - start,
      count: end - position,
      moved: moved === 1,
      parts: this.#state.parts(position, end - position),
    };
  }

  /** Lets what lies before a position be written over. */
  release(position: number): void {
    Atomics.store(this.#state.positions, RELEASED + READER_VALUES * this.#reader, BigInt(position));
  }

  /** @returns how many samples have been written: so many, or fewer if no more come */
  #waitFor(wanted: number): number {
    const { flags, positions } = this.#state;
    // Before it looks: what is written after that rings.
    Atomics.store(positions, WANTED + READER_VALUES * this.#reader, BigInt(wanted));
    for (;;) {
      const bell = Atomics.load(flags, BELL);
      const ended = Atomics.load(flags, ENDED) === 1;
      const written = Number(Atomics.load(positions, WRITTEN));
      if (written >= wanted || ended) return written;
      Atomics.wait(flags, BELL, bell);
    }
  }
}
