import type { SampleFormat } from '../../sources/source.js';
import { STRIDE } from '../correlator.js';
import type { Spectrogram } from '../filterbank.js';
import { FRAMES_PER_CHIP } from '../geometry.js';
import type { KernelLoops, KernelShape } from '../kernel-loops.js';
import {
  lookaheadOf,
  MOST_CHIPS,
  NOISE_CEILING,
  ROWS_TOGETHER,
  type RowLoops,
  type SearchShape,
  SUM_BINS,
} from '../rows.js';
import { SAMPLE_READERS } from '../samples.js';
import { prototypeWindow } from '../window.js';
import { assemble } from './assembler.js';
import {
  type FilterbankLayout,
  firstBins,
  framesFunction,
  lastRadix,
  transformFunction,
  twiddles,
} from './filterbank-code.js';
import { PEAK_BYTES } from './peaks-code.js';
import {
  addRowFunction,
  exceedancesFunction,
  gatherFunction,
  keepFunction,
  sumRowsFunction,
} from './rows-code.js';
import { convertFunction, SAMPLE_TURNS } from './samples-code.js';
import { type SearchLayout, searchFunctions } from './search-code.js';

const PAGE_BYTES = 65_536;
/** Cache line: everything in memory begins on one. */
const LINE_BYTES = 64;
const LINE_FLOATS = LINE_BYTES / 4;
/** Bytes of samples converted in one call. */
const STAGE_BYTES = 65_536;
/** Values past the end of a buffer that a loop of whole vectors may read or write. */
const SLACK_FLOATS = 64;

const GREATEST_INT16 = 32_767;

/** Hands out places in memory, bytes. */
class Places {
  end = LINE_BYTES;

  floats(count: number): number {
    const at = this.end;
    this.end += Math.ceil((count + SLACK_FLOATS) / LINE_FLOATS) * LINE_BYTES;
    return at;
  }
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly convert: (from: number, to: number, end: number) => number;
  readonly transform: (starts: number, end: number, iq: number, row: number) => void;
  readonly sumRows: (a: number, b: number, c: number, d: number, out: number, end: number) => void;
  readonly addRow: (from: number, out: number, end: number) => void;
  readonly searchRows: (
    row: number,
    step: number,
    count: number,
    unrest: number,
    deviation: number,
    bins: number,
  ) => number;
  readonly exceedances: (row: number, end: number, threshold: number) => number;
  readonly gather1: (row: number, out: number, end: number) => void;
  readonly gather4: (a: number, b: number, c: number, d: number, out: number, end: number) => void;
  readonly keep: (row: number, out: number, end: number, means: number) => void;
}

/** Whether this machine's WebAssembly has SIMD. */
export function simdIsSupported(): boolean {
  return WebAssembly.validate(assemble([sumRowsFunction()], 1));
}

/** The loops of the kernel as WebAssembly, emitted for one geometry, format and set of patterns. */
export class SimdLoops implements KernelLoops {
  readonly name = 'simd';
  readonly iq: Float32Array;
  readonly spectrogram: Spectrogram;
  readonly rows: RowLoops;
  readonly kept: readonly Spectrogram[];
  readonly #exports: Exports;
  readonly #stage: Uint8Array;
  readonly #turn: (typeof SAMPLE_TURNS)[SampleFormat];
  readonly #silence: number;
  readonly #gain: Float32Array;
  readonly #means: Float32Array;
  readonly #starts: Int32Array;

  constructor(shape: KernelShape) {
    const { geometry, format, samples, ring } = shape;
    const { fftSize } = geometry;
    const places = new Places();
    const stride = oddLines(ring.end);
    const iq = places.floats(2 * samples);
    const spectrogram = places.floats(fftSize * stride);
    const stage = places.floats(STAGE_BYTES / 4);
    const bank = filterbankPlaces(places, shape, 4 * stride);
    const search = searchPlaces(places, shape);
    const chips = shape.batchFrames / FRAMES_PER_CHIP;
    const means = places.floats(fftSize);
    const starts = places.floats(shape.batchFrames);
    const kept = Array.from({ length: shape.keptBatches }, () => places.floats(fftSize * chips));
    const searching = searchFunctions(shape, search);
    const code = assemble(
      [
        ...searching,
        framesFunction(bank),
        transformFunction(searching.length),
        convertFunction(format),
        sumRowsFunction(),
        addRowFunction(),
        exceedancesFunction(search.exceeding),
        keepFunction(4 * chips, 4 * (stride - shape.batchFrames), NOISE_CEILING),
        gatherFunction(1, search.gathered),
        gatherFunction(4, search.gathered),
      ],
      Math.ceil(places.end / PAGE_BYTES),
    );
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
    this.#exports = exports as unknown as Exports;
    const { buffer } = this.#exports.memory;
    this.iq = new Float32Array(buffer, iq, 2 * samples);
    this.spectrogram = { rows: new Float32Array(buffer, spectrogram, fftSize * stride), stride, ring };
    this.kept = kept.map((at) => ({ rows: new Float32Array(buffer, at, fftSize * chips), stride: chips }));
    this.#stage = new Uint8Array(buffer, stage, STAGE_BYTES);
    this.#turn = SAMPLE_TURNS[format];
    this.#silence = SAMPLE_READERS[format].silence;
    this.#gain = new Float32Array(buffer, bank.gain, fftSize);
    this.#starts = new Int32Array(buffer, starts, shape.batchFrames);
    this.#means = new Float32Array(buffer, means, fftSize);
    writeTables(buffer, bank, geometry.samplesPerChip);
    this.rows = new SimdRows(shape, this.#exports, search);
  }

  read(bytes: Uint8Array, at: number): number {
    const stage = this.#stage;
    const { samples: turnSamples, bytes: turnBytes } = this.#turn;
    let clipped = 0;
    let to = this.iq.byteOffset + 8 * at;
    for (let done = 0; done < bytes.length; done += stage.length) {
      const part = bytes.subarray(done, done + stage.length);
      stage.set(part);
      // The last turn may reach past the end: what it makes there is overwritten by the samples to come.
      stage.fill(this.#silence, part.length, Math.min(stage.length, part.length + turnBytes));
      clipped += this.#exports.convert(stage.byteOffset, to, stage.byteOffset + part.length);
      to += (8 * turnSamples * part.length) / turnBytes;
    }
    return clipped;
  }

  transform(starts: Int32Array, column: number, floor: Float32Array): void {
    const gain = this.#gain;
    for (let bin = 0; bin < gain.length; bin++) gain[bin] = 1 / floor[bin];
    this.#starts.set(starts);
    const from = this.#starts.byteOffset;
    const row = this.spectrogram.rows.byteOffset + 4 * column;
    this.#exports.transform(from, from + 4 * starts.length, this.iq.byteOffset, row);
  }

  keep(column: number, slot: number): Float32Array {
    const from = this.spectrogram.rows.byteOffset + 4 * column;
    const { byteOffset, byteLength } = this.kept[slot].rows;
    this.#exports.keep(from, byteOffset, byteOffset + byteLength, this.#means.byteOffset);
    return this.#means;
  }
}

/** The loops over rows as WebAssembly. A row is a place in its memory. */
class SimdRows implements RowLoops {
  readonly sums: Float32Array;
  readonly sumsStride: number;
  readonly exceeding: Int32Array;
  readonly #exports: Exports;
  readonly #shape: SearchShape;
  /** Per width and row, how restless it is; see `PlainRows`. */
  readonly #unrest: readonly Float32Array[];
  /** Peaks as they are noted: scores as float64 [2·i], columns and marks as int32 [4·i + 2], [4·i + 3]. */
  readonly #scores: Float64Array;
  readonly #places: Int32Array;
  readonly #gathered: Float64Array;

  constructor(shape: KernelShape, exports: Exports, search: SearchPlaces) {
    const { buffer } = exports.memory;
    const { batchFrames, geometry } = shape;
    const { fftSize } = geometry;
    this.#exports = exports;
    this.#shape = shape;
    this.sumsStride = search.sumsStride;
    this.sums = new Float32Array(buffer, search.sums, (fftSize / SUM_BINS + 1) * search.sumsStride);
    this.exceeding = new Int32Array(buffer, search.exceeding, batchFrames);
    this.#unrest = search.unrest.map((at) => new Float32Array(buffer, at, fftSize).fill(1));
    this.#scores = new Float64Array(buffer, search.peaks, search.peakFloats / 2);
    this.#places = new Int32Array(buffer, search.peaks, search.peakFloats);
    this.#gathered = new Float64Array(buffer, search.gathered, MOST_CHIPS);
    const score = new Float32Array(buffer, search.score - 12, search.steps + 6);
    score.fill(Number.NEGATIVE_INFINITY);
  }

  sumRows(rows: Float32Array, from: number, stride: number, to: number, columns: number): void {
    const a = rows.byteOffset + 4 * from;
    const out = this.sums.byteOffset + 4 * to;
    this.#exports.sumRows(a, a + 4 * stride, a + 8 * stride, a + 12 * stride, out, out + 4 * columns);
  }

  addRow(from: number, to: number, columns: number): void {
    const { byteOffset } = this.sums;
    this.#exports.addRow(byteOffset + 4 * from, byteOffset + 4 * to, byteOffset + 4 * (to + columns));
  }

  searchRows(
    width: number,
    row: Float32Array,
    at: number,
    step: number,
    count: number,
    first: number,
  ): number {
    const { bins, deviation } = this.#shape.widths[width];
    const from = row.byteOffset + 4 * at;
    const unrest = this.#unrest[width].byteOffset + 4 * first;
    return this.#exports.searchRows(from, 4 * step, count, unrest, deviation, bins) / PEAK_BYTES;
  }

  peakRow(i: number): number {
    return Math.floor(this.#places[4 * i + 3] / this.#shape.words.length);
  }

  peakWord(i: number): number {
    return this.#places[4 * i + 3] % this.#shape.words.length;
  }

  peakColumn(i: number): number {
    return this.#places[4 * i + 2];
  }

  peakScore(i: number): number {
    return this.#scores[2 * i];
  }

  forget(): void {
    for (const unrest of this.#unrest) unrest.fill(1);
  }

  exceedances(row: Float32Array, at: number, columns: number, threshold: number): number {
    const from = row.byteOffset + 4 * at;
    return this.#exports.exceedances(from, from + 4 * columns, threshold);
  }

  gather(rows: Float32Array, places: Int32Array, width: number, from: number, to: number): Float64Array {
    const { gather1, gather4 } = this.#exports;
    const at = rows.byteOffset;
    const [first, end] = [8 * from, 8 * to];
    this.#gathered.fill(0, from);
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const [a, b, c, d] = [places[i], places[i + 1], places[i + 2], places[i + 3]];
      gather4(at + 4 * a, at + 4 * b, at + 4 * c, at + 4 * d, first, end);
    }
    for (; i < width; i++) gather1(at + 4 * places[i], first, end);
    return this.#gathered;
  }
}

interface SearchPlaces extends SearchLayout {
  readonly unrest: readonly number[];
  readonly peakFloats: number;
  readonly gathered: number;
  readonly sums: number;
  readonly sumsStride: number;
  readonly exceeding: number;
}

function searchPlaces(places: Places, shape: KernelShape): SearchPlaces {
  const { words, widths, geometry, batchFrames } = shape;
  const steps = batchFrames / STRIDE;
  // Were every step of every row a peak, there would still be room.
  const peakFloats = ROWS_TOGETHER * words.length * steps * (PEAK_BYTES / 4);
  const lookahead = lookaheadOf(words);
  const sumsStride = oddLines(batchFrames + lookahead);
  return {
    columns: batchFrames,
    lookahead,
    sumsStride,
    sums: places.floats((geometry.fftSize / SUM_BINS + 1) * sumsStride),
    running: places.floats((batchFrames + lookahead) / STRIDE),
    rounded: places.floats((batchFrames + lookahead) / STRIDE / 2),
    greatest: Math.floor(GREATEST_INT16 / Math.max(...words.map(({ length }) => length))),
    score: places.floats(steps + LINE_FLOATS) + LINE_BYTES,
    steps,
    list: places.floats(batchFrames),
    peaks: places.floats(peakFloats),
    peakFloats,
    unrest: widths.map(() => places.floats(geometry.fftSize)),
    exceeding: places.floats(batchFrames),
    gathered: places.floats(2 * MOST_CHIPS),
  };
}

function filterbankPlaces(places: Places, { geometry }: KernelShape, strideBytes: number): FilterbankLayout {
  const { fftSize, windowSamples } = geometry;
  return {
    fftSize,
    windowSamples,
    strideBytes,
    window: places.floats(fftSize),
    twiddles: places.floats(12 * fftSize),
    work: places.floats(8 * fftSize),
    blocks: places.floats(2 * fftSize),
    gain: places.floats(fftSize),
  };
}

function writeTables(buffer: ArrayBuffer, layout: FilterbankLayout, samplesPerChip: number): void {
  const { fftSize, windowSamples } = layout;
  new Float32Array(buffer, layout.window).set(prototypeWindow(windowSamples, samplesPerChip));
  new Float32Array(buffer, layout.twiddles).set(twiddles(fftSize));
  const blocks = new Int32Array(buffer, layout.blocks, (2 * fftSize) / lastRadix(fftSize));
  firstBins(fftSize).forEach((bin, i) => {
    blocks[2 * i] = 4 * bin;
    blocks[2 * i + 1] = layout.strideBytes * bin;
  });
}

/** A stride of at least `floats`, as an odd number of cache lines: it spreads a column's rows over the cache. */
function oddLines(floats: number): number {
  const lines = Math.ceil(floats / LINE_FLOATS);
  return LINE_FLOATS * (lines + (lines % 2 === 0 ? 1 : 0));
}
