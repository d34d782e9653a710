import { type ChipBank, KEPT, lastPlace } from '../chip-bank.js';
import { CARRIERS, offsetHz } from '../chip-raster.js';
import { PHASORS_BYTES } from './bank-code.js';
import type { BankExports, BankLayout } from './tuning-module.js';

/** The matched filters as WebAssembly, to the same bits as the plain ones have on the same samples. */
export class SimdBank implements ChipBank {
  readonly #exports: BankExports;
  readonly #at: BankLayout;
  readonly #samples: number;
  /** The carrier that each of those kept is of. */
  readonly #carriers = new Int8Array(KEPT);
  readonly #signs: Float64Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  #count = 0;

  /**
   * @param samples  address of the samples
   * @param outputHz their rate
   */
  constructor(exports: BankExports, at: BankLayout, samples: number, outputHz: number) {
    const { buffer } = exports.memory;
    this.#exports = exports;
    this.#at = at;
    this.#samples = samples;
    this.#signs = new Float64Array(buffer, at.signs, Math.ceil(at.chips / 2));
    this.#real = new Float64Array(buffer, at.real, at.chips);
    this.#imaginary = new Float64Array(buffer, at.imaginary, at.chips);
    const phasors = new Float64Array(buffer, at.phasors);
    for (let carrier = 0; carrier < CARRIERS; carrier++) {
      const angle = -2 * Math.PI * (offsetHz(carrier) / outputHz);
      phasors.set(phasorsOf(angle), (PHASORS_BYTES / 8) * carrier);
    }
  }

  load(count: number): void {
    this.#count = count;
    this.#carriers.fill(-1);
  }

  /** Turns the samples to a carrier's zero frequency, where they are not. @returns address of its sums */
  #prepared(carrier: number): number {
    const { sums, sumsBytes, phasors } = this.#at;
    const kept = carrier % KEPT;
    const at = sums + sumsBytes * kept;
    if (this.#carriers[kept] === carrier) return at;
    this.#carriers[kept] = carrier;
    const samples = this.#samples;
    this.#exports.runningSums(samples, samples + 4 * this.#count, phasors + PHASORS_BYTES * carrier, at);
    return at;
  }

  amplitudes(
    carrier: number,
    start: number,
    length: number,
    chips: number,
    scale: number,
    outReal: Float64Array,
    outImaginary: Float64Array,
  ): void {
    const sums = this.#prepared(carrier);
    const { real } = this.#at;
    this.#exports.amplitudes(sums, start, length, lastPlace(this.#count), scale, real, real + 8 * chips);
    outReal.set(this.#real.subarray(0, chips));
    outImaginary.set(this.#imaginary.subarray(0, chips));
  }

  opening(
    carrier: number,
    start: number,
    length: number,
    scale: number,
    sync: Float64Array,
    symbols: number,
  ): number {
    const sums = this.#prepared(carrier);
    const last = lastPlace(this.#count);
    const { signs } = this.#at;
    this.#signs.set(sync);
    return this.#exports.eyeOpening(
      sums,
      start,
      length,
      last,
      scale * scale,
      signs,
      signs + 8 * sync.length,
      signs + 8 * symbols,
    );
  }
}

/** What turns two samples at a time by an angle each; see PHASORS_BYTES. */
function phasorsOf(angle: number): number[] {
  const [stepC, stepS] = [Math.cos(2 * angle), Math.sin(2 * angle)];
  return [1, Math.cos(angle), 0, Math.sin(angle), stepC, stepC, stepS, stepS];
}
