import { Decoder } from '../decode/decoder.js';
import { PROTOCOLS } from '../decode/protocols/index.js';
import { FrontEnd } from '../dsp/front-end.js';
import { geometryOf } from '../dsp/geometry.js';
import { BATCH_FRAMES, Kernel } from '../dsp/kernel.js';
import type { KernelName } from '../dsp/kernel-loops.js';
import type { SampleFormat } from '../sources/source.js';
import { populate } from '../synth/meter.js';
import { record } from '../synth/recording.js';
import { street } from '../synth/street.js';

/** Steps of an eight-bit format to full scale, and the noise that a dongle's gain is set for. */
const STEPS = 128;
const NOISE_STEPS = 10;
const FIRST_ID = 10_000_001;
const PERIOD_SECONDS = 1;
const BLOCK_BYTES = 131_072;

/** A window to measure with. */
export interface Window {
  readonly centerHz: number;
  readonly sampleRateHz: number;
  readonly format: SampleFormat;
}

/** What a dongle hears, and what a wide radio hears: all of the channels. */
export const DONGLE: Window = { centerHz: 912.6e6, sampleRateHz: 2.4e6, format: 'cu8' };
export const WHOLE_BAND: Window = { centerHz: 915.7e6, sampleRateHz: 12.5e6, format: 'cs8' };

/** Simulated air: noise, and about so many packets a second of meters of all kinds, 8 to 40 dB. */
export function simulatedAir(window: Window, packetsPerSecond: number, seconds: number): Uint8Array {
  const { centerHz, sampleRateHz, format } = window;
  const bandHz = 12.2e6;
  const population = {
    // All channels have packets, and the window hears its share of them.
    meters: Math.round((packetsPerSecond * PERIOD_SECONDS * bandHz) / Math.min(bandHz, sampleRateHz)),
    firstId: FIRST_ID,
    class: 'mix',
    periodSeconds: { least: PERIOD_SECONDS, most: PERIOD_SECONDS },
    ebN0Db: { least: 8, most: 40 },
    relayedShare: 0,
  } as const;
  const radio = { centerHz, sampleRateHz, ppm: 0, noiseRms: NOISE_STEPS / STEPS };
  const samples = Math.round(seconds * sampleRateHz);
  const sendings = street(populate(population, 1), seconds);
  return Buffer.concat([...record({ sendings, radio, format, samples, seed: 2 })].map(({ bytes }) => bytes));
}

/**
 * Runs the receiver over the same air again and again for `seconds`.
 * @returns samples a second, the median of the runs
 */
export function receiverSpeed(window: Window, air: Uint8Array, kernel: KernelName, seconds: number): number {
  const frontEnd = new FrontEnd(window.sampleRateHz, window.format, PROTOCOLS, 0, undefined, kernel);
  const decoder = new Decoder(PROTOCOLS, 0.995);
  const passSeconds = medianSeconds(seconds, () => {
    for (let at = 0; at < air.length; at += BLOCK_BYTES) {
      decoder.decode(frontEnd.push(air.subarray(at, at + BLOCK_BYTES)), frontEnd.searchedTo);
    }
  });
  return air.length / 2 / passSeconds;
}

/** Time of the kernel's stages, s a sample. */
export interface StageSeconds {
  readonly convert: number;
  readonly filterbank: number;
  readonly search: number;
}

/** Times the stages of a kernel one by one on the air of a window, for `seconds` each. */
export function stageSpeeds(
  window: Window,
  air: Uint8Array,
  name: KernelName,
  seconds: number,
): StageSeconds {
  const geometry = geometryOf(window.sampleRateHz);
  const samples = Math.ceil(BATCH_FRAMES * geometry.hopSamples) + 2 * geometry.windowSamples;
  const kernel = new Kernel(name, geometry, window.format, PROTOCOLS, 1, samples, 4.5, 1e-9);
  const bytes = air.subarray(0, 2 * samples);
  const batchSamples = BATCH_FRAMES * geometry.hopSamples;
  const convert = medianSeconds(seconds, () => kernel.read(bytes, 0)) / samples;
  const chipAt = (frame: number): number => geometry.windowSamples + frame * geometry.hopSamples;
  const filterbank = medianSeconds(seconds, () => kernel.transform(chipAt)) / batchSamples;
  const whole = medianSeconds(seconds, () => {
    kernel.batch(chipAt, BATCH_FRAMES, 0);
    kernel.advance();
  });
  return { convert, filterbank, search: whole / batchSamples - filterbank };
}

/** Repeats work for so long, after a fifth of that to warm up; median time of one turn, s. */
function medianSeconds(seconds: number, work: () => void): number {
  const turns: number[] = [];
  const began = performance.now();
  for (let now = began; now - began < 1200 * seconds || turns.length === 0; ) {
    work();
    const after = performance.now();
    if (after - began > 200 * seconds) turns.push(after - now);
    now = after;
  }
  return turns.sort((a, b) => a - b)[turns.length >> 1] / 1000;
}
