import type { ReceiverStats } from '../receiver/receiver.js';

/** What was received in a stretch of time. */
export interface Summary {
  readonly samples: number;
  /** Samples that never came, those of outages included. */
  readonly lostSamples: number;
  /** Samples thrown away while the radio was being moved to another window. */
  readonly blankedSamples: number;
  /** Samples that came and were not worked off in time; they count as lost once a later one is received. */
  readonly droppedSamples: number;
  readonly clippedSamples: number;
  /** Time that each thread of the receiver was at work, s. */
  readonly busySeconds: number;
  readonly candidates: number;
  readonly packets: number;
  readonly echoes: number;
  /** Different meters heard. */
  readonly meters: number;
  /** Candidates that became no packet, by reason; reasons that did not occur are left out. */
  readonly refused: Readonly<Record<string, number>>;
  /** Signals that belong to no packet, by what they look like; looks that did not occur are left out. */
  readonly foreign: Readonly<Record<string, number>>;
}

/** Where counters are read; they only grow. */
export interface Counted {
  readonly receiver: { readonly stats: ReceiverStats };
  readonly source: { readonly droppedSamples: number };
}

type Counters = ReceiverStats & { readonly droppedSamples: number };

/** Sums up what a receiver does, as a whole and lap by lap. */
export class Statistics {
  readonly #counted: Counted;
  readonly #meters = new Set<number>();
  readonly #lapMeters = new Set<number>();
  #lapStart: Counters;

  constructor(counted: Counted) {
    this.#counted = counted;
    this.#lapStart = this.#counters;
  }

  /** Different meters heard so far. */
  get meters(): number {
    return this.#meters.size;
  }

  heard(meterId: number): void {
    this.#meters.add(meterId);
    this.#lapMeters.add(meterId);
  }

  /** Everything so far. */
  total(): Summary {
    const { refused, foreign, ...counts } = this.#counters;
    return {
      ...counts,
      busySeconds: tenths(counts.busySeconds),
      meters: this.#meters.size,
      refused: occurring(refused),
      foreign: occurring(foreign),
    };
  }

  /** What has come since the last call; a new lap begins. */
  lap(): Summary {
    const [before, now] = [this.#lapStart, this.#counters];
    const meters = this.#lapMeters.size;
    this.#lapStart = now;
    this.#lapMeters.clear();
    return {
      samples: now.samples - before.samples,
      lostSamples: now.lostSamples - before.lostSamples,
      blankedSamples: now.blankedSamples - before.blankedSamples,
      droppedSamples: now.droppedSamples - before.droppedSamples,
      clippedSamples: now.clippedSamples - before.clippedSamples,
      busySeconds: tenths(now.busySeconds - before.busySeconds),
      candidates: now.candidates - before.candidates,
      packets: now.packets - before.packets,
      echoes: now.echoes - before.echoes,
      meters,
      refused: occurring(now.refused, before.refused),
      foreign: occurring(now.foreign, before.foreign),
    };
  }

  get #counters(): Counters {
    const { receiver, source } = this.#counted;
    return { ...receiver.stats, droppedSamples: source.droppedSamples };
  }
}

function tenths(value: number): number {
  return Math.round(10 * value) / 10;
}

/** The counts that are not 0, less those before. */
function occurring(
  now: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const counts = Object.entries(now).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
