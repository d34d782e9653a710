const MINUTE_MS = 60_000;

/** Counters of what goes wrong under load; they only grow. */
export interface Load {
  readonly samples: number;
  readonly clippedSamples: number;
  /** Samples lost because they were not worked off in time. */
  readonly droppedSamples: number;
  /** Time that each thread of the receiver was at work, s. */
  readonly busySeconds: number;
  /** Lines that the reader of standard output was too slow for. */
  readonly droppedLines: number;
}

/** Air over which it is measured by how much the machine is too slow, s. */
const PACE_S = 10;
/** Less than this says nothing: a program is slower when it has just begun. */
const LEAST_PACE_S = 2;
/** From so much on it is: it takes longer to search samples than they took on air. */
const NOTABLY_SLOW = 1.05;
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
  #slowness = 0;
  /** Loads from one to two PACE_S ago, and from up to one. */
  #pace = { before: { samples: 0, busySeconds: 0 }, since: { samples: 0, busySeconds: 0 } };

  /** @param now monotonic, ms */
  constructor(sampleRateHz: number, warn: (message: string) => void, now: () => number) {
    this.#sampleRateHz = sampleRateHz;
    this.#warn = warn;
    this.#samplesDropped = new LossWatch(now, (samples) => warn(this.#tooSlow(samples)));
    this.#linesDropped = new LossWatch(now, (lines) =>
      warn(`Standard output is read too slowly: lines lost so far: ${lines}.`),
    );
  }

  look(load: Load): void {
    if (load.samples - this.#pace.since.samples >= PACE_S * this.#sampleRateHz) {
      this.#pace = { before: this.#pace.since, since: load };
    }
    this.#slowness = this.#slownessSince(this.#pace.before, load);
    this.#samplesDropped.look(load.droppedSamples);
    this.#linesDropped.look(load.droppedLines);
    this.#lookAtClipping(load);
  }

  #slownessSince(before: Pick<Load, 'samples' | 'busySeconds'>, load: Load): number {
    const air = (load.samples - before.samples) / this.#sampleRateHz;
    return air < LEAST_PACE_S ? 0 : (load.busySeconds - before.busySeconds) / air;
  }

  #tooSlow(droppedSamples: number): string {
    const rate = `${this.#sampleRateHz / 1e6} MS/s`;
    // Where the threads are not slower than the air, something held them up for a while.
    const how =
      this.#slowness >= NOTABLY_SLOW
        ? `is ${this.#slowness.toFixed(1)} × too slow for ${rate}`
        : `does not keep up with ${rate}`;
    return (
      `This machine ${how}, ${(droppedSamples / this.#sampleRateHz).toFixed(2)} s of samples are lost so far: ` +
      'set a lower rate (receiver.sampleRateHz, --rate), let more threads search (receiver.threads, --threads), ' +
      'or take other load off it.'
    );
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
