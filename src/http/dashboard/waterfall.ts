import { fill, h } from './dom.js';
import { megahertz } from './format.js';
import type { HeardPacket, Row } from './live.js';

const ROWS = 240;
const BINS = 256;
/** Half decibels above the lowest level seen that are the whole range of colours. */
const RANGE = 90;

/** The air as it goes by, the newest on top; packets that were decoded are marked where they were. */
export class Waterfall {
  readonly element: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #scale = h('p', { class: 'scale' });
  readonly #row: ImageData;
  readonly #colours = coloursOf();
  #floor = 0;
  #tuning: Row | null = null;

  constructor() {
    this.#canvas = h('canvas', {
      width: BINS,
      height: ROWS,
      role: 'img',
      'aria-label': 'Waterfall of the window that is received',
    });
    this.#context = this.#canvas.getContext('2d', { alpha: false })!;
    this.#row = this.#context.createImageData(BINS, 1);
    this.element = h('div', { class: 'waterfall' }, this.#canvas, this.#scale);
  }

  add(row: Row): void {
    if (row.centerHz !== this.#tuning?.centerHz) this.#tellScale(row);
    this.#tuning = row;
    const sorted = Uint8Array.from(row.levels).sort();
    const middle = sorted[sorted.length >> 1] ?? 0;
    this.#floor = this.#floor === 0 ? middle : this.#floor + 0.05 * (middle - this.#floor);
    row.levels.forEach((level, bin) => {
      const shade = Math.max(0, Math.min(255, Math.round((255 * (level - this.#floor + 10)) / RANGE)));
      this.#row.data.set(this.#colours.subarray(4 * shade, 4 * shade + 4), 4 * bin);
    });
    this.#context.drawImage(this.#canvas, 0, 1);
    this.#context.putImageData(this.#row, 0, 0);
  }

  /** A receiver that moves about has another window every now and then. */
  #tellScale({ centerHz, sampleRateHz }: Row): void {
    const hz = [centerHz - sampleRateHz / 2, centerHz, centerHz + sampleRateHz / 2];
    fill(this.#scale, ...hz.map((one) => h('span', {}, megahertz(one))));
  }

  mark({ carrierHz, receiver }: HeardPacket): void {
    const tuning = this.#tuning;
    if (tuning === null || tuning.receiver !== receiver) return;
    const bin = ((carrierHz - tuning.centerHz) / tuning.sampleRateHz + 0.5) * BINS;
    this.#context.strokeStyle = '#fff';
    this.#context.strokeRect(Math.round(bin) - 2.5, 1.5, 5, 6);
  }
}

/** From black over blue, red and yellow to white; uint8 [256][4]. */
function coloursOf(): Uint8ClampedArray {
  const stops = [
    [0, 4, 20],
    [20, 40, 140],
    [170, 30, 110],
    [250, 150, 30],
    [255, 255, 220],
  ];
  const colours = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const [from, to] = [stops[Math.floor(at)]!, stops[Math.ceil(at)]!];
    const mix = (k: number): number => from[k]! + (at % 1) * (to[k]! - from[k]!);
    colours.set([mix(0), mix(1), mix(2), 255], 4 * i);
  }
  return colours;
}
