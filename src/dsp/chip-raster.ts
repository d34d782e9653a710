import type { Baseband } from './downconverter.js';
import { type CarrierShare, wideLikelihood } from './likelihood.js';

/** Carriers of a raster: this far apart, and so many on either side of zero. */
export const SPACING_HZ = 8e3;
export const CARRIERS_BESIDE = 8;
export const CARRIERS = 2 * CARRIERS_BESIDE + 1;
/** Starts of a chip in a raster. */
export const STEPS_PER_CHIP = 4;
/** Places of one position's energies: vectors of four carriers, as {@link slotOf} has them. */
export const SLOTS = 20;

/** Offset from zero frequency of a carrier, Hz. */
export function offsetHz(carrier: number): number {
  return (carrier - CARRIERS_BESIDE) * SPACING_HZ;
}

/**
 * Place of a carrier among a position's energies. Carriers with the same parity lie together, those above zero
 * before their mirror images, since two mirrored carriers share their products:
 *
 *   kHz   16 32 48 64   −16 −32 −48 −64   8 24 40 56   −8 −24 −40 −56   0 0 0 0
 */
export function slotOf(carrier: number): number {
  const beside = carrier - CARRIERS_BESIDE;
  if (beside === 0) return 16;
  const rank = (Math.abs(beside) - 1) >> 1;
  return (beside % 2 === 0 ? 0 : 8) + (beside > 0 ? 0 : 4) + rank;
}

/** Even carriers hold all of the energy; the odd ones between them tell more exactly where it is. */
export type Parity = 'even' | 'odd';

export function carriersOf(parity: Parity): number[] {
  const first = (CARRIERS_BESIDE + (parity === 'even' ? 0 : 1)) % 2;
  return Array.from({ length: CARRIERS }, (_, carrier) => carrier).filter((c) => c % 2 === first);
}

/** How far Manchester eyes are open at the even carriers of a raster; see eye.ts. */
export interface Openings {
  /** Opening in the sync word by slot. */
  readonly sync: Float32Array;
  /** Opening in the whole packet by slot. */
  readonly whole: Float32Array;
  /** Opening of the whole packet in the sum of all even carriers. */
  readonly together: number;
}

/** Energies of chips that begin at every quarter chip, at all carriers. */
export interface ChipRaster {
  /** float32 [positions][SLOTS] */
  readonly energy: Float32Array;
  /**
   * Works out the energies at the carriers of one parity.
   * @param at      first position; output samples of the downconverter, sample i covering [i, i+1)
   * @param quarter distance between positions in the same samples, at least 1
   * @param scale   factor on amplitudes
   */
  fill(parity: Parity, at: number, quarter: number, positions: number, scale: number): void;
  /**
   * Openings of the eyes of a packet that begins at position `step`.
   * @returns valid until the next call
   */
  openings(step: number, sync: Float64Array, symbols: number): Openings;
  /**
   * Likelihoods of a packet's chips where each has its own carrier; see {@link wideLikelihood}.
   * @param step     position of the packet's first chip
   * @param carriers which ones to reckon with, by slot
   * @param level    energy of noise
   */
  wideLikelihood(
    step: number,
    carriers: readonly CarrierShare[],
    chips: number,
    gamma: number,
    level: number,
    on: Float64Array,
  ): void;
}

const EVEN_SLOTS = carriersOf('even').map(slotOf);

/** The raster in plain TypeScript. */
export class ReferenceRaster implements ChipRaster {
  readonly energy: Float32Array;
  readonly #baseband: Baseband;
  readonly #outputHz: number;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  readonly #sync = new Float32Array(SLOTS);
  readonly #whole = new Float32Array(SLOTS);

  constructor(baseband: Baseband, outputHz: number, positions: number) {
    this.#baseband = baseband;
    this.#outputHz = outputHz;
    this.energy = new Float32Array(positions * SLOTS);
    this.#real = new Float64Array(positions + STEPS_PER_CHIP);
    this.#imaginary = new Float64Array(positions + STEPS_PER_CHIP);
  }

  fill(parity: Parity, at: number, quarter: number, positions: number, scale: number): void {
    const { energy } = this;
    const [real, imaginary] = [this.#real, this.#imaginary];
    for (const carrier of carriersOf(parity)) {
      this.#accumulate(offsetHz(carrier) / this.#outputHz, at, quarter, positions + STEPS_PER_CHIP);
      for (let k = 0, slot = slotOf(carrier); k < positions; k++, slot += SLOTS) {
        const re = scale * (real[k + STEPS_PER_CHIP] - real[k]);
        const im = scale * (imaginary[k + STEPS_PER_CHIP] - imaginary[k]);
        energy[slot] = re * re + im * im;
      }
    }
  }

  openings(step: number, sync: Float64Array, symbols: number): Openings {
    const out = { sync: this.#sync.fill(0), whole: this.#whole.fill(0), together: 0 };
    const { energy } = this;
    for (let i = 0; i < symbols; i++) {
      const first = (step + 2 * STEPS_PER_CHIP * i) * SLOTS;
      const second = first + STEPS_PER_CHIP * SLOTS;
      let sum = 0;
      for (const slot of EVEN_SLOTS) {
        const difference = energy[first + slot] - energy[second + slot];
        sum += difference;
        if (i < sync.length) out.sync[slot] += sync[i] * difference;
        else out.whole[slot] += Math.abs(difference);
      }
      out.together += i < sync.length ? sync[i] * sum : Math.abs(sum);
    }
    for (const slot of EVEN_SLOTS) out.whole[slot] += out.sync[slot];
    return out;
  }

  wideLikelihood(
    step: number,
    carriers: readonly CarrierShare[],
    chips: number,
    gamma: number,
    level: number,
    on: Float64Array,
  ): void {
    const row = STEPS_PER_CHIP * SLOTS;
    const amplitude = Float64Array.from(
      this.energy.subarray(step * SLOTS, step * SLOTS + chips * row),
      (energy) => Math.sqrt(energy / level),
    );
    wideLikelihood(amplitude, row, carriers, chips, gamma, on);
  }

  /** Running sum of the samples, turned to zero frequency, at each position. */
  #accumulate(turnsPerSample: number, at: number, quarter: number, positions: number): void {
    const { real, imaginary } = this.#baseband;
    const stepReal = Math.cos(-2 * Math.PI * turnsPerSample);
    const stepImaginary = Math.sin(-2 * Math.PI * turnsPerSample);
    let [c, s, sumReal, sumImaginary, sample] = [1, 0, 0, 0, Math.floor(at)];
    for (let k = 0; k < positions; k++) {
      const place = at + k * quarter;
      for (const i = Math.floor(place); sample < i; sample++) {
        sumReal += real[sample] * c - imaginary[sample] * s;
        sumImaginary += real[sample] * s + imaginary[sample] * c;
        const next = c * stepReal - s * stepImaginary;
        s = c * stepImaginary + s * stepReal;
        c = next;
      }
      const part = place - sample;
      this.#real[k] = sumReal + part * (real[sample] * c - imaginary[sample] * s);
      this.#imaginary[k] = sumImaginary + part * (real[sample] * s + imaginary[sample] * c);
    }
  }
}
