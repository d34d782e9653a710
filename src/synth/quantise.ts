import { SAMPLE_BYTES, type SampleFormat } from '../sources/source.js';

/** Writes complex baseband (float32, interleaved, full scale ±1) in a sample format; what is beyond clips. */
export function quantise(iq: Float32Array, format: SampleFormat): Uint8Array {
  const bytes = new Uint8Array((iq.length / 2) * SAMPLE_BYTES[format]);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < iq.length; i++) {
    if (format === 'cu8') bytes[i] = clamp(Math.round(iq[i] * 127.5 + 127.5), 0, 255);
    else if (format === 'cs8') bytes[i] = clamp(Math.round(iq[i] * 128), -128, 127);
    else if (format === 'cs16') view.setInt16(2 * i, clamp(Math.round(iq[i] * 32768), -32768, 32767), true);
    else view.setFloat32(4 * i, iq[i], true);
  }
  return bytes;
}

function clamp(value: number, lowest: number, highest: number): number {
  return value < lowest ? lowest : value > highest ? highest : value;
}
