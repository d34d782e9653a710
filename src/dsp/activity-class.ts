import { kthSmallest } from '../quickselect.js';
import { HIT_POWER } from './kept-chips.js';
import { TRACK_CHIPS, type Trace } from './trace.js';

/**
 * What energy on the air looks like that belongs to no packet:
 *   carrier     steady, at one place
 *   fsk-like    no pauses, moving between places or wider than a carrier
 *   chirp       no pauses, sweeping
 *   ook         keyed on and off
 *   manchester  keyed on and off like an ERT packet, but none that is known
 *   too-short   shorter than any packet, or pieces of something too weak to be seen whole
 *   wideband    impulses over most of the band
 *   splatter    at the same time as something far stronger, and part of its spectrum
 */
export const ACTIVITY_CLASSES = [
  'carrier',
  'fsk-like',
  'chirp',
  'ook',
  'manchester',
  'too-short',
  'wideband',
  'splatter',
] as const;
export type ActivityClass = (typeof ACTIVITY_CLASSES)[number];

/** The band that a trace fills, bins. */
export interface Place {
  readonly centre: number;
  readonly width: number;
  /** How far it moves. */
  readonly range: number;
}

/** A trace's looks. */
export interface Shape {
  readonly class: ActivityClass;
  /** Of something keyed: its shortest pulse, chips; not told apart below 1. */
  readonly pulse: number | null;
}

/** Fewer chips than this say nothing of a signal's nature: 1.5 ms. */
const LEAST_CHIPS = 48;
/** Less than the shortest packet, SCM: 5.3 ms. A piece of a carrier or of keying is a pulse or a fragment. */
const PACKET_CHIPS = 173;
/** Share of its time that something keyed is off at least. */
const OFF_SHARE = 0.12;
/** Mean power from which nothing falls below the threshold by noise; a weaker signal has holes in this share. */
const SURE_MEAN = 6 * HIT_POWER;
const HOLES_SHARE = 0.65;
/** Relative spread of the power of a constant envelope, at most. */
const ENVELOPE_SPREAD = 0.3;
/** Standard deviation of a steady carrier's place, bins: of its own, and of noise at power 1. */
const STEADY_BINS = 0.06;
const STEADY_NOISE_BINS = 1;
/** Share of the steps that go the same way in a sweep; in anything that goes to and fro it is half. */
const SWEEP_SHARE = 0.7;
const SWEEP_BINS = 2;
const SWEEP_LAGS = [1, 2, 4, 8, 16, 32, 64, 128] as const;
/** Chips over which Manchester symbols are balanced, and by how much less they vary than random keying does. */
const BALANCE_CHIPS = 32;
const BALANCED = 0.35;
/** Likeness to itself some chips later from which it is a train of equal pulses. */
const PERIODIC = 0.6;

/** Width that everything has, since a chip's window is no finer, bins. */
const WINDOW_BINS = 2;

/** Used again for each trace. */
const ORDER = new Float32Array(TRACK_CHIPS);
const AMPLITUDES = new Float32Array(TRACK_CHIPS);
const PULSES = new Float32Array(TRACK_CHIPS);

/** Where a trace lies. */
export function placeOf({ centre, width, length }: Trace): Place {
  const low = quantile(centre, length, 0.05);
  const high = quantile(centre, length, 0.95);
  const wide = quantile(width, length, 0.5);
  return { centre: (low + high) / 2, range: high - low, width: Math.max(1, high - low + wide - WINDOW_BINS) };
}

/** Tells what a trace that lies in a place looks like. */
export function shapeOf(trace: Trace, { range }: Place): Shape {
  const chips = trace.chip[trace.length - 1] - trace.firstChip + 1;
  if (chips < LEAST_CHIPS) return { class: 'too-short', pulse: null };
  if (isKeyed(trace, chips)) {
    const pulse = shortestPulse(trace);
    if (chips < PACKET_CHIPS) return { class: 'too-short', pulse };
    return { class: isManchester(trace, chips) ? 'manchester' : 'ook', pulse };
  }
  return { class: classOfUnkeyed(trace, range, chips), pulse: null };
}

function classOfUnkeyed(trace: Trace, range: number, chips: number): ActivityClass {
  const steady = STEADY_BINS + STEADY_NOISE_BINS / Math.sqrt(meanOf(trace.power, trace.length));
  if (deviationOf(trace.centre, trace.length) < steady) return chips < PACKET_CHIPS ? 'too-short' : 'carrier';
  return range >= SWEEP_BINS && isSweep(trace, range) ? 'chirp' : 'fsk-like';
}

/** Whether it goes off in between, or its power varies more than noise makes it. */
function isKeyed(trace: Trace, chips: number): boolean {
  const mean = meanOf(trace.power, trace.length);
  if (mean < SURE_MEAN) {
    return longPauses(trace) > OFF_SHARE * chips || trace.length < HOLES_SHARE * chips;
  }
  if (trace.length < (1 - OFF_SHARE) * chips) return true;
  return deviationOf(trace.power, trace.length) / mean > ENVELOPE_SPREAD;
}

/** Chips in pauses that noise does not make. */
function longPauses({ chip, length }: Trace): number {
  let sum = 0;
  for (let i = 1; i < length; i++) {
    const pause = chip[i] - chip[i - 1] - 1;
    if (pause >= 3) sum += pause;
  }
  return sum;
}

/**
 * Shortest pulse, chips. Windows one chip apart add up to a constant, so the amplitudes of a pulse add up to its
 * length wherever it begins.
 */
function shortestPulse(trace: Trace): number {
  const { chip, power, length } = trace;
  const amplitudes = AMPLITUDES;
  for (let i = 0; i < length; i++) amplitudes[i] = Math.sqrt(power[i]);
  const on = quantile(amplitudes, length, 0.8);
  const pulses = PULSES;
  let found = 0;
  let sum = 0;
  let peak = 0;
  for (let i = 0; i < length; i++) {
    sum += amplitudes[i];
    peak = Math.max(peak, amplitudes[i]);
    if (i + 1 < length && chip[i + 1] === chip[i] + 1) continue;
    if (peak > on / 2) pulses[found++] = sum / on;
    sum = 0;
    peak = 0;
  }
  return Math.max(1, quantile(pulses, found, 0.1));
}

/**
 * Whether the amplitude, summed over some symbols, always comes to the same, as in Manchester, where each symbol
 * is on for one chip and off for one; and it is no train of equal pulses, which does so too.
 */
function isManchester(trace: Trace, chips: number): boolean {
  const amplitude = new Float32Array(chips);
  for (let i = 0; i < trace.length; i++) {
    amplitude[trace.chip[i] - trace.firstChip] = Math.sqrt(trace.power[i]);
  }
  const sums = new Float32Array(chips + 1);
  for (let i = 0; i < chips; i++) sums[i + 1] = sums[i] + amplitude[i];
  // A sum less the one before it, so that a slow change of strength does not count.
  let moved = 0;
  for (let i = 2 * BALANCE_CHIPS; i <= chips; i++) {
    moved += (sums[i] - 2 * sums[i - BALANCE_CHIPS] + sums[i - 2 * BALANCE_CHIPS]) ** 2;
  }
  const variance = deviationOf(amplitude, chips) ** 2;
  const random = 2 * BALANCE_CHIPS * variance * (chips - 2 * BALANCE_CHIPS + 1);
  return moved < BALANCED * random && !isPeriodic(amplitude, variance);
}

function isPeriodic(amplitude: Float32Array, variance: number): boolean {
  const mean = meanOf(amplitude, amplitude.length);
  for (let lag = 2; lag <= BALANCE_CHIPS; lag++) {
    let sum = 0;
    for (let i = lag; i < amplitude.length; i++) sum += (amplitude[i] - mean) * (amplitude[i - lag] - mean);
    if (sum > PERIODIC * variance * (amplitude.length - lag)) return true;
  }
  return false;
}

/** Whether it moves one way nearly always, and back only in jumps. */
function isSweep({ centre, chip, length }: Trace, range: number): boolean {
  for (const lag of SWEEP_LAGS) {
    if (lag > length / 6) break;
    let up = 0;
    let down = 0;
    for (let i = lag; i < length; i++) {
      if (chip[i] - chip[i - lag] !== lag) continue;
      const step = centre[i] - centre[i - lag];
      if (step > 0.05 * range) up++;
      if (step < -0.05 * range) down++;
    }
    if (Math.max(up, down) > SWEEP_SHARE * (up + down) && up + down > length / 3) return true;
  }
  return false;
}

/** Of the first of some values. */
function quantile(values: Float32Array, length: number, share: number): number {
  const order = ORDER.subarray(0, length);
  order.set(values.subarray(0, length));
  return kthSmallest(order, Math.min(length - 1, Math.floor(length * share)));
}

function meanOf(values: Float32Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i];
  return sum / length;
}

function deviationOf(values: Float32Array, length: number): number {
  const mean = meanOf(values, length);
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (values[i] - mean) ** 2;
  return Math.sqrt(sum / length);
}
