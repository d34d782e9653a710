import type { SampleFormat } from '../../sources/source.js';
import { type ChipLoops, NESTED_WIDTHS } from '../chip-loops.js';
import type { Spectrogram } from '../filterbank.js';
import { FRAMES_PER_CHIP } from '../geometry.js';
import { hitWords, type KeptChips, keptChips } from '../kept-chips.js';
import type { KernelLoops, KernelShape } from '../kernel-loops.js';
import type { RowLoops } from '../rows.js';
import { SAMPLE_READERS } from '../samples.js';
import { prototypeWindow } from '../window.js';
import { assemble } from './assembler.js';
import {
  eyesFunction,
  gatherFunction,
  nestFunction,
  openFunction,
  pickFunction,
  remainderFunction,
} from './chips-code.js';
import {
  type FilterbankLayout,
  firstBins,
  framesFunction,
  lastRadix,
  transformFunction,
  twiddles,
} from './filterbank-code.js';
import { oddLines, Places } from './places.js';
import { addRowFunction, keepFunction, sumRowsFunction } from './rows-code.js';
import { convertFunction, SAMPLE_TURNS } from './samples-code.js';
import { searchFunctions } from './search-code.js';
import { type ChipExports, chipPlaces, OPENINGS_GAP, PICKED_BYTES, SimdChips } from './simd-chips.js';
import { type RowExports, SimdRows, searchPlaces } from './simd-rows.js';

const PAGE_BYTES = 65_536;
/** Bytes of samples converted in one call. */
const STAGE_BYTES = 65_536;

interface Exports extends RowExports, ChipExports {
  readonly convert: (from: number, to: number, end: number) => number;
  readonly transform: (starts: number, end: number, iq: number, row: number) => void;
  readonly keep: (row: number, out: number, means: number, hits: number) => void;
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
  readonly chips: ChipLoops;
  readonly kept: readonly KeptChips[];
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
    const chipsAt = chipPlaces(places);
    const chips = shape.batchFrames / FRAMES_PER_CHIP;
    const means = places.floats(fftSize);
    const starts = places.floats(shape.batchFrames);
    const kept = Array.from({ length: shape.keptBatches }, () => ({
      rows: places.floats(fftSize * chips),
      hits: places.floats((hitWords(fftSize) + 1) * chips),
    }));
    const searching = searchFunctions(shape, search);
    const code = assemble(
      [
        ...searching,
        framesFunction(bank),
        transformFunction(searching.length),
        convertFunction(format),
        sumRowsFunction(),
        addRowFunction(),
        keepFunction({ bins: fftSize, chips, gap: 4 * (stride - shape.batchFrames) }),
        pickFunction(),
        ...NESTED_WIDTHS.map(gatherFunction),
        eyesFunction(),
        openFunction(PICKED_BYTES, OPENINGS_GAP),
        nestFunction(),
        remainderFunction(chipsAt.contributions),
      ],
      Math.ceil(places.end / PAGE_BYTES),
    );
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
    this.#exports = exports as unknown as Exports;
    const { buffer } = this.#exports.memory;
    this.iq = new Float32Array(buffer, iq, 2 * samples);
    this.spectrogram = { rows: new Float32Array(buffer, spectrogram, fftSize * stride), stride, ring };
    this.kept = kept.map(({ rows, hits }) => keptChips(fftSize, chips, buffer, rows, hits));
    this.#stage = new Uint8Array(buffer, stage, STAGE_BYTES);
    this.#turn = SAMPLE_TURNS[format];
    this.#silence = SAMPLE_READERS[format].silence;
    this.#gain = new Float32Array(buffer, bank.gain, fftSize);
    this.#starts = new Int32Array(buffer, starts, shape.batchFrames);
    this.#means = new Float32Array(buffer, means, fftSize);
    writeTables(buffer, bank, geometry.samplesPerChip);
    this.rows = new SimdRows(shape, this.#exports, search);
    this.chips = new SimdChips(this.#exports, chipsAt);
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
    const { rows, hits } = this.kept[slot];
    hits.bits.fill(0);
    hits.count.fill(0);
    this.#exports.keep(from, rows.byteOffset, this.#means.byteOffset, hits.bits.byteOffset);
    return this.#means;
  }
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
