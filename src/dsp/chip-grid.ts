import type { Decimation } from './downconverter.js';

/** Turns places in chips into places in the downconverter's output. */
export class ChipGrid {
  readonly start: number;
  readonly symbols: number;
  readonly samplesPerChip: number;
  /** Length of a chip, output samples. */
  readonly chip: number;
  /** Factor on sums of output samples that makes the mean energy of noise 1. */
  readonly scale: number;
  readonly #origin: number;

  /**
   * @param start      first chip of the packet, input samples
   * @param noisePower noise power of an input sample
   * @param from       input sample that the downconverter began with
   */
  constructor(
    start: number,
    noisePower: number,
    from: number,
    down: Decimation,
    samplesPerChip: number,
    symbols: number,
  ) {
    this.start = start;
    this.symbols = symbols;
    this.samplesPerChip = samplesPerChip;
    this.chip = samplesPerChip / down.decimation;
    this.scale = down.decimation / Math.sqrt(samplesPerChip * noisePower);
    this.#origin = (start - from - down.margin) / down.decimation + 0.5;
  }

  at(shiftChips: number): number {
    return this.#origin + shiftChips * this.chip;
  }
}
