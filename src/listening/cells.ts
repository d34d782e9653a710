import { ALL_CHANNELS_HZ } from './channel-plans.js';

/** The raster of both plans, or nearly: no cell has two channels of one plan. */
const CELL_HZ = 65_536;
/** Carriers are off by this much at most. */
const MARGIN_HZ = 100e3;
const LOWEST_HZ = ALL_CHANNELS_HZ[0] - MARGIN_HZ;

/** Packets nearer to the edge of a window are mostly lost, Hz. */
const HEARD_EDGE_HZ = 60e3;

/** Slices of the band in which what was heard is counted: windows overlap, and share them. */
export const CELLS = Math.ceil((ALL_CHANNELS_HZ.at(-1)! + MARGIN_HZ - LOWEST_HZ) / CELL_HZ);

/** The cell of a carrier, or null where that is outside of the band. */
export function cellAt(carrierHz: number): number | null {
  const cell = Math.floor((carrierHz - LOWEST_HZ) / CELL_HZ);
  return cell >= 0 && cell < CELLS ? cell : null;
}

/** Its middle, Hz. */
export function cellHz(cell: number): number {
  return LOWEST_HZ + (cell + 0.5) * CELL_HZ;
}

export interface CellRange {
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
}

/** The cells that a window hears, at least their middle. */
export function cellsOf(centerHz: number, sampleRateHz: number): CellRange {
  const reachHz = sampleRateHz / 2 - HEARD_EDGE_HZ;
  const first = Math.max(0, Math.ceil((centerHz - reachHz - LOWEST_HZ) / CELL_HZ - 0.5));
  const end = Math.min(CELLS, Math.floor((centerHz + reachHz - LOWEST_HZ) / CELL_HZ - 0.5) + 1);
  return { first, end: Math.max(first, end) };
}
