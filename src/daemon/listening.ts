import type { Config } from '../config.js';
import { Scheduler, type Turn } from '../listening/scheduler.js';
import type { ListeningPlan } from '../receiver/roaming-source.js';

/** How a radio that is moved about fares; see `receiver.listen`. */
export interface ListeningStatus {
  /** Times that it was moved. */
  readonly moves: number;
  /** Share of the time that this has cost. */
  readonly blankedShare: number;
  /** From telling the radio something until its samples show it, ms; null where it could not be measured. */
  readonly delayMs: number | null;
  /** Why it listens where it does: something is known to be there, or nothing is known yet. */
  readonly why: Turn['why'];
  /** Meters that it is done for and that were heard. */
  readonly meters: number;
  /** Where it has listened, most first. */
  readonly windows: readonly ListenedWindow[];
}

export interface ListenedWindow {
  readonly centerHz: number;
  /** Of the time that was listened. */
  readonly share: number;
}

/** The plan of one radio of those that share a scheduler; keeps account of where it listened. */
export class StationPlan implements ListeningPlan {
  readonly #scheduler: Scheduler;
  readonly #receiver: number;
  #turn: Turn | null = null;
  #seconds = new Map<number, number>();
  #lapSeconds = new Map<number, number>();

  constructor(scheduler: Scheduler, receiver: number) {
    this.#scheduler = scheduler;
    this.#receiver = receiver;
  }

  next(): Turn {
    this.#turn = this.#scheduler.next(this.#receiver);
    return this.#turn;
  }

  listened(seconds: number): void {
    this.#scheduler.listened(this.#receiver, seconds);
    const centerHz = this.#turn?.centerHz ?? 0;
    for (const map of [this.#seconds, this.#lapSeconds])
      map.set(centerHz, (map.get(centerHz) ?? 0) + seconds);
  }

  heard(meterId: number, carrierHz: number): void {
    this.#scheduler.heard(meterId, carrierHz);
  }

  get status(): Pick<ListeningStatus, 'why' | 'meters' | 'windows'> {
    return {
      why: this.#turn?.why ?? 'discovery',
      meters: this.#scheduler.meters,
      windows: sharesOf(this.#seconds),
    };
  }

  /** Where it has listened since the last call. */
  lap(): readonly ListenedWindow[] {
    const shares = sharesOf(this.#lapSeconds);
    this.#lapSeconds = new Map();
    return shares;
  }
}

function sharesOf(secondsByCenter: ReadonlyMap<number, number>): ListenedWindow[] {
  const total = [...secondsByCenter.values()].reduce((sum, seconds) => sum + seconds, 0);
  return [...secondsByCenter]
    .map(([centerHz, seconds]) => ({ centerHz, share: seconds / total }))
    .sort((a, b) => b.share - a.share);
}

/** The plans of all radios, which share the band; null where each stays where it is. */
export function listeningPlans({ receiver }: Config, radios: number): readonly StationPlan[] | null {
  if (receiver.listen === 'fixed') return null;
  const { sampleRateHz, listenFor } = receiver;
  const scheduler = new Scheduler({ sampleRateHz, receivers: radios, meters: listenFor });
  return Array.from({ length: radios }, (_, index) => new StationPlan(scheduler, index));
}
