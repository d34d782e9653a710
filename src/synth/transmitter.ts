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

/** Class F: standard deviation of the carrier from chip to chip, and its change inside a chip, Hz. */
const F_SCATTER_HZ = 15e3;
const F_DRIFT_HZ = { mean: -12e3, deviation: 8e3 };
/** Class G drifts the same way in every chip of a packet: up to this much either way, Hz. */
const G_SCATTER_HZ = 1.5e3;
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
 *
 *   chips          0   1   1   0   1   0
 *   envelope      ____╱‾‾‾‾‾‾‾╲___╱‾‾‾╲___    edges are raised cosines, half of each on either side of the border
 *
 * @param out interleaved I,Q, float32 [2·transmissionSamples]; is overwritten. Sample 0 of it is
 *   `transmissionFrom(t)` of the stream.
 */
export function transmit(t: Transmission, random: Random, out: Float32Array): void {
  out.fill(0);
  const carrier = carrierOf(t, random);
  const rise = RISE_S * t.sampleRateHz;
  const origin = t.startSample - transmissionFrom(t);
  for (let first = t.chips.indexOf(1); first >= 0; ) {
    const end = endOfRun(t.chips, first);
    carrier.keyOn();
    const onAt = origin + first * t.samplesPerChip;
    const offAt = origin + end * t.samplesPerChip;
    for (let chip = first; chip < end; chip++) {
      const border = origin + chip * t.samplesPerChip;
      const from = Math.ceil(chip === first ? onAt - rise / 2 : border);
      const to = Math.ceil(chip === end - 1 ? offAt + rise / 2 : border + t.samplesPerChip);
      carrier.chip(chip, from - border, out.subarray(2 * from, 2 * to));
    }
    shapeEdge(out, onAt, rise, 1);
    shapeEdge(out, offAt, rise, -1);
    first = t.chips.indexOf(1, end);
  }
}

function endOfRun(chips: Uint8Array, first: number): number {
  let end = first + 1;
  while (chips[end] === 1) end++;
  return end;
}

/** Multiplies what lies within half a rise of `at` by a raised cosine that goes up (1) or down (-1). */
function shapeEdge(out: Float32Array, at: number, rise: number, direction: 1 | -1): void {
  for (let i = Math.ceil(at - rise / 2); i < at + rise / 2; i++) {
    const level = 0.5 + 0.5 * direction * Math.sin((Math.PI * (i - at)) / rise);
    out[2 * i] *= level;
    out[2 * i + 1] *= level;
  }
}

/** What oscillates in a transmitter while its key is down. */
interface Carrier {
  /** The key goes down. */
  keyOn(): void;
  /**
   * @param time of the first sample to write, in samples since the chip's nominal start
   * @param out  interleaved I,Q; is overwritten with the carrier at full amplitude
   */
  chip(chip: number, time: number, out: Float32Array): void;
}

function carrierOf(t: Transmission, random: Random): Carrier {
  if (t.class === 'P') return continuousCarrier(t, random);
  if (t.class === 'F') {
    return freeCarrier(
      t,
      random,
      F_SCATTER_HZ,
      () => F_DRIFT_HZ.mean + F_DRIFT_HZ.deviation * random.gaussian(),
    );
  }
  const driftHz = random.uniform(-G_DRIFT_HZ, G_DRIFT_HZ);
  return freeCarrier(t, random, G_SCATTER_HZ, () => driftHz);
}

/** One phase through the whole packet, on or off. */
function continuousCarrier(t: Transmission, random: Random): Carrier {
  const start = random.uniform(0, 2 * Math.PI);
  const bendRad = random.uniform(-P_BEND_RAD, P_BEND_RAD);
  const bendStep = Math.PI / (t.chips.length * t.samplesPerChip);
  const step = (2 * Math.PI * t.carrierHz) / t.sampleRateHz;
  return {
    keyOn: () => {},
    chip(chip, time, out) {
      const now = chip * t.samplesPerChip + time;
      const middle = (chip + 0.5) * t.samplesPerChip;
      const phase = start + step * now + bendRad * Math.sin(bendStep * now);
      oscillate(out, t.amplitude, phase, step + bendRad * bendStep * Math.cos(bendStep * middle), 0);
    },
  };
}

/** Another phase with every key-on, another carrier in every chip, which drifts. */
function freeCarrier(t: Transmission, random: Random, scatterHz: number, drift: () => number): Carrier {
  const radPerHz = (2 * Math.PI) / t.sampleRateHz;
  let phase = 0;
  return {
    keyOn() {
      phase = random.uniform(0, 2 * Math.PI);
    },
    chip(_chip, time, out) {
      const hz = t.carrierHz + scatterHz * random.gaussian();
      const bend = (radPerHz * drift()) / t.samplesPerChip;
      const step = radPerHz * hz + bend * (time - t.samplesPerChip / 2);
      phase = oscillate(out, t.amplitude, phase, step, bend);
    },
  };
}

/**
 * Writes amplitude·exp(i·φ) with a phase that is a parabola of time.
 * @param step rad per sample at the first sample; `bend` is its change per sample
 * @returns the phase of the sample after the last
 */
function oscillate(out: Float32Array, amplitude: number, phase: number, step: number, bend: number): number {
  const samples = out.length / 2;
  let [re, im] = [amplitude * Math.cos(phase), amplitude * Math.sin(phase)];
  // From one sample to the next the phase moves by the step half way between them.
  let [stepRe, stepIm] = [Math.cos(step + bend / 2), Math.sin(step + bend / 2)];
  const [bendRe, bendIm] = [Math.cos(bend), Math.sin(bend)];
  for (let i = 0; i < out.length; i += 2) {
    out[i] = re;
    out[i + 1] = im;
    const nextRe = re * stepRe - im * stepIm;
    im = re * stepIm + im * stepRe;
    re = nextRe;
    const nextStepRe = stepRe * bendRe - stepIm * bendIm;
    stepIm = stepRe * bendIm + stepIm * bendRe;
    stepRe = nextStepRe;
  }
  return phase + step * samples + (bend * samples * samples) / 2;
}
