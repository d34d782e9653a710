import { CELLS, type CellRange, cellAt } from './cells.js';
import { Hops } from './hops.js';

/** What is remembered fades to 1/e in this time of listening: of where a meter is heard, and of how often lately, s. */
const MEMORY_SECONDS = 24 * 3600;
const LATELY_SECONDS = 3600;
/** Of so much listening is what is expected of a cell before it was listened to: as often as elsewhere; s. */
const PRIOR_SECONDS = 120;
/** Readings lately that a meter has without any: it is not worth everything at first. */
const LATELY_PRIOR = 10;
/** Meters that are remembered; the one heard least goes first. */
const MOST_METERS = 500;
/** How a meter hops is learnt after so many packets, and of so many meters. */
const WORTH_LEARNING = 5;
const MOST_LEARNT = 100;
/** With more trust in what is known of a meter's hops they are foreseen; with less than the least, it counts nothing. */
const TRUSTED = 0.5;
const LEAST_TRUST = 0.01;

/** Where a meter was heard. */
interface MeterHeard {
  /** Packets by cell, faded. */
  readonly packets: Float64Array;
  sum: number;
  /** Packets of about the last hour. */
  lately: number;
  hops: Hops | null;
}

/**
 * How often each meter is heard in each part of the band, by what was heard and how long each part was listened to. Old
 * news fades. Knows no clock: time passes by listening.
 */
export class Hearing {
  #wanted: ReadonlySet<number> = new Set();
  readonly #receivers: number;
  readonly #meters = new Map<number, MeterHeard>();
  /** Time that each cell was listened to, s, faded. */
  readonly #seconds = new Float64Array(CELLS);
  #totalSeconds = 0;

  /** @param receivers that listen at the same time */
  constructor(receivers: number) {
    this.#receivers = receivers;
  }

  /** IDs of the meters that count; all that are heard where there are none. */
  set wanted(ids: readonly number[]) {
    this.#wanted = new Set(ids);
  }

  /** Meters that count and were heard. */
  get meters(): number {
    return this.#wanted.size === 0
      ? this.#meters.size
      : [...this.#wanted].filter((id) => this.#meters.has(id)).length;
  }

  /** Whether a meter that is wanted was not heard yet. */
  get misses(): boolean {
    return this.#wanted.size > 0 && this.meters < this.#wanted.size;
  }

  /** Time that was listened in all, s, faded. */
  get totalSeconds(): number {
    return this.#totalSeconds;
  }

  /** How long a cell was listened to, s, faded. */
  secondsAt(cell: number): number {
    return this.#seconds[cell];
  }

  /** A receiver listened to a range. */
  listened({ first, end }: CellRange, seconds: number): void {
    this.#fade(seconds / this.#receivers);
    for (let cell = first; cell < end; cell++) this.#seconds[cell] += seconds;
    this.#totalSeconds += seconds;
  }

  /** @param window what was listened to when it was heard */
  heard(meterId: number, carrierHz: number, seconds: number, window: CellRange): void {
    const cell = cellAt(carrierHz);
    if (cell === null) return;
    const meter = this.#meters.get(meterId) ?? this.#newMeter(meterId);
    meter.packets[cell] += 1;
    meter.sum += 1;
    meter.lately += 1;
    if (meter.sum >= WORTH_LEARNING && this.#learns(meterId)) meter.hops ??= new Hops();
    meter.hops?.heard(cell, seconds, window);
  }

  /** Of so many of them it is known how they hop. */
  get foreseen(): number {
    let foreseen = 0;
    for (const [id, { hops }] of this.#meters)
      if (this.#counts(id) && hops !== null && hops.trust > TRUSTED) foreseen += 1;
    return foreseen;
  }

  /**
   * Readings that a second of listening is expected to bring in a stretch of time, by cell; those of a meter count less
   * the more of it there have been lately, so that each gets its share. Where it is known how a meter hops they are
   * expected where it will be, else where it was heard so far.
   */
  worth(fromSeconds: number, untilSeconds: number): Float64Array {
    const worth = new Float64Array(CELLS);
    const listened = this.#seconds.reduce((sum, seconds) => sum + seconds, 0);
    for (const [id, { packets, sum, lately, hops }] of this.#meters) {
      if (!this.#counts(id)) continue;
      const weight = 1 / (LATELY_PRIOR + lately);
      const prior = (PRIOR_SECONDS * sum) / (listened + PRIOR_SECONDS);
      const trust = hops?.trust ?? 0;
      let everywhere = 0;
      for (let cell = 0; cell < CELLS; cell++) {
        const here = (weight * (packets[cell] + prior)) / (this.#seconds[cell] + PRIOR_SECONDS);
        worth[cell] += (1 - trust) * here;
        everywhere += here;
      }
      if (trust > LEAST_TRUST) hops?.expect(fromSeconds, untilSeconds, trust * everywhere, worth);
    }
    return worth;
  }

  #learns(id: number): boolean {
    if (this.#wanted.has(id)) return true;
    let learnt = 0;
    for (const { hops } of this.#meters.values()) if (hops !== null) learnt += 1;
    return learnt < MOST_LEARNT;
  }

  #counts(id: number): boolean {
    return this.#wanted.size === 0 || this.#wanted.has(id);
  }

  #newMeter(meterId: number): MeterHeard {
    if (this.#meters.size >= MOST_METERS) this.#forgetOne();
    const meter: MeterHeard = { packets: new Float64Array(CELLS), sum: 0, lately: 0, hops: null };
    this.#meters.set(meterId, meter);
    return meter;
  }

  #forgetOne(): void {
    const isLess = ([id, one]: [number, MeterHeard], [otherId, other]: [number, MeterHeard]): boolean =>
      this.#counts(id) === this.#counts(otherId) ? one.sum < other.sum : !this.#counts(id);
    const [least] = [...this.#meters].reduce((one, other) => (isLess(other, one) ? other : one));
    this.#meters.delete(least);
  }

  #fade(seconds: number): void {
    const kept = Math.exp(-seconds / MEMORY_SECONDS);
    const keptLately = Math.exp(-seconds / LATELY_SECONDS);
    scale(this.#seconds, kept);
    this.#totalSeconds *= kept;
    for (const meter of this.#meters.values()) {
      scale(meter.packets, kept);
      meter.sum *= kept;
      meter.lately *= keptLately;
    }
  }
}

function scale(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
}
