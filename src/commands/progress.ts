import type { OutputStream } from './context.js';

/** A replay shorter than this shows no progress, s. */
const PATIENCE_S = 1;
const REDRAW_S = 0.1;
const BAR_WIDTH = 30;

/** What is being read, as far as its end is known. */
interface Extent {
  readonly id: string;
  readonly lengthSamples: number | null;
}

/** One line on a terminal that says how far a replay is; nothing where stderr is no terminal. */
export class Progress {
  readonly #stream: OutputStream;
  readonly #extent: Extent;
  readonly #sampleRateHz: number;
  readonly #clock: () => number;
  readonly #started: number;
  #lastDrawn = 0;
  #visible = false;

  /** @param clock seconds of any origin */
  constructor(
    stream: OutputStream,
    extent: Extent,
    sampleRateHz: number,
    clock: () => number = () => performance.now() / 1000,
  ) {
    this.#stream = stream;
    this.#extent = extent;
    this.#sampleRateHz = sampleRateHz;
    this.#clock = clock;
    this.#started = clock();
  }

  get elapsedSeconds(): number {
    return this.#clock() - this.#started;
  }

  /** Draws the line, though not on every call. */
  show(samples: number): void {
    const elapsed = this.elapsedSeconds;
    if (this.#stream.isTTY !== true || elapsed < PATIENCE_S || elapsed - this.#lastDrawn < REDRAW_S) return;
    this.#lastDrawn = elapsed;
    this.#visible = true;
    const seconds = samples / this.#sampleRateHz;
    const speed = `${seconds.toFixed(0)} s of air, ${(seconds / elapsed).toFixed(1)}× real time`;
    const width = (this.#stream.columns ?? 80) - 1;
    this.#stream.write(`\r${`${this.#extent.id} ${this.#bar(samples)}${speed}`.slice(0, width)}\x1b[K`);
  }

  /** Wipes the line, so that something else can be printed. */
  clear(): void {
    if (this.#visible) this.#stream.write('\r\x1b[K');
    this.#visible = false;
  }

  #bar(samples: number): string {
    const { lengthSamples } = this.#extent;
    if (lengthSamples === null || lengthSamples === 0) return '';
    const share = Math.min(1, samples / lengthSamples);
    const full = Math.round(share * BAR_WIDTH);
    return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}] ${Math.floor(100 * share)} % `;
  }
}
