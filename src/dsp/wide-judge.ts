import type { ChipGrid } from './chip-grid.js';
import { CARRIERS, offsetHz, SLOTS, SPACING_HZ, STEPS_PER_CHIP, slotOf } from './chip-raster.js';
import { background } from './eye.js';
import { CHIP_RATE_HZ } from './geometry.js';
import type { Judgement } from './judgement.js';
import { type CarrierShare, carrierShares, keyingEvidence, packetEvidence } from './likelihood.js';
import type { LineCode } from './line-code.js';
import type { Coarse, Tuner } from './tuner.js';

/**
 * Standard deviations of the carriers of one packet's chips that are tried for a free-running transmitter, Hz,
 * each with the energies tried relative to a first estimate; none: the best one so far.
 */
const SPREADS: readonly (readonly [number, readonly number[]])[] = [
  [18e3, [0.7, 1, 1.4]],
  [8e3, []],
];
/** Evidence that lacks less than this of what it can be at most leaves nothing to gain, nats. */
const NO_DOUBT = 1e-6;

const OFFSETS_HZ = Array.from({ length: CARRIERS }, (_, carrier) => offsetHz(carrier));
const SLOT_OF = OFFSETS_HZ.map((_, carrier) => slotOf(carrier));
/** From one chip's energies in a raster to the next one's. */
const CHIP_SLOTS = STEPS_PER_CHIP * SLOTS;

/** Judges chips that have a carrier of their own each, scattered around a common middle. */
export class WideJudge {
  readonly #tuner: Tuner;
  readonly #mean: Float64Array;
  readonly #on: Float64Array;

  /** @param symbols of the longest packet */
  constructor(tuner: Tuner, symbols: number) {
    this.#tuner = tuner;
    this.#mean = new Float64Array(2 * symbols);
    this.#on = new Float64Array(2 * symbols);
  }

  /**
   * @param code      of what follows the sync word
   * @param undoubted the most evidence that there can be
   * @param out       takes the judgement with the most evidence
   */
  judge(
    grid: ChipGrid,
    sync: number,
    code: LineCode,
    coarse: Coarse,
    undoubted: number,
    out: Judgement,
  ): void {
    const signs = this.#tuner.signs[sync];
    this.#tuner.fillOddCarriers(grid);
    const { total, middleHz } = this.#syncEnergy(signs, coarse.wideStep);
    out.background = this.#background(signs.length, grid.symbols, code, coarse.wideStep);
    out.carrierHz = middleHz;
    out.start = grid.start + coarse.wideStart * grid.samplesPerChip;
    out.evidence = Number.NEGATIVE_INFINITY;
    // Every carrier offset within a chip rate sees the same energy once.
    const gamma = Math.max(1, (total / out.background / signs.length) * (SPACING_HZ / CHIP_RATE_HZ));
    for (const [spreadHz, factors] of SPREADS) {
      const carriers = carrierShares(OFFSETS_HZ, middleHz, spreadHz);
      for (const share of carriers) share.index = SLOT_OF[share.index];
      const gammas = factors.length > 0 ? factors.map((factor) => gamma * factor) : [out.gamma];
      for (const tried of gammas) {
        if (out.evidence > undoubted - NO_DOUBT) break;
        // Evidence has one maximum: where more energy does worse, still more does no better.
        if (!this.#improve(out, tried, carriers, signs, code, grid.symbols, coarse.wideStep)) break;
      }
    }
    out.keying = keyingEvidence(out.on, 2 * grid.symbols);
  }

  /** Puts the likelihoods at one energy in the place of those so far, where they have more evidence. */
  #improve(
    out: Judgement,
    gamma: number,
    carriers: readonly CarrierShare[],
    signs: Float64Array,
    code: LineCode,
    symbols: number,
    step: number,
  ): boolean {
    this.#tuner.raster.wideLikelihood(step, carriers, 2 * symbols, gamma, out.background, this.#on);
    const evidence = packetEvidence(this.#on, signs, symbols, code);
    if (evidence <= out.evidence) return false;
    out.evidence = evidence;
    out.gamma = gamma;
    out.on.set(this.#on);
    return true;
  }

  /** Openings of the sync word's eyes at all carriers: their sum and their middle, Hz. */
  #syncEnergy(signs: Float64Array, step: number): { total: number; middleHz: number } {
    const { energy } = this.#tuner.raster;
    let middle = 0;
    let total = 0;
    for (let carrier = 0; carrier < CARRIERS; carrier++) {
      let opening = 0;
      let first = step * SLOTS + SLOT_OF[carrier];
      for (let i = 0; i < signs.length; i++, first += 2 * CHIP_SLOTS) {
        opening += signs[i] * (energy[first] - energy[first + CHIP_SLOTS]);
      }
      if (opening <= 0) continue;
      total += opening;
      middle += opening * offsetHz(carrier);
    }
    return { total, middleHz: middle / (total || 1) };
  }

  /** Energy of off-chips at all carriers on average; at least that of noise. */
  #background(known: number, symbols: number, code: LineCode, step: number): number {
    const { energy } = this.#tuner.raster;
    const mean = this.#mean;
    for (let c = 0, row = step * SLOTS; c < 2 * symbols; c++, row += CHIP_SLOTS) {
      let sum = 0;
      for (let slot = 0; slot < CARRIERS; slot++) sum += energy[row + slot];
      mean[c] = sum / CARRIERS;
    }
    return background(mean, known, symbols, code);
  }
}
