import { SAMPLE_BYTES, type SampleFormat } from '../sources/source.js';

/** Writes complex baseband (float32, interleaved, full scale ±1) in a sample format; what is beyond clips. */
export function quantise(iq: Float32Array, format: SampleFormat): Uint8Array {
  const bytes = new Uint8Array((iq.length / 2) * SAMPLE_BYTES[format]);
  WRITERS[format](iq, bytes);
  return bytes;
}

type Writer = (iq: Float32Array, bytes: Uint8Array) => void;

const WRITERS: Readonly<Record<SampleFormat, Writer>> = {
  cu8: (iq, bytes) => writeEightBits(iq, bytes, 127.5, 127.5, 0),
  // Adding 128 and flipping the highest bit are the same in two's complement.
  cs8: (iq, bytes) => writeEightBits(iq, bytes, 128, 128, 0x80),
  cs16(iq, bytes) {
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < iq.length; i++) {
      const scaled = iq[i] * 32768;
      // What is cut off after adding a half is rounded, as long as nothing is negative.
      const rounded = Math.trunc(scaled + 32768.5) - 32768;
      view.setInt16(2 * i, scaled >= 32767 ? 32767 : scaled <= -32768 ? -32768 : rounded, true);
    }
  },
  cf32(iq, bytes) {
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < iq.length; i++) view.setFloat32(4 * i, iq[i], true);
  },
};

/** An array of clamped bytes rounds and clips by itself, and fast. */
function writeEightBits(
  iq: Float32Array,
  bytes: Uint8Array,
  scale: number,
  zero: number,
  flip: number,
): void {
  const clamped = new Uint8ClampedArray(bytes.buffer);
  for (let i = 0; i < iq.length; i++) clamped[i] = iq[i] * scale + zero;
  if (flip !== 0) for (let i = 0; i < bytes.length; i++) bytes[i] ^= flip;
}
