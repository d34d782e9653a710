import type { Random } from './random.js';

/**
 * The three kinds of endpoint radio, as measured on recordings:
 *   P  synthesised: the carrier's phase goes on through the whole packet, with a slow bend
 *   F  free-running: every key-on starts at another phase, every chip has another carrier, and it drifts
 *   G  gas endpoints: near one carrier, drifting inside a chip, phase not continuous
 */
export type TransmitterClass = 'P' | 'F' | 'G';

export const CHIP_RATE_HZ = 32_768;

/** Amplitude time from off to on, s; keeps the spectrum of the edges as narrow as real ones are. */
const RISE_S = 2.5e-6;

interface Habits {
  /** Standard deviation of the carrier from chip to chip, Hz. */
  readonly scatterHz: number;
  /** Change of the carrier from the start to the end of a chip: mean and standard deviation over chips, Hz. */
  readonly driftHz: (random: Random) => number;
  readonly continuousPhase: boolean;
}

const HABITS: Readonly<Record<TransmitterClass, Habits>> = {
  P: { scatterHz: 0, driftHz: () => 0, continuousPhase: true },
  F: { scatterHz: 15e3, driftHz: (random) => -12e3 + 8e3 * random.gaussian(), continuousPhase: false },
  G: { scatterHz: 1.5e3, driftHz: () => 0, continuousPhase: false },
};
/** Class G drifts the same way in every chip of a packet: up to this much either way, Hz. */
const G_DRIFT_HZ = 6e3;
/** Class P bends slowly: phase of half a sine over the packet, up to this much either way, rad. */
const P_BEND_RAD = 0.3;

export interface Transmission {
  readonly class: TransmitterClass;
  /** 0 or 1 per chip. */
  readonly chips: Uint8Array;
  /** Sample at which the first chip begins; may be fractional. */
  readonly startSample: number;
  readonly samplesPerChip: number;
  /** Carrier relative to the tuned centre, Hz. */
  readonly carrierHz: number;
  readonly sampleRateHz: number;
  /** Amplitude while on; full scale = 1. */
  readonly amplitude: number;
}

/** Samples that {@link transmit} needs room for, its soft edges included. */
export function transmissionSamples(t: Transmission): number {
  return Math.ceil(t.chips.length * t.samplesPerChip + 2 * RISE_S * t.sampleRateHz) + 4;
}

/** Sample of the stream at which {@link transmit}'s output begins. */
export function transmissionFrom(t: Transmission): number {
  return Math.floor(t.startSample - RISE_S * t.sampleRateHz) - 1;
}

/**
 * Complex baseband of one on-off-keyed transmission.
 * @param out interleaved I,Q, float32 [2·transmissionSamples]; is overwritten. Sample 0 of it is
 *   `transmissionFrom(t)` of the stream.
 */
export function transmit(t: Transmission, random: Random, out: Float32Array): void {
  out.fill(0);
  const habits = HABITS[t.class];
  const from = transmissionFrom(t);
  const packetDriftHz = t.class === 'G' ? random.uniform(-G_DRIFT_HZ, G_DRIFT_HZ) : 0;
  const bendRad = t.class === 'P' ? random.uniform(-P_BEND_RAD, P_BEND_RAD) : 0;
  const bendRate = Math.PI / (t.chips.length * t.samplesPerChip);
  let phase = random.uniform(0, 2 * Math.PI);
  const rise = RISE_S * t.sampleRateHz;
  const envelope = new Envelope(t.chips, t.samplesPerChip, rise);
  let chip = -1;
  let hz = t.carrierHz;
  let hzPerSample = 0;
  for (let i = 0; i < out.length / 2; i++) {
    const time = from + i - t.startSample;
    // A key-on begins with the first half of its rising edge, before the chip's nominal start.
    const now = Math.floor((time + rise / 2) / t.samplesPerChip);
    if (now !== chip) {
      chip = now;
      const driftHz = habits.driftHz(random) + packetDriftHz;
      hz = t.carrierHz + habits.scatterHz * random.gaussian() - driftHz / 2;
      hzPerSample = driftHz / t.samplesPerChip;
      if (!habits.continuousPhase && t.chips[chip] === 1 && t.chips[chip - 1] !== 1) {
        phase = random.uniform(0, 2 * Math.PI);
      }
    }
    const level = t.amplitude * envelope.at(time);
    const bend = bendRad * Math.sin(bendRate * time);
    out[2 * i] = level * Math.cos(phase + bend);
    out[2 * i + 1] = level * Math.sin(phase + bend);
    phase += (2 * Math.PI * hz) / t.sampleRateHz;
    hz += hzPerSample;
  }
}

/** Keying with raised-cosine edges, half of each edge on either side of the chip's border. */
class Envelope {
  readonly #chips: Uint8Array;
  readonly #samplesPerChip: number;
  readonly #rise: number;

  constructor(chips: Uint8Array, samplesPerChip: number, rise: number) {
    this.#chips = chips;
    this.#samplesPerChip = samplesPerChip;
    this.#rise = rise;
  }

  at(time: number): number {
    const chip = Math.floor(time / this.#samplesPerChip);
    const inside = time - chip * this.#samplesPerChip;
    const here = this.#chips[chip] ?? 0;
    if (inside < this.#rise / 2) return this.#edge(this.#chips[chip - 1] ?? 0, here, inside);
    const left = this.#samplesPerChip - inside;
    if (left < this.#rise / 2) return this.#edge(here, this.#chips[chip + 1] ?? 0, -left);
    return here;
  }

  #edge(before: number, after: number, time: number): number {
    if (before === after) return before;
    const risen = 0.5 + 0.5 * Math.sin((Math.PI * time) / this.#rise);
    return before + (after - before) * risen;
  }
}
