import { type ByteTable, byteTable, QUANTILES, TAIL_DRAWS, TAIL_FROM } from './noise-tables.js';
import { Random } from './random.js';

/** How a format of eight bits writes full scale ±1: `scale · value + zero`, clipped to 0 … 255, some bits flipped. */
const WRITTEN = {
  cu8: { scale: 127.5, zero: 127.5, flip: 0 },
  cs8: { scale: 128, zero: 128, flip: 0x80 },
} as const;
export type ByteFormat = keyof typeof WRITTEN;

/**
 * Noise of a receiver as bytes, for hours of air: four nanoseconds a sample, seven where there is a signal, a third
 * and less of what `Random.gaussian` and `quantise` take. The numbers are those of a seed, but not those of `Random`.
 *
 * The loops call nothing, since around a call they would have to keep their state in memory: what the tables leave
 * open, once in some hundred numbers, is noted and decided afterwards. They have no branches that chance decides,
 * either: a wrongly predicted one costs more than a number.
 */
export class FastNoise {
  readonly #scale: number;
  readonly #zero: number;
  readonly #flip: number;
  readonly #deviation: number;
  readonly #bytes: ByteTable;
  /** What to add to a signal, by 16 random bits. */
  readonly #steps: Float32Array;
  /** State of xoshiro128**, written out in the loops. */
  readonly #state = new Int32Array(4);
  /** Decides what the tables leave open. */
  readonly #rest: Random;
  /** Places of what is open. */
  #openAt = new Uint32Array(0);

  /** @param rms root mean square of the complex noise, I and Q together; full scale = 1 */
  constructor(rms: number, seed: number, format: ByteFormat = 'cu8') {
    const { scale, zero, flip } = WRITTEN[format];
    this.#scale = scale;
    this.#zero = zero;
    this.#flip = flip;
    this.#deviation = (rms * scale) / Math.SQRT2;
    this.#bytes = byteTable(this.#deviation, zero, flip);
    this.#steps = QUANTILES.map((normal) => normal * this.#deviation);
    this.#rest = new Random(seed);
    for (let i = 0; i < 4; i++) this.#state[i] = this.#rest.int32();
    this.#state[3] |= 1;
  }

  /** Nothing but noise: bytes are drawn by their exact probabilities, both of a sample at once. */
  quiet(out: Uint8Array): void {
    this.#makeRoom(out.length);
    const { values, sure } = this.#bytes;
    const openAt = this.#openAt;
    let open = 0;
    let [a, b, c, d] = this.#state;
    for (let i = 0; i < out.length; i += 2) {
      const product = Math.imul(b, 5);
      const bits = Math.imul((product << 7) | (product >>> 25), 9);
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
      const low = bits & 0xffff;
      const high = bits >>> 16;
      out[i] = values[low];
      out[i + 1] = values[high];
      if (low >= sure) openAt[open++] = i;
      if (high >= sure) openAt[open++] = i + 1;
    }
    this.#state.set([a, b, c, d]);
    for (let k = 0; k < open; k++) out[openAt[k]] = this.#rareByte();
  }

  /** Noise over a signal. @param signal interleaved I,Q, full scale = 1; as many numbers as `out` has bytes */
  over(signal: Float32Array, out: Uint8Array): void {
    this.#makeRoom(out.length);
    // An array of clamped bytes rounds and clips by itself, and fast.
    const clamped = new Uint8ClampedArray(out.buffer, out.byteOffset, out.length);
    const [openAt, steps, scale, zero] = [this.#openAt, this.#steps, this.#scale, this.#zero];
    const [first, last] = [TAIL_DRAWS, steps.length - TAIL_DRAWS - 1];
    let open = 0;
    let [a, b, c, d] = this.#state;
    for (let i = 0; i < clamped.length; i += 2) {
      const product = Math.imul(b, 5);
      const bits = Math.imul((product << 7) | (product >>> 25), 9);
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
      const low = bits & 0xffff;
      const high = bits >>> 16;
      clamped[i] = signal[i] * scale + zero + steps[low];
      clamped[i + 1] = signal[i + 1] * scale + zero + steps[high];
      if (low < first || low > last) openAt[open++] = i;
      if (high < first || high > last) openAt[open++] = i + 1;
    }
    this.#state.set([a, b, c, d]);
    for (let k = 0; k < open; k++) {
      const i = openAt[k];
      clamped[i] = signal[i] * scale + zero + this.#deviation * this.#tail();
    }
    if (this.#flip !== 0) for (let i = 0; i < out.length; i++) out[i] ^= this.#flip;
  }

  #makeRoom(numbers: number): void {
    if (this.#openAt.length < numbers) this.#openAt = new Uint32Array(numbers);
  }

  /** A byte of the probability that whole multiples of 1/65 536 leave over. */
  #rareByte(): number {
    const { restBelow, restValues } = this.#bytes;
    const place = this.#rest.uniform();
    let i = 0;
    while (i < restBelow.length - 1 && place >= restBelow[i]) i++;
    return restValues[i];
  }

  /** A normal number beyond the start of the tails, either way (Marsaglia 1964). */
  #tail(): number {
    const side = this.#rest.int32() < 0 ? -1 : 1;
    for (;;) {
      const x = this.#rest.exponential() / TAIL_FROM;
      if (2 * this.#rest.exponential() > x * x) return side * (TAIL_FROM + x);
    }
  }
}
