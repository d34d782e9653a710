const MINUTE_MS = 60_000;

/** Counters of what goes wrong under load; they only grow. */
export interface Load {
  readonly samples: number;
  readonly clippedSamples: number;
  /** Samples lost because they were not worked off in time. */
  readonly droppedSamples: number;
  /** Lines that the reader of standard output was too slow for. */
  readonly droppedLines: number;
}

/** Share of clipped samples from which the gain is too high: the packets of one near meter fill less of the air. */
const CLIPPED_SHARE = 0.01;

/**
 * Says what is lost while the daemon keeps running: each kind of loss when it begins, and then at most once a
 * minute while it goes on.
 */
export class DegradationReport {
  readonly #sampleRateHz: number;
  readonly #warn: (message: string) => void;
  readonly #samplesDropped: LossWatch;
  readonly #linesDropped: LossWatch;
  #minute = { samples: 0, clippedSamples: 0 };

  /** @param now monotonic, ms */
  constructor(sampleRateHz: number, warn: (message: string) => void, now: () => number) {
    this.#sampleRateHz = sampleRateHz;
    this.#warn = warn;
    this.#samplesDropped = new LossWatch(now, (samples) => warn(tooSlow(samples, sampleRateHz)));
    this.#linesDropped = new LossWatch(now, (lines) =>
      warn(`Standard output is read too slowly: lines lost so far: ${lines}.`),
    );
  }

  look(load: Load): void {
    this.#samplesDropped.look(load.droppedSamples);
    this.#linesDropped.look(load.droppedLines);
    this.#lookAtClipping(load);
  }

  #lookAtClipping({ samples, clippedSamples }: Load): void {
    const passed = samples - this.#minute.samples;
    if (passed < (this.#sampleRateHz * MINUTE_MS) / 1000) return;
    const share = (clippedSamples - this.#minute.clippedSamples) / passed;
    this.#minute = { samples, clippedSamples };
    if (share < CLIPPED_SHARE) return;
    const percent = (100 * share).toFixed(0);
    this.#warn(
      `The radio is overdriven, ${percent} % of its samples clip: set a lower gain (receiver.gainDb, --gain).`,
    );
  }
}

function tooSlow(samples: number, sampleRateHz: number): string {
  const seconds = (samples / sampleRateHz).toFixed(2);
  const rate = `${sampleRateHz / 1e6} MS/s`;
  return (
    `This machine does not keep up with ${rate}, ${seconds} s of samples are lost so far: ` +
    'set a lower rate (receiver.sampleRateHz, --rate), or take other load off it.'
  );
}

/** Tells a counter that has grown, not before a minute after it last did. */
class LossWatch {
  readonly #now: () => number;
  readonly #tell: (lost: number) => void;
  #told = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(now: () => number, tell: (lost: number) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  look(count: number): void {
    if (count === this.#told || this.#now() - this.#toldMs < MINUTE_MS) return;
    this.#tell(count);
    this.#told = count;
    this.#toldMs = this.#now();
  }
}
