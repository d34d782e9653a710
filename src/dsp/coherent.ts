import { logistic } from './bessel.js';
import { bounded } from './likelihood.js';

/** Frequencies tried on the sync word: step in turns a symbol, and how many either way. */
const ACQUIRE_STEP = 0.008;
const ACQUIRE_STEPS = 52;
const SIDES = [1, -1] as const;

/**
 * Coherent judgement of chips: where a transmitter's phase goes on through the whole packet, the phase that the
 * sync word shows tells what phase every other on-chip must have, and noise at right angles to it drops out.
 *
 *   phase(t) = φ + ωt + κt²        t in symbols from the middle of what is known so far
 *
 * Found on the sync word first, then on twice as many symbols, each weighted by how surely it is on in its first
 * or its second chip, and so on to the end: the frequency that 21 symbols give is not good enough for 96.
 */
export class PhaseTracker {
  readonly #sync: Float64Array;
  readonly #symbols: number;
  /** Of the sync word's on-chips at each frequency tried from 0 on: cosine and sine; float64 [steps][symbols]. */
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;
  /** Amplitudes of the chips, turned back by the phase that is expected of them. */
  readonly #turnedReal: Float64Array;
  readonly #turnedImaginary: Float64Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  readonly #time: Float64Array;
  #phase = 0;
  #frequency = 0;
  #bend = 0;

  /** @param sync +1 or −1 per known symbol */
  constructor(sync: Float64Array, symbols: number) {
    this.#sync = sync;
    this.#symbols = symbols;
    this.#cosines = new Float64Array((ACQUIRE_STEPS + 1) * sync.length);
    this.#sines = new Float64Array((ACQUIRE_STEPS + 1) * sync.length);
    for (let step = 0; step <= ACQUIRE_STEPS; step++) {
      for (let i = 0; i < sync.length; i++) {
        const angle = 2 * Math.PI * ACQUIRE_STEP * step * (i + (sync[i] > 0 ? 0.25 : 0.75));
        this.#cosines[step * sync.length + i] = Math.cos(angle);
        this.#sines[step * sync.length + i] = Math.sin(angle);
      }
    }
    this.#turnedReal = new Float64Array(2 * symbols);
    this.#turnedImaginary = new Float64Array(2 * symbols);
    this.#real = new Float64Array(symbols);
    this.#imaginary = new Float64Array(symbols);
    this.#time = new Float64Array(symbols);
  }

  /**
   * @param real      amplitude per chip in units of the noise, float64 [2·symbols]
   * @param gamma     energy of an on-chip over the noise density
   * @param on        log-likelihood per chip that it is on, float64 [2·symbols]
   */
  judge(real: Float64Array, imaginary: Float64Array, gamma: number, on: Float64Array): void {
    this.#acquire(real, imaginary);
    for (let known = this.#sync.length; ; known = Math.min(this.#symbols, Math.ceil(known * 1.5))) {
      for (let round = 0; round < (known === this.#symbols ? 3 : 2); round++) {
        this.#turn(real, imaginary, known);
        this.#decide(gamma, known);
        this.#fit(known);
      }
      if (known === this.#symbols) break;
    }
    this.#turn(real, imaginary, this.#symbols);
    const amplitude = 2 * Math.sqrt(gamma);
    const turned = this.#turnedReal;
    for (let c = 0; c < 2 * this.#symbols; c++) on[c] = bounded(amplitude * turned[c] - gamma);
  }

  /**
   * Frequency that lines up the sync word's on-chips best, then their phase. Up to ±0.42 turns a symbol, 6.8 kHz:
   * half the spacing of the carriers tried, and more, since of two that are as near noise picks the farther one.
   */
  #acquire(real: Float64Array, imaginary: Float64Array): void {
    const sync = this.#sync;
    const n = sync.length;
    let greatest = -1;
    for (let step = 0; step <= ACQUIRE_STEPS; step++) {
      const [cosines, sines] = [this.#cosines, this.#sines];
      let realCosine = 0;
      let realSine = 0;
      let imaginaryCosine = 0;
      let imaginarySine = 0;
      for (let i = 0, k = step * n; i < n; i++, k++) {
        const c = sync[i] > 0 ? 2 * i : 2 * i + 1;
        realCosine += real[c] * cosines[k];
        realSine += real[c] * sines[k];
        imaginaryCosine += imaginary[c] * cosines[k];
        imaginarySine += imaginary[c] * sines[k];
      }
      // The same products serve the frequency below zero, whose sines are the negative ones.
      for (const side of SIDES) {
        const re = realCosine + side * imaginarySine;
        const im = imaginaryCosine - side * realSine;
        const power = re * re + im * im;
        if (power <= greatest) continue;
        greatest = power;
        this.#frequency = side * 2 * Math.PI * ACQUIRE_STEP * step;
        this.#phase = Math.atan2(im, re);
      }
    }
    this.#bend = 0;
  }

  /**
   * Turns the first `known` symbols back by the present phase. From chip to chip the phasor turns by a step, and
   * the step by a constant angle, so that no chip needs a sine of its own.
   */
  #turn(real: Float64Array, imaginary: Float64Array, known: number): void {
    const [outReal, outImaginary] = [this.#turnedReal, this.#turnedImaginary];
    const first = this.#phase + this.#frequency / 4 + this.#bend / 16;
    const second = this.#frequency / 2 + this.#bend / 2;
    let [c, s] = [Math.cos(first), Math.sin(first)];
    let [stepC, stepS] = [Math.cos(second), Math.sin(second)];
    const [bendC, bendS] = [Math.cos(this.#bend / 2), Math.sin(this.#bend / 2)];
    for (let chip = 0; chip < 2 * known; chip++) {
      outReal[chip] = real[chip] * c + imaginary[chip] * s;
      outImaginary[chip] = imaginary[chip] * c - real[chip] * s;
      const nextC = c * stepC - s * stepS;
      s = c * stepS + s * stepC;
      c = nextC;
      const nextStep = stepC * bendC - stepS * bendS;
      stepS = stepC * bendS + stepS * bendC;
      stepC = nextStep;
    }
  }

  /** Expected on-amplitude of each of the first `known` symbols, turned back by the present phase. */
  #decide(gamma: number, known: number): void {
    const steep = 2 * Math.sqrt(gamma);
    const sync = this.#sync;
    const [real, imaginary] = [this.#turnedReal, this.#turnedImaginary];
    for (let i = 0; i < known; i++) {
      const first = real[2 * i];
      const second = real[2 * i + 1];
      const share = i < sync.length ? (sync[i] > 0 ? 1 : 0) : logistic(steep * (first - second));
      this.#real[i] = second + share * (first - second);
      this.#imaginary[i] = imaginary[2 * i + 1] + share * (imaginary[2 * i] - imaginary[2 * i + 1]);
      this.#time[i] = i + 0.75 - 0.5 * share;
    }
  }

  /**
   * One step of least squares on the phase left over. Weighting by amplitude makes it the maximum-likelihood
   * step: Im(z) ≈ amplitude · phase for small phases, and strong symbols count for more.
   */
  #fit(known: number): void {
    const withBend = known >= 48;
    const middle = known / 2;
    let reach = 0;
    // Normal equations of phase ≈ a + b·u + c·u², with u from −1 to 1.
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let p0 = 0;
    let p1 = 0;
    let p2 = 0;
    for (let i = 0; i < known; i++) reach += this.#real[i];
    if (reach <= 0) return;
    const weight = reach / known;
    for (let i = 0; i < known; i++) {
      const u = (this.#time[i] - middle) / middle;
      const q = this.#imaginary[i];
      const square = u * u;
      s0 += weight;
      s1 += weight * u;
      s2 += weight * square;
      s3 += weight * square * u;
      s4 += weight * square * square;
      p0 += q;
      p1 += q * u;
      p2 += q * square;
    }
    let a: number;
    let b: number;
    let c = 0;
    if (withBend) {
      const det = s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s3 * s2) + s2 * (s1 * s3 - s2 * s2);
      a = (p0 * (s2 * s4 - s3 * s3) - s1 * (p1 * s4 - s3 * p2) + s2 * (p1 * s3 - s2 * p2)) / det;
      b = (s0 * (p1 * s4 - p2 * s3) - p0 * (s1 * s4 - s3 * s2) + s2 * (s1 * p2 - p1 * s2)) / det;
      c = (s0 * (s2 * p2 - s3 * p1) - s1 * (s1 * p2 - s2 * p1) + p0 * (s1 * s3 - s2 * s2)) / det;
    } else {
      const det = s0 * s2 - s1 * s1;
      a = (p0 * s2 - p1 * s1) / det;
      b = (s0 * p1 - s1 * p0) / det;
    }
    // Back from u = (t − middle) / middle to t.
    this.#phase += a - b + c;
    this.#frequency += (b - 2 * c) / middle;
    this.#bend += c / (middle * middle);
  }
}
