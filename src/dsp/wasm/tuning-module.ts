import { type Parity, SLOTS, STEPS_PER_CHIP } from '../chip-raster.js';
import { PIECE_SAMPLES } from '../downconverter.js';
import { assemble } from './assembler.js';
import { filterFunction, MIX_BLOCK, mixFunction, TAPS_PER_TURN } from './downconvert-code.js';
import { mixtureFunction } from './mixture-code.js';
import { energiesFunction, openingsFunction, QUARTER, quartersFunction } from './raster-code.js';

const PAGE_BYTES = 65_536;
/** Outputs that the filter makes in a turn. */
export const OUTPUTS_PER_TURN = 4;

/** The functions of the module. */
export interface TuningExports {
  readonly memory: WebAssembly.Memory;
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
    quarters: room(QUARTER * count),
    energy: room(4 * SLOTS * positions),
    signs: room(4 * positions),
    openings: room(12 * SLOTS),
    shares: room(4 * SLOTS),
    mixture: room(4 * positions),
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
    ],
    Math.ceil(at.end / PAGE_BYTES),
  );
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  return exports as unknown as TuningExports;
}
