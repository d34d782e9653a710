/**
 * Seeded random numbers: xoshiro128** for bits, a 128-layer ziggurat for Gaussians.
 * Sources: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021); Marsaglia and Tsang,
 * "The ziggurat method for generating random variables" (2000).
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** The same seed gives the same numbers on every machine. */
  constructor(seed: number) {
    // SplitMix32 spreads near-by seeds over the whole state.
    let state = seed | 0;
    const spread = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return z ^ (z >>> 16);
    };
    this.#a = spread();
    this.#b = spread();
    this.#c = spread();
    this.#d = spread() | 1;
  }

  /** Uniform 32-bit signed integer. */
  int32(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.int32() >>> 0) / 2 ** 32);
  }

  /** Uniform integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Normal with mean 0 and standard deviation 1. */
  gaussian(): number {
    for (;;) {
      const j = this.int32();
      const layer = j & (LAYERS - 1);
      const x = j * WIDTH[layer];
      if (Math.abs(j) < INSIDE[layer]) return x;
      if (layer === 0) return j > 0 ? this.#tail() : -this.#tail();
      const edge = HEIGHT[layer] + this.uniform() * (HEIGHT[layer - 1] - HEIGHT[layer]);
      if (edge < Math.exp(-0.5 * x * x)) return x;
    }
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  #tail(): number {
    for (;;) {
      const x = this.exponential() / TAIL_FROM;
      const y = this.exponential();
      if (2 * y > x * x) return TAIL_FROM + x;
    }
  }
}

const LAYERS = 128;
/** Start of the tail, and the area of each layer, for 128 layers (Marsaglia and Tsang). */
const TAIL_FROM = 3.442619855899;
const LAYER_AREA = 9.91256303526217e-3;
/** Layer i: |int32| below INSIDE[i] is surely under the curve; WIDTH[i] turns the integer into x. */
const INSIDE = new Float64Array(LAYERS);
const WIDTH = new Float64Array(LAYERS);
const HEIGHT = new Float64Array(LAYERS);

function fillZiggurat(): void {
  const scale = 2 ** 31;
  const density = (x: number): number => Math.exp(-0.5 * x * x);
  let x = TAIL_FROM;
  let previous = x;
  const base = LAYER_AREA / density(x);
  INSIDE[0] = (x / base) * scale;
  WIDTH[0] = base / scale;
  HEIGHT[0] = 1;
  WIDTH[LAYERS - 1] = x / scale;
  HEIGHT[LAYERS - 1] = density(x);
  for (let i = LAYERS - 2; i >= 1; i--) {
    x = Math.sqrt(-2 * Math.log(LAYER_AREA / x + density(x)));
    INSIDE[i + 1] = (x / previous) * scale;
    previous = x;
    WIDTH[i] = x / scale;
    HEIGHT[i] = density(x);
  }
  INSIDE[1] = 0;
}
fillZiggurat();
