import type { SampleFormat } from '../../sources/source.js';
import { STRIDE } from '../correlator.js';
import type { Spectrogram } from '../filterbank.js';
import { FRAMES_PER_CHIP } from '../geometry.js';
import { type KernelLoops, type KernelShape, ringOf } from '../kernel-loops.js';
import {
  clippedMean,
  FLUCTUATION_STEP,
  lookaheadOf,
  MOST_CHIPS,
  NOISE_CEILING,
  type RowLoops,
  SUM_BINS,
} from '../rows.js';
import { SAMPLE_READERS } from '../samples.js';
import { prototypeWindow } from '../window.js';
import { assemble } from './assembler.js';
import { type FilterbankLayout, firstBins, framesFunction, lastRadix, twiddles } from './filterbank-code.js';
import { type PeaksLayout, peaksFunction } from './peaks-code.js';
import {
  accumulateFunction,
  addRowFunction,
  clippedSumFunction,
  exceedancesFunction,
  gatherFunction,
  keepFunction,
  sumRowsFunction,
} from './rows-code.js';
import { convertFunction, SAMPLE_TURNS } from './samples-code.js';

const PAGE_BYTES = 65_536;
/** Cache line: everything in memory begins on one. */
const LINE_BYTES = 64;
const LINE_FLOATS = LINE_BYTES / 4;
/** Bytes of samples converted in one call. */
const STAGE_BYTES = 65_536;
/** Values past the end of a buffer that a loop of whole vectors may read or write. */
const SLACK_FLOATS = 64;

/**
 * Differences of chips that are rounded are bounded at so many times the mean of restless ones: more than a first look
 * asks for, so that a single strong chip passes it all the same.
 */
const CEILINGS = 8;
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
  readonly frames: (a: number, b: number, c: number, d: number, row: number) => void;
  readonly sumRows: (a: number, b: number, c: number, d: number, out: number, end: number) => void;
  readonly addRow: (from: number, out: number, end: number) => void;
  readonly accumulate: (row: number, middle: number, end: number, ceiling: number, scale: number) => number;
  readonly clippedSum: (row: number, end: number) => number;
  readonly exceedances: (row: number, end: number, threshold: number) => number;
  readonly gather1: (row: number, out: number, end: number) => void;
  readonly gather4: (a: number, b: number, c: number, d: number, out: number, end: number) => void;
  readonly keep: (row: number, out: number, end: number) => void;
}
type Peaks = (row: number, firstLook: number, least: number, noise: number, rounded: number) => number;

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

  constructor(shape: KernelShape) {
    const { geometry, format, words, samples } = shape;
    const { fftSize } = geometry;
    const places = new Places();
    const ring = ringOf(shape);
    const stride = oddLines(ring.end);
    const iq = places.floats(2 * samples);
    const spectrogram = places.floats(fftSize * stride);
    const stage = places.floats(STAGE_BYTES / 4);
    const bank = filterbankPlaces(places, shape, 4 * stride);
    const search = searchPlaces(places, shape);
    const chips = shape.batchFrames / FRAMES_PER_CHIP;
    const kept = Array.from({ length: shape.keptBatches }, () => places.floats(fftSize * chips));
    const code = assemble(
      [
        convertFunction(format),
        framesFunction(bank),
        sumRowsFunction(),
        addRowFunction(),
        accumulateFunction(search),
        clippedSumFunction(NOISE_CEILING),
        exceedancesFunction(search.exceeding),
        keepFunction(4 * chips, 4 * (stride - shape.batchFrames)),
        gatherFunction(1, search.gathered),
        gatherFunction(4, search.gathered),
        ...words.map((symbols, i) => peaksFunction(`peaks${i}`, symbols, search)),
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
    writeTables(buffer, bank, geometry.samplesPerChip);
    const peaks = words.map((_, i) => exports[`peaks${i}`] as unknown as Peaks);
    this.rows = new SimdRows(shape, this.#exports, search, peaks);
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
    const { frames } = this.#exports;
    const iq = this.iq.byteOffset;
    let out = this.spectrogram.rows.byteOffset + 4 * column;
    for (let i = 0; i < starts.length; i += 4, out += 16) {
      frames(iq + 8 * starts[i], iq + 8 * starts[i + 1], iq + 8 * starts[i + 2], iq + 8 * starts[i + 3], out);
    }
  }

  keep(column: number, slot: number): void {
    const { rows } = this.spectrogram;
    const out = this.kept[slot].rows;
    this.#exports.keep(rows.byteOffset + 4 * column, out.byteOffset, out.byteOffset + out.byteLength);
  }
}

/** The loops over rows as WebAssembly. A row is a place in its memory. */
class SimdRows implements RowLoops {
  readonly sums: Float32Array;
  readonly sumsStride: number;
  readonly exceeding: Int32Array;
  readonly #exports: Exports;
  readonly #peaks: readonly Peaks[];
  readonly #columns: Int32Array;
  readonly #scores: Float32Array;
  readonly #gathered: Float64Array;
  /** Of what a search looks at in a row, and of what it reads there. */
  readonly #searchBytes: number;
  readonly #rowBytes: number;
  readonly #fluctuations: number;
  /** Rounding errors of a correlation with each pattern, at most. */
  readonly #roundings: readonly number[];
  /** Rounded differences of the row last accumulated, in units of the true ones. */
  readonly #greatest: number;
  #scale = 0;

  constructor(shape: KernelShape, exports: Exports, search: SearchPlaces, peaks: readonly Peaks[]) {
    const { buffer } = exports.memory;
    const { batchFrames, geometry } = shape;
    this.#exports = exports;
    this.#peaks = peaks;
    this.sumsStride = search.sumsStride;
    this.sums = new Float32Array(buffer, search.sums, (geometry.fftSize / SUM_BINS + 1) * search.sumsStride);
    this.exceeding = new Int32Array(buffer, search.exceeding, batchFrames);
    this.#columns = new Int32Array(buffer, search.peaks, batchFrames);
    this.#scores = new Float32Array(buffer, search.peaks, batchFrames);
    this.#gathered = new Float64Array(buffer, search.gathered, MOST_CHIPS);
    this.#searchBytes = 4 * batchFrames;
    this.#fluctuations = batchFrames / FLUCTUATION_STEP;
    this.#rowBytes = 4 * (batchFrames + search.lookahead);
    this.#greatest = search.greatest;
    this.#roundings = shape.words.map(({ length }) => Math.ceil(length / 2));
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

  accumulate(row: Float32Array, at: number, ceiling: number): number {
    const from = row.byteOffset + 4 * at;
    this.#scale = this.#greatest / (CEILINGS * ceiling);
    const [middle, end] = [from + this.#searchBytes, from + this.#rowBytes];
    return this.#exports.accumulate(from, middle, end, ceiling, this.#scale) / this.#fluctuations;
  }

  peaks(
    pattern: number,
    row: Float32Array,
    at: number,
    firstLook: number,
    least: number,
    noise: number,
  ): number {
    const rounded = Math.floor(firstLook * this.#scale) - this.#roundings[pattern];
    return this.#peaks[pattern](row.byteOffset + 4 * at, firstLook, least, noise, rounded) / 8;
  }

  peakColumn(i: number): number {
    return this.#columns[2 * i];
  }

  peakScore(i: number): number {
    return this.#scores[2 * i + 1];
  }

  clippedMean(row: Float32Array, at: number, columns: number): number {
    // A turn of the loop takes 16 columns: what is left at the end of a stream goes the plain way.
    if (columns % 16 !== 0) return clippedMean(row, at, columns);
    const from = row.byteOffset + 4 * at;
    return this.#exports.clippedSum(from, from + 4 * columns) / (columns / FRAMES_PER_CHIP);
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

interface SearchPlaces extends PeaksLayout {
  readonly gathered: number;
  readonly sums: number;
  readonly sumsStride: number;
  readonly exceeding: number;
  readonly lookahead: number;
}

function searchPlaces(places: Places, { words, geometry, batchFrames }: KernelShape): SearchPlaces {
  const lookahead = lookaheadOf(words);
  const sumsStride = oddLines(batchFrames + lookahead);
  return {
    lookahead,
    sumsStride,
    sums: places.floats((geometry.fftSize / SUM_BINS + 1) * sumsStride),
    running: places.floats((batchFrames + lookahead) / STRIDE),
    rounded: places.floats((batchFrames + lookahead) / STRIDE / 2),
    greatest: Math.floor(GREATEST_INT16 / Math.max(...words.map(({ length }) => length))),
    score: places.floats(batchFrames / STRIDE + LINE_FLOATS) + LINE_BYTES,
    steps: batchFrames / STRIDE,
    list: places.floats(batchFrames),
    peaks: places.floats(batchFrames),
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
