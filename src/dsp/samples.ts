import type { SampleFormat } from '../sources/source.js';

/** Converts bytes of one sample format to complex baseband and counts clipped samples. */
export interface SampleReader {
  /** Bytes of one complex sample. */
  readonly bytes: number;
  /**
   * @param bytes whole samples, interleaved I,Q, little endian
   * @param out   complex baseband, float32, interleaved I,Q; full scale = ±1
   * @param at    index in `out` of the first I
   * @returns how many of the samples clip: I or Q at the end of its range
   */
  read(bytes: Uint8Array, out: Float32Array, at: number): number;
  /** Byte that stands for no signal, as nearly as there is one. */
  readonly silence: number;
  /** Noise that rounding to this format adds, power of a complex sample; 1.0 = 0 dBFS. */
  readonly quantisationNoise: number;
}

/** Power of uniform rounding noise on I and Q together, for a step of 1/`levels` of full scale. */
function roundingNoise(levels: number): number {
  return 2 / (12 * levels * levels);
}

/** Eight bits: a table of 256 values; the two outermost codes are what a clipped sample looks like. */
function eightBitReader(
  level: (byte: number) => number,
  silence: number,
  lowest: number,
  highest: number,
): SampleReader {
  const table = Float32Array.from({ length: 256 }, (_, byte) => level(byte));
  return {
    bytes: 2,
    silence,
    quantisationNoise: roundingNoise(128),
    read(bytes, out, at) {
      let clipped = 0;
      for (let i = 0; i < bytes.length; i += 2) {
        const real = bytes[i];
        const imaginary = bytes[i + 1];
        out[at + i] = table[real];
        out[at + i + 1] = table[imaginary];
        if (real === lowest || real === highest || imaginary === lowest || imaginary === highest) clipped++;
      }
      return clipped;
    },
  };
}

const readCs16: SampleReader = {
  bytes: 4,
  silence: 0,
  quantisationNoise: roundingNoise(32768),
  read(bytes, out, at) {
    let clipped = 0;
    for (let i = 0, o = at; i < bytes.length; i += 4, o += 2) {
      const real = ((bytes[i] | (bytes[i + 1] << 8)) << 16) >> 16;
      const imaginary = ((bytes[i + 2] | (bytes[i + 3] << 8)) << 16) >> 16;
      out[o] = real / 32768;
      out[o + 1] = imaginary / 32768;
      if (real >= 32767 || real <= -32768 || imaginary >= 32767 || imaginary <= -32768) clipped++;
    }
    return clipped;
  },
};

const readCf32: SampleReader = {
  bytes: 8,
  silence: 0,
  quantisationNoise: 1e-14,
  read(bytes, out, at) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let clipped = 0;
    for (let i = 0, o = at; i < bytes.length; i += 8, o += 2) {
      const real = finite(view.getFloat32(i, true));
      const imaginary = finite(view.getFloat32(i + 4, true));
      out[o] = real;
      out[o + 1] = imaginary;
      if (Math.abs(real) >= 1 || Math.abs(imaginary) >= 1) clipped++;
    }
    return clipped;
  },
};

/** A file may hold NaN or infinity; one of them in a running sum would deafen a bin for ever. */
function finite(value: number): number {
  return value > -1e6 && value < 1e6 ? value : 0;
}

export const SAMPLE_READERS: Readonly<Record<SampleFormat, SampleReader>> = {
  cu8: eightBitReader((byte) => (byte - 127.5) / 127.5, 127, 0, 255),
  cs8: eightBitReader((byte) => ((byte << 24) >> 24) / 128, 0, 0x80, 0x7f),
  cs16: readCs16,
  cf32: readCf32,
};
