import type { Random } from './random.js';
import { CHIP_RATE_HZ } from './transmitter.js';

/**
 * Signals of the same band that are no ERT packets, to test that none is taken for one:
 *   fsk      two-tone data at 10 to 100 kbit/s, constant envelope
 *   chirp    LoRa-like sweeps over 125 to 500 kHz
 *   ook      random on-off keying, at the chip rate of ERT packets or another one
 *   manchester random Manchester symbols at the chip rate of ERT packets, without their sync word
 *   pulses   short bursts of carrier
 *   carrier  a steady tone that comes and goes
 */
export const FOREIGN_KINDS = ['fsk', 'chirp', 'ook', 'manchester', 'pulses', 'carrier'] as const;
export type ForeignKind = (typeof FOREIGN_KINDS)[number];

export interface ForeignSignal {
  readonly kind: ForeignKind;
  readonly sampleRateHz: number;
  /** Carrier relative to the tuned centre, Hz. */
  readonly carrierHz: number;
  readonly amplitude: number;
}

/** What a kind does from moment to moment: amplitude 0 to 1 and offset from the carrier, Hz. */
type Motion = (seconds: number) => { readonly level: number; readonly offsetHz: number };

/** Adds a foreign signal to `out` (complex baseband, interleaved I,Q, float32), from its first sample to its last. */
export function addForeign(signal: ForeignSignal, random: Random, out: Float32Array): void {
  const { sampleRateHz, amplitude, carrierHz } = signal;
  const motion = MOTIONS[signal.kind](random);
  let phase = random.uniform(0, 2 * Math.PI);
  for (let i = 0; i < out.length; i += 2) {
    const { level, offsetHz } = motion(i / 2 / sampleRateHz);
    if (level > 0) {
      out[i] += amplitude * level * Math.cos(phase);
      out[i + 1] += amplitude * level * Math.sin(phase);
    }
    phase += (2 * Math.PI * (carrierHz + offsetHz)) / sampleRateHz;
  }
}

/** Random bits at a rate; the same bit for all of its time. */
function bitStream(random: Random, rateHz: number): (seconds: number) => number {
  let index = -1;
  let bit = 0;
  return (seconds) => {
    const now = Math.floor(seconds * rateHz);
    if (now !== index) {
      index = now;
      bit = random.below(2);
    }
    return bit;
  };
}

const MOTIONS: Readonly<Record<ForeignKind, (random: Random) => Motion>> = {
  fsk(random) {
    const rateHz = random.uniform(10e3, 100e3);
    const deviationHz = rateHz * random.uniform(0.25, 1);
    const bit = bitStream(random, rateHz);
    return (seconds) => ({ level: 1, offsetHz: bit(seconds) === 1 ? deviationHz : -deviationHz });
  },
  chirp(random) {
    const widthHz = [125e3, 250e3, 500e3][random.below(3)];
    const sweepS = 2 ** (7 + random.below(6)) / widthHz;
    const symbol = bitStream(random, 1 / sweepS);
    return (seconds) => {
      const place = (seconds / sweepS + 0.37 * symbol(seconds)) % 1;
      return { level: 1, offsetHz: widthHz * (place - 0.5) };
    };
  },
  ook(random) {
    const rateHz = random.below(2) === 0 ? CHIP_RATE_HZ : random.uniform(1e3, 100e3);
    const bit = bitStream(random, rateHz);
    return (seconds) => ({ level: bit(seconds), offsetHz: 0 });
  },
  manchester(random) {
    const rateHz = CHIP_RATE_HZ / 2;
    const bit = bitStream(random, rateHz);
    return (seconds) => {
      const firstHalf = (seconds * rateHz) % 1 < 0.5;
      return { level: bit(seconds) === (firstHalf ? 1 : 0) ? 1 : 0, offsetHz: 0 };
    };
  },
  pulses(random) {
    const lengthS = 10 ** random.uniform(-5, -3);
    const periodS = lengthS * random.uniform(1.5, 30);
    return (seconds) => ({ level: seconds % periodS < lengthS ? 1 : 0, offsetHz: 0 });
  },
  carrier(random) {
    const driftHz = random.uniform(-20e3, 20e3);
    return (seconds) => ({ level: 1, offsetHz: driftHz * seconds });
  },
};
