import type { Config } from '../config.js';
import { Scheduler, type Turn } from '../listening/scheduler.js';
import type { EndpointKey } from '../readings/endpoint.js';
import type { OwnMeter } from '../readings/own-meter.js';
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
  /** Of so many of them it is known how they hop, so that it is foreseen where they will be. */
  readonly foreseen: number;
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

  next(nowMs: number): Turn {
    this.#turn = this.#scheduler.next(this.#receiver, nowMs / 1000);
    return this.#turn;
  }

  listened(seconds: number): void {
    this.#scheduler.listened(this.#receiver, seconds);
    const centerHz = this.#turn?.centerHz ?? 0;
    for (const map of [this.#seconds, this.#lapSeconds])
      map.set(centerHz, (map.get(centerHz) ?? 0) + seconds);
  }

  heard(meterId: number, carrierHz: number, timeMs: number): void {
    this.#scheduler.heard(this.#receiver, meterId, carrierHz, timeMs / 1000);
  }

  get status(): Pick<ListeningStatus, 'why' | 'meters' | 'foreseen' | 'windows'> {
    return {
      why: this.#turn?.why ?? 'discovery',
      meters: this.#scheduler.meters,
      foreseen: this.#scheduler.foreseen,
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

/** The radios that are moved about by one scheduler. */
export class Listening {
  readonly #scheduler: Scheduler;
  readonly #isNamed: boolean;

  /** @param radios how many share the band */
  constructor({ sampleRateHz, listenFor }: Config['receiver'], radios: number) {
    this.#scheduler = new Scheduler({ sampleRateHz, receivers: radios, meters: listenFor });
    this.#isNamed = listenFor.length > 0;
  }

  /** Null where each radio stays where it is. */
  static of({ receiver }: Config, radios: number): Listening | null {
    return receiver.listen === 'auto' ? new Listening(receiver, radios) : null;
  }

  /** The plan of one of the radios. */
  plan(radio: number): StationPlan {
    return new StationPlan(this.#scheduler, radio);
  }

  /** These meters are the user's: they count, unless others were named to listen for. */
  own(meters: readonly OwnMeter[]): void {
    if (this.#isNamed) return;
    const keys = meters.flatMap(({ key, siblings }) => [key, ...siblings.keys()]);
    this.#scheduler.listenFor(keys.map(idOf));
  }
}

function idOf(key: EndpointKey): number {
  return Number(key.slice(key.lastIndexOf('-') + 1));
}
