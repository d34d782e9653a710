import { geometryOf } from '../dsp/geometry.js';
import { SAMPLE_BYTES, type SampleFormat } from '../sources/source.js';

/**
 * How the samples received are divided among threads, by time and at fixed places:
 *
 * ```
 *   position    0              sliceSamples     2·sliceSamples
 *   slice 0     ├──────────────┤·tail·
 *   slice 1            ·run-up·├──────────────┤·tail·
 *   slice 2                           ·run-up·├──────────────┤·tail·
 * ```
 *
 * Each slice is searched by a front end of its own, which knows nothing before its run-up. So what is found does
 * not depend on how many threads there are, or on which of them is faster. In the run-up the noise floor settles;
 * the tail is as long as it takes until everything that begins in the slice has been found.
 */
export interface Slicing {
  /** Infinity: the whole stream is one slice. */
  readonly sliceSamples: number;
  readonly runUpSamples: number;
  /** By so much the start of a packet may be found differently by two front ends: both keep it at a seam. */
  readonly slopSamples: number;
  /** Searched at a time. */
  readonly chunkSamples: number;
}

/** A stretch of the samples received, as positions among them. */
export interface Slice {
  readonly index: number;
  /** Where its run-up begins. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

/** The longer the slices, the less is searched twice; but each thread needs one in memory, and a radio goes on for long. */
const SLICE_S = 2;
const SLICE_BYTES = { radio: 2 ** 23, recording: 2 ** 25 };
const LEAST_RUN_UPS = 1.75;
/** The noise floor is within some percent of where it settles after a dozen batches of 7.8 ms. */
const RUN_UP_S = 0.1;
const SLOP_CHIPS = 2;
/**
 * Much at a time finds the caches of an otherwise idle processor warm, but a reading is later by half of it: more where
 * readings wait for others anyway.
 */
const CHUNK_S = { hurried: 1 / 48, unhurried: 1 / 4 };
/** Packets that may lie in one another's way before a slice: a strong one's look-alikes yield to it. */
const RUN_UP_PACKETS = 1;
/** Most of a tail: the front end waits until a packet, and all that could overlap it, is complete. */
const TAIL_PACKETS = 3;
const TAIL_S = 0.05;
/**
 * What lies ready for the only thread of a live radio, s: what it searches, and what comes meanwhile. The source's own queue
 * holds what is more; what lies here is lost if the thread dies.
 */
const LIVE_RING_S = 2 * CHUNK_S.unhurried;
/** All threads are at about the same place of their slices; they may get out of step by this share of one. */
const OUT_OF_STEP = 0.25;

/**
 * @param longestSymbols of the packets to be found
 * @param mayBeRadio whether the stream may go on for ever
 */
export function slicingOf(
  sampleRateHz: number,
  format: SampleFormat,
  longestSymbols: number,
  mayBeRadio: boolean,
): Slicing {
  const packet = packetSamples(sampleRateHz, longestSymbols);
  const runUpSamples = Math.round(RUN_UP_S * sampleRateHz + RUN_UP_PACKETS * packet);
  const wanted = Math.min(
    SLICE_S * sampleRateHz,
    SLICE_BYTES[mayBeRadio ? 'radio' : 'recording'] / SAMPLE_BYTES[format],
  );
  return {
    sliceSamples: Math.round(Math.max(wanted, LEAST_RUN_UPS * runUpSamples)),
    runUpSamples,
    slopSamples: SLOP_CHIPS * geometryOf(sampleRateHz).samplesPerChip,
    chunkSamples: Math.round(CHUNK_S.hurried * sampleRateHz),
  };
}

/** The whole stream as one slice. @param unhurried whether readings may be some more ms late */
export function undivided(slicing: Slicing, sampleRateHz: number, unhurried: boolean): Slicing {
  const chunkSamples = unhurried ? Math.round(CHUNK_S.unhurried * sampleRateHz) : slicing.chunkSamples;
  return { ...slicing, sliceSamples: Number.POSITIVE_INFINITY, chunkSamples };
}

export function sliceAt({ sliceSamples, runUpSamples }: Slicing, index: number): Slice {
  const start = index === 0 ? 0 : index * sliceSamples;
  return { index, from: Math.max(0, start - runUpSamples), start, end: start + sliceSamples };
}

/** Samples that a ring must hold for so many threads to work at the same time. */
export function ringSamples(
  slicing: Slicing,
  threads: number,
  sampleRateHz: number,
  longestSymbols: number,
): number {
  const { sliceSamples, runUpSamples, chunkSamples } = slicing;
  if (sliceSamples === Number.POSITIVE_INFINITY) return Math.round(LIVE_RING_S * sampleRateHz);
  const tail = TAIL_S * sampleRateHz + TAIL_PACKETS * packetSamples(sampleRateHz, longestSymbols);
  const apart = (threads - 1 + OUT_OF_STEP) * sliceSamples;
  return Math.round(apart + runUpSamples + tail) + 2 * chunkSamples;
}

function packetSamples(sampleRateHz: number, symbols: number): number {
  return 2 * symbols * geometryOf(sampleRateHz).samplesPerChip;
}
