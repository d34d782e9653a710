import {
  CARRIERS_BESIDE,
  type ChipRaster,
  carriersOf,
  type Openings,
  offsetHz,
  type Parity,
  SLOTS,
  STEPS_PER_CHIP,
  slotOf,
} from '../chip-raster.js';
import {
  type Downconverter,
  decimationOf,
  type Iq,
  lowpass,
  outputsOf,
  PIECE_SAMPLES,
} from '../downconverter.js';
import type { Geometry } from '../geometry.js';
import { boundedLog, type CarrierShare } from '../likelihood.js';
import { MIX_BLOCK } from './downconvert-code.js';
import { SimdBank } from './simd-bank.js';
import {
  instantiate,
  layoutOf,
  OUTPUTS_PER_TURN,
  type TuningExports,
  type TuningLayout,
} from './tuning-module.js';

/**
 * Downconverter and raster of chips as WebAssembly, with float32 where the plain ones have float64, and the matched
 * filters on what the downconverter makes.
 */
export class SimdTuning implements Downconverter, ChipRaster {
  readonly decimation: number;
  readonly margin: number;
  readonly real: Float32Array;
  readonly imaginary: Float32Array;
  readonly energy: Float32Array;
  readonly bank: SimdBank;
  readonly #sampleRateHz: number;
  readonly #at: TuningLayout;
  readonly #wasm: TuningExports;
  readonly #iq: Float32Array;
  readonly #mixed: readonly Float32Array[];
  readonly #table: Float32Array;
  readonly #blocks: Float32Array;
  readonly #boundAddress: Int32Array;
  readonly #boundPart: Float32Array;
  readonly #signs: Float32Array;
  readonly #sync: Float32Array;
  readonly #whole: Float32Array;
  readonly #together: Float32Array;
  readonly #shares: Float32Array;
  readonly #mixture: Float32Array;

  /**
   * @param maxSamples   most input samples in one call
   * @param maxPositions most positions of a raster
   */
  constructor(geometry: Geometry, maxSamples: number, maxPositions: number) {
    const decimation = decimationOf(geometry);
    this.#sampleRateHz = geometry.sampleRateHz;
    this.decimation = decimation.decimation;
    this.margin = decimation.margin;
    const capacity = Math.ceil(maxSamples / this.decimation) + 1;
    const taps = lowpass(decimation);
    const at = layoutOf(maxSamples, capacity, maxPositions, taps.length, this.decimation);
    this.#at = at;
    this.#wasm = instantiate(at, this.decimation);
    const { buffer } = this.#wasm.memory;
    const floats = (from: number, count: number): Float32Array => new Float32Array(buffer, from, count);
    this.real = floats(at.real, capacity);
    this.imaginary = floats(at.imaginary, capacity);
    this.energy = floats(at.energy, maxPositions * SLOTS);
    this.#iq = floats(at.iq, 2 * PIECE_SAMPLES);
    this.#mixed = [at.mixed, at.mixedImaginary].map((from) => floats(from, at.mixedBytes / 4));
    this.#table = floats(at.table, 2 * MIX_BLOCK);
    this.#blocks = floats(at.blocks, 2 * Math.ceil(maxSamples / MIX_BLOCK));
    this.#boundAddress = new Int32Array(buffer, at.bounds, 2 * (maxPositions + STEPS_PER_CHIP));
    this.#boundPart = floats(at.bounds, 2 * (maxPositions + STEPS_PER_CHIP));
    this.#signs = floats(at.signs, maxPositions);
    this.#sync = floats(at.openings, SLOTS);
    this.#whole = floats(at.openings + 4 * SLOTS, SLOTS);
    this.#together = floats(at.openings + 8 * SLOTS, 1);
    this.#shares = floats(at.shares, SLOTS);
    this.#mixture = floats(at.mixture, maxPositions);
    floats(at.taps, taps.length).set(taps);
    const outputHz = geometry.sampleRateHz / this.decimation;
    for (const parity of ['even', 'odd'] as const) {
      const turns = turnsOf(parity, outputHz, capacity);
      floats(at.turns[parity], turns.length).set(turns);
    }
    this.bank = new SimdBank(this.#wasm, at.bank, at.real, outputHz);
  }

  convert(iq: Iq, at: number, count: number, carrierHz: number): number {
    const { mixed, mixedImaginary, real, imaginary, tapsBytes, ...places } = this.#at;
    const angle = (-2 * Math.PI * carrierHz) / this.#sampleRateHz;
    phasors(angle, this.#table, MIX_BLOCK, 1, MIX_BLOCK);
    phasors(angle * MIX_BLOCK, this.#blocks, Math.ceil(count / MIX_BLOCK), 2, 1);
    const outputs = outputsOf(this, count);
    let made = 0;
    // Mixed samples at the buffer's beginning that outputs to come need.
    let held = 0;
    for (let done = 0; done < count; done += PIECE_SAMPLES) {
      const samples = Math.min(PIECE_SAMPLES, count - done);
      this.#iq.set(iq.subarray(2 * (at + done), 2 * (at + done + samples)));
      const to = mixed + 4 * held;
      this.#wasm.mix(places.iq, to, places.blocks + (8 * done) / MIX_BLOCK, to + 4 * samples);
      held += samples;
      const isLast = done + samples === count;
      const ready = isLast ? outputs - made : this.#wholeTurns(held - tapsBytes / 4);
      if (ready <= 0) continue;
      const end = made + ready;
      this.#wasm.filter(mixed, real + 4 * made, real + 4 * end);
      this.#wasm.filter(mixedImaginary, imaginary + 4 * made, imaginary + 4 * end);
      made = end;
      const passed = ready * this.decimation;
      for (const part of this.#mixed) part.copyWithin(0, passed, held);
      held -= passed;
    }
    return outputs;
  }

  /** Outputs of whole turns whose first samples lie within so many. */
  #wholeTurns(samples: number): number {
    const outputs = Math.floor(samples / this.decimation) + 1;
    return Math.max(0, outputs - (outputs % OUTPUTS_PER_TURN));
  }

  wideLikelihood(
    step: number,
    carriers: readonly CarrierShare[],
    chips: number,
    gamma: number,
    level: number,
    on: Float64Array,
  ): void {
    const shares = this.#shares.fill(0);
    let allEven = true;
    for (const { index, logShare } of carriers) {
      shares[index] = Math.exp(logShare);
      if (index >= 8 && index < 16) allEven = false;
    }
    const { energy, mixture } = this.#at;
    const row = energy + 4 * SLOTS * step;
    const end = row + 4 * SLOTS * STEPS_PER_CHIP * chips;
    const root = Math.sqrt(gamma);
    const mix = allEven ? this.#wasm.evenMixture : this.#wasm.wholeMixture;
    mix(row, end, mixture, (2 * root) / Math.sqrt(level), 2 * root * (root + 3), gamma);
    const likelihood = this.#mixture;
    for (let c = 0; c < chips; c++) on[c] = boundedLog(likelihood[c]);
  }

  fill(parity: Parity, at: number, quarter: number, positions: number, scale: number): void {
    const { real, turns, bounds, quarters, energy } = this.#at;
    const [address, part] = [this.#boundAddress, this.#boundPart];
    const count = positions + STEPS_PER_CHIP;
    const first = Math.floor(at);
    for (let k = 0; k < count; k++) {
      const place = at + k * quarter;
      const i = Math.floor(place);
      address[2 * k] = real + 4 * i;
      part[2 * k + 1] = place - i;
    }
    const [sum, square] =
      parity === 'even'
        ? [this.#wasm.evenQuarters, this.#wasm.evenEnergies]
        : [this.#wasm.oddQuarters, this.#wasm.oddEnergies];
    sum(real + 4 * first, turns[parity], bounds, bounds + 8 * count, quarters);
    square(quarters, energy, energy + 4 * SLOTS * positions, scale * scale);
  }

  openings(step: number, sync: Float64Array, symbols: number): Openings {
    this.#signs.set(sync);
    const { energy, signs, openings } = this.#at;
    const row = energy + 4 * SLOTS * step;
    const end = row + 8 * SLOTS * STEPS_PER_CHIP * symbols;
    this.#wasm.openings(row, end, signs, signs + 4 * sync.length, openings);
    return { sync: this.#sync, whole: this.#whole, together: this.#together[0] };
  }
}

/** Cosines and sines of multiples of an angle, `stride` apart, a sine so far behind its cosine. */
function phasors(angle: number, out: Float32Array, count: number, stride: number, sine: number): void {
  const stepC = Math.cos(angle);
  const stepS = Math.sin(angle);
  let c = 1;
  let s = 0;
  for (let i = 0; i < count; i++) {
    out[i * stride] = c;
    out[i * stride + sine] = s;
    const next = c * stepC - s * stepS;
    s = c * stepS + s * stepC;
    c = next;
  }
}

/** Four cosines and four sines a sample, of the carriers above zero of one parity. */
function turnsOf(parity: Parity, outputHz: number, samples: number): Float32Array {
  const out = new Float32Array(8 * samples);
  for (const carrier of carriersOf(parity)) {
    if (carrier <= CARRIERS_BESIDE) continue;
    const angle = (2 * Math.PI * offsetHz(carrier)) / outputHz;
    const lane = slotOf(carrier) % 8;
    for (let i = 0; i < samples; i++) {
      out[8 * i + lane] = Math.cos(angle * i);
      out[8 * i + 4 + lane] = Math.sin(angle * i);
    }
  }
  return out;
}
