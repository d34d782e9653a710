import { bounded } from './likelihood.js';

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
  readonly #symbols: number;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  readonly #time: Float64Array;
  #phase = 0;
  #frequency = 0;
  #bend = 0;

  constructor(symbols: number) {
    this.#symbols = symbols;
    this.#real = new Float64Array(symbols);
    this.#imaginary = new Float64Array(symbols);
    this.#time = new Float64Array(symbols);
  }

  /**
   * @param real      amplitude per chip in units of the noise, float64 [2·symbols]
   * @param sync      +1 or −1 per known symbol
   * @param gamma     energy of an on-chip over the noise density
   * @param on        log-likelihood per chip that it is on, float64 [2·symbols]
   */
  judge(
    real: Float64Array,
    imaginary: Float64Array,
    sync: Float64Array,
    gamma: number,
    on: Float64Array,
  ): void {
    this.#acquire(real, imaginary, sync);
    for (let known = sync.length; ; known = Math.min(this.#symbols, Math.ceil(known * 1.5))) {
      for (let round = 0; round < (known === this.#symbols ? 3 : 2); round++) {
        this.#decide(real, imaginary, sync, gamma, known);
        this.#fit(known);
      }
      if (known === this.#symbols) break;
    }
    const amplitude = 2 * Math.sqrt(gamma);
    for (let c = 0; c < 2 * this.#symbols; c++) {
      const phase = this.#phaseAt(c / 2 + 0.25);
      on[c] = bounded(amplitude * (real[c] * Math.cos(phase) + imaginary[c] * Math.sin(phase)) - gamma);
    }
  }

  #phaseAt(time: number): number {
    return this.#phase + this.#frequency * time + this.#bend * time * time;
  }

  /**
   * Frequency that lines up the sync word's on-chips best, then their phase. Up to ±0.42 turns a symbol, 6.8 kHz:
   * half the spacing of the carriers tried, and more, since of two that are as near noise picks the farther one.
   */
  #acquire(real: Float64Array, imaginary: Float64Array, sync: Float64Array): void {
    const n = sync.length;
    let bestPower = -1;
    for (let step = -52; step <= 52; step++) {
      const frequency = 2 * Math.PI * 0.008 * step;
      let re = 0;
      let im = 0;
      for (let i = 0; i < n; i++) {
        const c = sync[i] > 0 ? 2 * i : 2 * i + 1;
        const angle = frequency * (c / 2 + 0.25);
        re += real[c] * Math.cos(angle) + imaginary[c] * Math.sin(angle);
        im += imaginary[c] * Math.cos(angle) - real[c] * Math.sin(angle);
      }
      const power = re * re + im * im;
      if (power > bestPower) {
        bestPower = power;
        this.#frequency = frequency;
        this.#phase = Math.atan2(im, re);
      }
    }
    this.#bend = 0;
  }

  /** Expected on-amplitude of each of the first `known` symbols, turned back by the present phase. */
  #decide(
    real: Float64Array,
    imaginary: Float64Array,
    sync: Float64Array,
    gamma: number,
    known: number,
  ): void {
    const amplitude = 2 * Math.sqrt(gamma);
    for (let i = 0; i < known; i++) {
      const t0 = i + 0.25;
      const t1 = i + 0.75;
      const c0 = Math.cos(this.#phaseAt(t0));
      const s0 = Math.sin(this.#phaseAt(t0));
      const c1 = Math.cos(this.#phaseAt(t1));
      const s1 = Math.sin(this.#phaseAt(t1));
      const first = real[2 * i] * c0 + imaginary[2 * i] * s0;
      const firstQ = imaginary[2 * i] * c0 - real[2 * i] * s0;
      const second = real[2 * i + 1] * c1 + imaginary[2 * i + 1] * s1;
      const secondQ = imaginary[2 * i + 1] * c1 - real[2 * i + 1] * s1;
      const share =
        i < sync.length ? (sync[i] > 0 ? 1 : 0) : 1 / (1 + Math.exp(-amplitude * (first - second)));
      this.#real[i] = share * first + (1 - share) * second;
      this.#imaginary[i] = share * firstQ + (1 - share) * secondQ;
      this.#time[i] = share * t0 + (1 - share) * t1;
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
      s0 += weight;
      s1 += weight * u;
      s2 += weight * u * u;
      s3 += weight * u * u * u;
      s4 += weight * u * u * u * u;
      p0 += q;
      p1 += q * u;
      p2 += q * u * u;
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
