import type { SampleBlock, SampleSource, Tuning } from '../sources/source.js';
import type { DongleTuning } from './dongle.js';
import type { VirtualRadio } from './virtual-radio.js';

/** Length of a block, s. */
const BLOCK_SECONDS = 0.016;

/**
 * A {@link VirtualRadio} as a source, in simulated time: samples come as fast as they are taken, and none is lost
 * because somebody is slow. It may be tuned anew at any time, which costs what the radio takes to settle.
 */
export class VirtualSource implements SampleSource {
  readonly id = 'virtual';
  readonly live = false;
  readonly lengthSamples = null;
  readonly droppedSamples = 0;
  readonly #radio: VirtualRadio;
  readonly #untilSeconds: number;
  readonly #startMs: number;
  #closed = false;

  /**
   * @param untilSeconds time of the band at which it ends
   * @param startMs wall clock of time 0 of the band, ms since 1970
   */
  constructor(radio: VirtualRadio, untilSeconds: number, startMs: number) {
    this.#radio = radio;
    this.#untilSeconds = untilSeconds;
    this.#startMs = startMs;
  }

  async open(wanted: Tuning): Promise<Tuning> {
    return this.retune(wanted);
  }

  retune(wanted: Tuning): Tuning {
    return { ...wanted, ...this.#radio.tune(asDongle(wanted)) };
  }

  async *blocks(signal: AbortSignal): AsyncGenerator<SampleBlock, void, undefined> {
    const radio = this.#radio;
    while (!signal.aborted && !this.#closed && radio.seconds < this.#untilSeconds) {
      const firstSample = radio.samples;
      const timeMs = this.#startMs + radio.seconds * 1000;
      const bytes = new Uint8Array(2 * Math.round(BLOCK_SECONDS * radio.tuning.sampleRateHz));
      radio.receive(bytes);
      yield { bytes, format: 'cu8', firstSample, timeMs };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}

/** Whoever finds the gain, it is the tuner here. */
function asDongle({ centerHz, sampleRateHz, gainDb, ppm }: Tuning): DongleTuning {
  return { centerHz, sampleRateHz, gainDb: typeof gainDb === 'number' ? gainDb : 'auto', ppm };
}
