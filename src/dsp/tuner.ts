import { ChipBank } from './chip-bank.js';
import { ChipGrid } from './chip-grid.js';
import type { SyncPattern } from './detector.js';
import { Downconverter } from './downconverter.js';
import { eyeOpening, syncOpening } from './eye.js';
import type { Geometry } from './geometry.js';

/** Carriers tried around a candidate, Hz: reach and spacing. */
export const REACH_HZ = 64e3;
export const SPACING_HZ = 8e3;
/** Chips of room before and after a packet for the search of its start. */
const ROOM_CHIPS = 1.5;
/** Starts tried, chips. */
const START_REACH = 0.5;
export const START_SPACING = 0.25;
/** A packet whose middle is this far from where it was looked for is looked for again, Hz. */
const RETUNE_HZ = 20e3;

/** Where a packet seems to be, and in how much noise. */
export interface Target {
  readonly sync: number;
  /** Start of the first chip, as an index into the samples given. */
  readonly start: number;
  readonly carrierHz: number;
  /** Noise power of a sample, |x|². */
  readonly noisePower: number;
}

/** First guess of where a packet is: chips from the target, and the index of a carrier offset. */
export interface Coarse {
  start: number;
  offset: number;
  wideStart: number;
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
  /** The sync words' symbols, +1 or −1. */
  readonly signs: readonly Float64Array[];
  readonly #geometry: Geometry;
  readonly #patterns: readonly SyncPattern[];
  readonly #down: Downconverter;
  readonly #work: Float64Array;
  readonly #total: Float64Array;

  constructor(geometry: Geometry, patterns: readonly SyncPattern[]) {
    const symbols = Math.max(...patterns.map((pattern) => pattern.lengthSymbols));
    const room = Math.ceil(ROOM_CHIPS * geometry.samplesPerChip);
    const longest = Math.ceil(2 * symbols * geometry.samplesPerChip);
    this.#geometry = geometry;
    this.#patterns = patterns;
    this.signs = patterns.map((p) => Float64Array.from(p.sync, (s) => (s === '1' ? 1 : -1)));
    this.#down = new Downconverter(geometry, longest + 2 * room + 2 * filterRoom(geometry));
    this.margin = room + this.#down.margin + 2;
    this.bank = new ChipBank(this.#down, geometry.sampleRateHz, REACH_HZ, SPACING_HZ);
    this.#work = new Float64Array(2 * symbols);
    this.#total = new Float64Array(2 * symbols);
  }

  /** @param iq complex baseband, float32, interleaved I,Q; must hold `margin` samples on either side of the packet */
  tune(iq: Float32Array, target: Target): Tuned {
    const tuned = this.#tuneTo(iq, target);
    const { middleHz } = tuned.coarse;
    if (Math.abs(middleHz) <= RETUNE_HZ) return tuned;
    return this.#tuneTo(iq, { ...target, carrierHz: target.carrierHz + middleHz });
  }

  /** Opening of the eye at one carrier and start, chips from the target. */
  opening(grid: ChipGrid, sync: number, offset: number, start: number): number {
    this.bank.energies(offset, grid.at(start), grid.chip, 2 * grid.symbols, grid.scale, this.#work);
    return eyeOpening(this.#work, this.signs[sync], grid.symbols);
  }

  #tuneTo(iq: Float32Array, target: Target): Tuned {
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
    const { symbols } = grid;
    const signs = this.signs[sync];
    const chips = 2 * symbols;
    const best: Coarse = { start: 0, offset: 0, wideStart: 0, middleHz: 0 };
    let narrow = Number.NEGATIVE_INFINITY;
    let wide = Number.NEGATIVE_INFINITY;
    for (let start = -START_REACH; start <= START_REACH; start += START_SPACING) {
      this.#total.fill(0);
      let moment = 0;
      let sum = 0;
      // Carriers lie closer than a chip can tell apart; every other one holds all the energy.
      for (let h = 0; h < this.bank.offsetsHz.length; h += 2) {
        const opening = this.opening(grid, sync, h, start);
        if (opening > narrow) {
          narrow = opening;
          best.start = start;
          best.offset = h;
        }
        const atSync = Math.max(0, syncOpening(this.#work, signs));
        sum += atSync;
        moment += atSync * this.bank.offsetsHz[h];
        for (let c = 0; c < chips; c++) this.#total[c] += this.#work[c];
      }
      const opening = eyeOpening(this.#total, signs, symbols);
      if (opening > wide) {
        wide = opening;
        best.wideStart = start;
        best.middleHz = moment / (sum || 1);
      }
    }
    return best;
  }
}

/** Samples of the decimation filter on one side, generously. */
function filterRoom(geometry: Geometry): number {
  return Math.ceil(geometry.samplesPerChip) + 8;
}
