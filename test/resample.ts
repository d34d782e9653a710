/** Taps on each side of an output sample, in samples of the slower of both rates. */
const REACH = 64;
/** Places between two input samples for which taps are at hand; the nearest is used. */
const PHASES = 512;

/**
 * Complex baseband at another sample rate, limited to the band that both rates can hold: a sinc under a Hann
 * window, as wide as the slower rate.
 * @param iq float32, interleaved I,Q
 */
export function resample(iq: Float32Array, fromHz: number, toHz: number): Float32Array {
  const step = fromHz / toHz;
  const cutoff = Math.min(1, 1 / step);
  const reach = Math.ceil(REACH * Math.max(1, step));
  const taps = tapTable(reach, cutoff);
  const length = 2 * reach;
  const samples = iq.length / 2;
  const out = new Float32Array(2 * Math.floor(samples / step));
  for (let i = 0; i < out.length; i += 2) {
    const at = Math.round((i / 2) * step * PHASES);
    const first = Math.floor(at / PHASES) - reach + 1;
    const row = (at % PHASES) * length;
    let [real, imaginary] = [0, 0];
    for (let t = Math.max(0, -first); t < length && first + t < samples; t++) {
      real += taps[row + t] * iq[2 * (first + t)];
      imaginary += taps[row + t] * iq[2 * (first + t) + 1];
    }
    out[i] = real;
    out[i + 1] = imaginary;
  }
  return out;
}

/** Taps per phase, float64 [PHASES][2·reach]; tap t of phase p stands at t − reach + 1 − p/PHASES. */
function tapTable(reach: number, cutoff: number): Float64Array {
  const table = new Float64Array(PHASES * 2 * reach);
  for (let i = 0; i < table.length; i++) {
    const at = (i % (2 * reach)) - reach + 1 - Math.floor(i / (2 * reach)) / PHASES;
    const angle = Math.PI * cutoff * at;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * at) / reach);
    table[i] = cutoff * (angle === 0 ? 1 : Math.sin(angle) / angle) * window;
  }
  return table;
}
