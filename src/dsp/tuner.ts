import { type ChipBank, ReferenceBank } from './chip-bank.js';
import { ChipGrid } from './chip-grid.js';
import {
  type ChipRaster,
  carriersOf,
  offsetHz,
  ReferenceRaster,
  STEPS_PER_CHIP,
  slotOf,
} from './chip-raster.js';
import { type SyncPattern, signsOf } from './detector.js';
import { type Downconverter, decimationOf, type Iq, ReferenceDownconverter } from './downconverter.js';
import type { Geometry } from './geometry.js';
import type { KernelName } from './kernel-loops.js';
import { SimdTuning } from './wasm/simd-tuning.js';

const EVEN_CARRIERS = carriersOf('even');
/** Chips of room before and after a packet for the search of its start. */
const ROOM_CHIPS = 1.5;
/** Starts tried: so far either way, chips, and so many in all. */
const START_REACH = 0.5;
export const START_SPACING = 1 / STEPS_PER_CHIP;
const STARTS = 2 * START_REACH * STEPS_PER_CHIP + 1;
/** A packet whose middle is this far from where it was looked for is looked for again, Hz. */
export const RETUNE_HZ = 20e3;

/** Where a packet seems to be, and in how much noise. */
export interface Target {
  readonly sync: number;
  /** Start of the first chip, as an index into the samples given. */
  readonly start: number;
  readonly carrierHz: number;
  /** Noise power of a sample, |x|². */
  readonly noisePower: number;
}

/** First guess of where a packet is: starts in chips from the target. */
export interface Coarse {
  start: number;
  carrier: number;
  wideStart: number;
  /** The latter as a position in the raster. */
  wideStep: number;
  /** Centre of gravity of the sync word's energy over the carriers, Hz. */
  middleHz: number;
}

/** Where a packet was found: the target with its carrier mended, and its place in the downconverter's output. */
export interface Tuned {
  readonly target: Target;
  readonly grid: ChipGrid;
  readonly coarse: Coarse;
}

/** Brings a candidate's carrier to zero and finds roughly where in time and frequency its packet is. */
export class Tuner {
  /** Samples needed before the start of a packet and after its end. */
  readonly margin: number;
  /** Matched filters on the candidate tuned to last. */
  readonly bank: ChipBank;
  /** Energies of its chips by quarter chips, from half a chip before its start on. */
  readonly raster: ChipRaster;
  /** The sync words' symbols, +1 or −1. */
  readonly signs: readonly Float64Array[];
  readonly #geometry: Geometry;
  readonly #patterns: readonly SyncPattern[];
  readonly #down: Downconverter;

  /** @param kernel which loops to use */
  constructor(geometry: Geometry, patterns: readonly SyncPattern[], kernel: KernelName) {
    const symbols = Math.max(...patterns.map((pattern) => pattern.lengthSymbols));
    const room = Math.ceil(ROOM_CHIPS * geometry.samplesPerChip);
    const longest = Math.ceil(2 * symbols * geometry.samplesPerChip);
    const { margin, decimation } = decimationOf(geometry);
    this.#geometry = geometry;
    this.#patterns = patterns;
    this.signs = patterns.map(({ sync }) => signsOf(sync));
    this.margin = room + margin + 2;
    const samples = longest + 2 * this.margin;
    if (kernel === 'simd') {
      const tuning = new SimdTuning(geometry, samples, positionsOf(symbols));
      this.#down = tuning;
      this.raster = tuning;
      this.bank = tuning.bank;
    } else {
      const outputHz = geometry.sampleRateHz / decimation;
      this.#down = new ReferenceDownconverter(geometry, samples);
      this.raster = new ReferenceRaster(this.#down, outputHz, positionsOf(symbols));
      this.bank = new ReferenceBank(this.#down, outputHz, 2 * symbols);
    }
  }

  /**
   * @param iq must hold `margin` samples on either side of the packet
   * @param isTaken whether another packet has a carrier that the candidate turns out to lie on
   * @returns null where that is so
   */
  tune(iq: Iq, target: Target, isTaken: (carrierHz: number) => boolean): Tuned | null {
    const tuned = this.#tuneTo(iq, target);
    const { middleHz } = tuned.coarse;
    if (Math.abs(middleHz) <= RETUNE_HZ) return tuned;
    const carrierHz = target.carrierHz + middleHz;
    return isTaken(carrierHz) ? null : this.#tuneTo(iq, { ...target, carrierHz });
  }

  /** Opening of the eye at one carrier and start, chips from the target. */
  opening(grid: ChipGrid, sync: number, carrier: number, start: number): number {
    const { chip, scale, symbols } = grid;
    return this.bank.opening(carrier, grid.at(start), chip, scale, this.signs[sync], symbols);
  }

  /** Works out the raster between the carriers that the search for the packet's place has looked at. */
  fillOddCarriers(grid: ChipGrid): void {
    const { symbols, chip, scale } = grid;
    this.raster.fill('odd', grid.at(-START_REACH), chip / STEPS_PER_CHIP, positionsOf(symbols), scale);
  }

  #tuneTo(iq: Iq, target: Target): Tuned {
    const { samplesPerChip } = this.#geometry;
    const symbols = this.#patterns[target.sync].lengthSymbols;
    const from = Math.floor(target.start) - this.margin;
    const count = Math.ceil(2 * symbols * samplesPerChip) + 2 * this.margin;
    this.bank.load(this.#down.convert(iq, from, count, target.carrierHz));
    const grid = new ChipGrid(target.start, target.noisePower, from, this.#down, samplesPerChip, symbols);
    return { target, grid, coarse: this.#searchCoarsely(grid, target.sync) };
  }

  /** Start and carrier by how far the eye opens: at one carrier, and with the energy of all of them. */
  #searchCoarsely(grid: ChipGrid, sync: number): Coarse {
    const { symbols, chip, scale } = grid;
    // Carriers lie closer than a chip can tell apart; every other one holds all the energy.
    this.raster.fill('even', grid.at(-START_REACH), chip / STEPS_PER_CHIP, positionsOf(symbols), scale);
    const best: Coarse = { start: 0, carrier: 0, wideStart: 0, wideStep: 0, middleHz: 0 };
    let narrow = Number.NEGATIVE_INFINITY;
    let wide = Number.NEGATIVE_INFINITY;
    for (let step = 0; step < STARTS; step++) {
      const start = step * START_SPACING - START_REACH;
      const opening = this.raster.openings(step, this.signs[sync], symbols);
      for (const carrier of EVEN_CARRIERS) {
        const here = opening.whole[slotOf(carrier)];
        if (here <= narrow) continue;
        narrow = here;
        best.start = start;
        best.carrier = carrier;
      }
      if (opening.together <= wide) continue;
      wide = opening.together;
      best.wideStart = start;
      best.wideStep = step;
      best.middleHz = middleOf(opening.sync);
    }
    return best;
  }
}

/** Positions in a raster from half a chip before a packet's first chip to half a chip after its last one. */
function positionsOf(symbols: number): number {
  return 2 * symbols * STEPS_PER_CHIP + STARTS - STEPS_PER_CHIP;
}

/** Centre of gravity of the sync word's energy over the even carriers, Hz. */
function middleOf(opening: Float32Array): number {
  let sum = 0;
  let moment = 0;
  for (const carrier of EVEN_CARRIERS) {
    const here = Math.max(0, opening[slotOf(carrier)]);
    sum += here;
    moment += here * offsetHz(carrier);
  }
  return moment / (sum || 1);
}
