/** Chips per second on air; the same for every ERT message and for R900. */
export const CHIP_RATE_HZ = 32_768;

/** Frames per chip: a chip that falls between two frames loses at most 1.2 dB. */
export const FRAMES_PER_CHIP = 4;
/** Frames per Manchester symbol, two chips. */
export const FRAMES_PER_SYMBOL = 2 * FRAMES_PER_CHIP;

/** How a sample rate is cut into frames and bins. */
export interface Geometry {
  readonly sampleRateHz: number;
  readonly samplesPerChip: number;
  /** Samples between frames; fractional, frames sit at the nearest whole sample. */
  readonly hopSamples: number;
  /** Length of the window in samples. */
  readonly windowSamples: number;
  /** Bins of the FFT: 1.25 to 2.5 per chip rate, so that no carrier falls far from a bin's centre. */
  readonly fftSize: number;
  readonly binHz: number;
}

/** @param sampleRateHz any rate; it need not be a multiple of the chip rate. */
export function geometryOf(sampleRateHz: number): Geometry {
  const samplesPerChip = sampleRateHz / CHIP_RATE_HZ;
  const fftSize = 2 ** Math.ceil(Math.log2(WINDOW_CHIPS * samplesPerChip));
  return {
    sampleRateHz,
    samplesPerChip,
    hopSamples: samplesPerChip / FRAMES_PER_CHIP,
    windowSamples: Math.floor(WINDOW_CHIPS * samplesPerChip),
    fftSize,
    binHz: sampleRateHz / fftSize,
  };
}

/** Length of the window, chips; see window.ts. */
export const WINDOW_CHIPS = 1.25;

/** Frequency of a bin relative to the centre, Hz; the upper half of the bins is negative. */
export function binFrequencyHz(geometry: Geometry, bin: number): number {
  const signed = bin < geometry.fftSize / 2 ? bin : bin - geometry.fftSize;
  return signed * geometry.binHz;
}
