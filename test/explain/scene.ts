import { encodeScm } from '../../src/decode/protocols/scm.js';
import { amplitudeFor } from '../../src/synth/air.js';
import { addForeign, type ForeignKind } from '../../src/synth/foreign.js';
import { manchester } from '../../src/synth/line-code.js';
import { quantise } from '../../src/synth/quantise.js';
import { Random } from '../../src/synth/random.js';
import {
  CHIP_RATE_HZ,
  type TransmitterClass,
  transmissionFrom,
  transmissionSamples,
  transmit,
} from '../../src/synth/transmitter.js';
import { NOISE_RMS, testFields } from '../dsp/iq.js';

export const RATE = 2_359_296;

/** Something on the air of a test: a packet of an invented meter, or a foreign signal. */
export interface Sounding {
  readonly what: TransmitterClass | ForeignKind;
  readonly seconds: number;
  /** Of a foreign signal. */
  readonly length?: number;
  readonly carrierHz: number;
  /** Of a chip over the noise. */
  readonly snrDb: number;
  /** Meter of a packet. */
  readonly id?: number;
  readonly seed?: number;
}

/** Noise with all that sounds in it, cu8. */
export function sceneOf(seconds: number, soundings: readonly Sounding[], seed = 1): Uint8Array {
  const noise = new Random(seed);
  const iq = new Float32Array(2 * Math.round(seconds * RATE));
  for (let i = 0; i < iq.length; i++) iq[i] = (NOISE_RMS / Math.SQRT2) * noise.gaussian();
  for (const sounding of soundings) add(sounding, iq);
  return quantise(iq, 'cu8');
}

function add(
  { what, seconds, length = 0, carrierHz, snrDb, id = 10_000_001, seed = 1 }: Sounding,
  iq: Float32Array,
) {
  const random = new Random(seed);
  const samplesPerChip = RATE / CHIP_RATE_HZ;
  const amplitude = amplitudeFor(snrDb, NOISE_RMS, samplesPerChip);
  const startSample = Math.round(seconds * RATE);
  if (what !== 'P' && what !== 'F' && what !== 'G') {
    const to = startSample + Math.round(length * RATE);
    addForeign(
      { kind: what, sampleRateHz: RATE, carrierHz, amplitude },
      random,
      iq.subarray(2 * startSample, 2 * to),
    );
    return;
  }
  const chips = manchester(encodeScm(testFields(id)));
  const transmission = {
    class: what,
    chips,
    startSample,
    samplesPerChip,
    carrierHz,
    sampleRateHz: RATE,
    amplitude,
  };
  const out = new Float32Array(2 * transmissionSamples(transmission));
  transmit(transmission, random, out);
  const from = 2 * transmissionFrom(transmission);
  for (let i = 0; i < out.length; i++) iq[from + i] += out[i];
}
