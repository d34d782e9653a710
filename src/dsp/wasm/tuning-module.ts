import { KEPT } from '../chip-bank.js';
import { CARRIERS, type Parity, SLOTS, STEPS_PER_CHIP } from '../chip-raster.js';
import { PIECE_SAMPLES } from '../downconverter.js';
import { assemble } from './assembler.js';
import {
  amplitudesFunction,
  eyeOpeningFunction,
  PHASORS_BYTES,
  runningSumsFunction,
  SAMPLES_PER_TURN,
  SUM_BYTES,
} from './bank-code.js';
import { filterFunction, MIX_BLOCK, mixFunction, TAPS_PER_TURN } from './downconvert-code.js';
import { mixtureFunction } from './mixture-code.js';
import { energiesFunction, openingsFunction, QUARTER, quartersFunction } from './raster-code.js';

const PAGE_BYTES = 65_536;
/** Outputs that the filter makes in a turn. */
export const OUTPUTS_PER_TURN = 4;

/** Those of its functions that the matched filters use; see bank-code.ts. */
export interface BankExports {
  readonly memory: WebAssembly.Memory;
  readonly runningSums: (sample: number, end: number, phasors: number, sums: number) => void;
  readonly amplitudes: (
    sums: number,
    start: number,
    length: number,
    last: number,
    scale: number,
    out: number,
    end: number,
  ) => void;
  readonly eyeOpening: (
    sums: number,
    start: number,
    length: number,
    last: number,
    square: number,
    signs: number,
    signsEnd: number,
    end: number,
  ) => number;
}

/** The functions of the module. */
export interface TuningExports extends BankExports {
  readonly mix: (iq: number, real: number, blocks: number, end: number) => void;
  readonly filter: (from: number, out: number, end: number) => void;
  readonly evenQuarters: Quarters;
  readonly oddQuarters: Quarters;
  readonly evenEnergies: Energies;
  readonly oddEnergies: Energies;
  readonly evenMixture: Mixture;
  readonly wholeMixture: Mixture;
  readonly openings: (row: number, end: number, signs: number, signsEnd: number, out: number) => void;
}
type Quarters = (sample: number, turns: number, bounds: number, end: number, out: number) => void;
type Mixture = (row: number, end: number, out: number, slope: number, most: number, gamma: number) => void;
type Energies = (quarters: number, out: number, end: number, scale: number) => void;

/** Addresses of what matched filters keep. */
export interface BankLayout {
  /** The running sums of KEPT carriers, `sumsBytes` apart. */
  readonly sums: number;
  readonly sumsBytes: number;
  readonly phasors: number;
  readonly signs: number;
  /** Most chips of a packet, whose amplitudes' parts take their places. */
  readonly chips: number;
  readonly real: number;
  readonly imaginary: number;
}

/** Addresses of what lies in memory. */
export interface TuningLayout {
  readonly iq: number;
  readonly mixed: number;
  readonly mixedImaginary: number;
  readonly mixedBytes: number;
  readonly table: number;
  readonly blocks: number;
  readonly taps: number;
  readonly tapsBytes: number;
  readonly real: number;
  readonly imaginary: number;
  readonly turns: Readonly<Record<Parity, number>>;
  readonly bounds: number;
  readonly quarters: number;
  readonly energy: number;
  readonly signs: number;
  readonly openings: number;
  readonly shares: number;
  readonly mixture: number;
  readonly bank: BankLayout;
  readonly end: number;
}

/** Places for so many samples, outputs of the downconverter, positions of the raster and taps of the filter. */
export function layoutOf(
  samples: number,
  outputs: number,
  positions: number,
  taps: number,
  decimation: number,
): TuningLayout {
  let end = 64;
  const room = (bytes: number): number => {
    const at = end;
    // Loops of whole vectors read and write past the end of what they are for.
    end += 64 * Math.ceil((bytes + 1024) / 64);
    return at;
  };
  const tapsBytes = 4 * TAPS_PER_TURN * Math.ceil(taps / TAPS_PER_TURN);
  const count = positions + STEPS_PER_CHIP;
  const chips = Math.ceil(positions / STEPS_PER_CHIP);
  // Sums begin before the first sample, and the last turn may reach past the last one.
  const sumsBytes = SUM_BYTES * (outputs + SAMPLES_PER_TURN);
  // Raster and matched filters fill these anew in each call, and so can share them.
  const quarters = room(QUARTER * count);
  const signs = room(4 * positions);
  // What a turn of the filter reads waits for it, and the last turn reads as much past the end.
  const mixedBytes = 4 * PIECE_SAMPLES + 2 * (tapsBytes + 4 * OUTPUTS_PER_TURN * decimation);
  return {
    iq: room(8 * PIECE_SAMPLES),
    mixed: room(mixedBytes),
    mixedImaginary: room(mixedBytes),
    mixedBytes,
    table: room(8 * MIX_BLOCK),
    blocks: room((8 * samples) / MIX_BLOCK),
    taps: room(tapsBytes),
    tapsBytes,
    real: room(4 * outputs),
    imaginary: room(4 * outputs),
    turns: { even: room(32 * outputs), odd: room(32 * outputs) },
    bounds: room(8 * count),
    quarters,
    energy: room(4 * SLOTS * positions),
    signs,
    openings: room(12 * SLOTS),
    shares: room(4 * SLOTS),
    mixture: room(4 * positions),
    bank: {
      sums: room(KEPT * sumsBytes),
      sumsBytes,
      phasors: room(PHASORS_BYTES * CARRIERS),
      signs,
      chips,
      real: quarters,
      imaginary: quarters + 8 * (chips + 1),
    },
    end,
  };
}

/** Emits the module for one layout. */
export function instantiate(at: TuningLayout, decimation: number): TuningExports {
  const outputImaginary = at.imaginary - at.real;
  const code = assemble(
    [
      mixFunction(at.table, at.mixedImaginary - at.mixed),
      filterFunction(at.taps, at.tapsBytes, decimation),
      quartersFunction('evenQuarters', true, outputImaginary),
      quartersFunction('oddQuarters', false, outputImaginary),
      energiesFunction('evenEnergies', true, 0),
      energiesFunction('oddEnergies', false, 8),
      openingsFunction(),
      mixtureFunction('evenMixture', [0, 1, 4], at.shares),
      mixtureFunction('wholeMixture', [0, 1, 2, 3, 4], at.shares),
      runningSumsFunction(outputImaginary),
      amplitudesFunction(at.bank.imaginary - at.bank.real),
      eyeOpeningFunction(),
    ],
    Math.ceil(at.end / PAGE_BYTES),
  );
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  return exports as unknown as TuningExports;
}
