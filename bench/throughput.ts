/**
 * Samples per second on one core: the whole receiver on quiet and on busy air, and its stages.
 *
 *   npm run bench:throughput [-- recording.cu8 sample-rate]
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { PROTOCOLS } from '../src/decode/protocols/index.js';
import { Filterbank } from '../src/dsp/filterbank.js';
import { geometryOf } from '../src/dsp/geometry.js';
import { BATCH_FRAMES, ReferenceKernel } from '../src/dsp/reference.js';
import { SAMPLE_READERS } from '../src/dsp/samples.js';
import { Air, amplitudeFor } from '../src/synth/air.js';
import { addForeign, FOREIGN_KINDS } from '../src/synth/foreign.js';
import { quantise } from '../src/synth/quantise.js';
import { Random } from '../src/synth/random.js';
import { CHIP_RATE_HZ, type TransmitterClass } from '../src/synth/transmitter.js';
import { receive } from './receive.js';
import { anyCarrier, NOISE_RMS, SAMPLE_RATE_HZ, scene, transmission } from './scene.js';
import { table } from './table.js';

const AIR_S = 8;
const BLOCK_BYTES = 131_072;

/** Air with so many packets a second, of all classes and strengths from 8 to 40 dB. */
function traffic(packetsPerSecond: number): Uint8Array {
  const random = new Random(packetsPerSecond + 1);
  const kinds: readonly TransmitterClass[] = ['P', 'F', 'G'];
  const sendings = Array.from({ length: Math.round(AIR_S * packetsPerSecond) }, (_, i) => {
    const start = random.uniform(0, AIR_S) * SAMPLE_RATE_HZ;
    return transmission(random, kinds[i % 3], random.uniform(8, 40), start, anyCarrier(random)).onAir;
  });
  return Buffer.concat([...scene(sendings, AIR_S, random)]);
}

/** Foreign signals of every kind side by side without a pause, 10 to 50 dB: no bin is ever quiet. */
function interference(): Uint8Array {
  const random = new Random(4711);
  const iq = new Float32Array(2 * AIR_S * SAMPLE_RATE_HZ);
  new Air([], NOISE_RMS, random).next(iq);
  for (let i = 0; i < 4 * FOREIGN_KINDS.length; i++) {
    const carrierHz = ((0.86 * (i + 0.5)) / (4 * FOREIGN_KINDS.length) - 0.43) * SAMPLE_RATE_HZ;
    const amplitude = amplitudeFor(random.uniform(10, 50), NOISE_RMS, SAMPLE_RATE_HZ / CHIP_RATE_HZ);
    const kind = FOREIGN_KINDS[i % FOREIGN_KINDS.length];
    addForeign({ kind, sampleRateHz: SAMPLE_RATE_HZ, carrierHz, amplitude }, random, iq);
  }
  return quantise(iq, 'cu8');
}

function* blocks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) yield bytes.subarray(at, at + BLOCK_BYTES);
}

/** One row: a whole run after a warm-up. */
function wholeReceiver(name: string, bytes: Uint8Array, sampleRateHz: number): string[] {
  receive(blocks(bytes.subarray(0, Math.min(bytes.length, 2 * sampleRateHz))), sampleRateHz);
  const { packets, front, seconds } = receive(blocks(bytes), sampleRateHz);
  const rate = front.samples / seconds;
  return [name, (rate / 1e6).toFixed(2), (rate / sampleRateHz).toFixed(2), String(packets.length)];
}

/** Seconds that `samples` samples take, best of three. */
function time(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const began = performance.now();
    work();
    best = Math.min(best, (performance.now() - began) / 1000);
  }
  return best;
}

function stages(bytes: Uint8Array): string[][] {
  const samples = 2_000_000;
  const geometry = geometryOf(SAMPLE_RATE_HZ);
  const iq = new Float32Array(2 * (samples + 4 * geometry.windowSamples));
  const reader = SAMPLE_READERS.cu8;
  const convert = time(() => reader.read(bytes.subarray(0, 2 * samples), iq, 0));
  const bank = new Filterbank(geometry);
  const column = { rows: new Float32Array(geometry.fftSize), stride: 1 };
  const frames = Math.floor(samples / geometry.hopSamples) - 8;
  const transform = time(() => {
    for (let f = 0; f < frames; f++) bank.frame(iq, Math.round(f * geometry.hopSamples), column, 0);
  });
  const kernel = new ReferenceKernel(geometry, PROTOCOLS, 2048, 4.5, 1e-9);
  const batches = Math.floor(frames / BATCH_FRAMES) - 1;
  const whole = time(() => {
    for (let b = 0; b < batches; b++) {
      const first = b * BATCH_FRAMES;
      const chipAt = (frame: number): number => 16 + (first + frame) * geometry.hopSamples;
      kernel.batch(iq, chipAt, BATCH_FRAMES, first);
      kernel.advance();
    }
  });
  const kernelSamples = batches * BATCH_FRAMES * geometry.hopSamples;
  const search = whole / kernelSamples - transform / samples;
  const row = (name: string, secondsPerSample: number): string[] => [
    name,
    (1e-6 / secondsPerSample).toFixed(1),
    (1e9 * secondsPerSample).toFixed(1),
  ];
  return [
    row('samples to float', convert / samples),
    row('window, FFT, power', transform / samples),
    row('noise floor, sync search', search),
  ];
}

const [file, rate] = process.argv.slice(2);
console.log(`${cpus()[0].model}, Node.js ${process.version}, one core`);
const quiet = traffic(0);
const rows = [
  wholeReceiver('noise only', quiet, SAMPLE_RATE_HZ),
  wholeReceiver('10 packets/s', traffic(10), SAMPLE_RATE_HZ),
  wholeReceiver('100 packets/s', traffic(100), SAMPLE_RATE_HZ),
  wholeReceiver('foreign signals on all of the band', interference(), SAMPLE_RATE_HZ),
];
if (file !== undefined) rows.push(wholeReceiver(file, readFileSync(file), Number(rate ?? SAMPLE_RATE_HZ)));
console.log(table(['whole receiver, fft.js kernel', 'MS/s', '× real time', 'packets'], rows));
console.log(table(['stage', 'MS/s', 'ns a sample'], stages(quiet)));
