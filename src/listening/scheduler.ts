import { type CellRange, cellsOf } from './cells.js';
import { Hearing } from './hearing.js';
import { coveringCenters, possibleCenters } from './windows.js';

/** Where to listen next, and for how long. */
export interface Turn {
  readonly centerHz: number;
  readonly seconds: number;
  /** Whether it is to find out what there is, or because something is known to be there. */
  readonly why: 'discovery' | 'worth';
}

/** Lengths of turns, s. */
export interface TurnSeconds {
  readonly discovery: number;
  readonly worth: number;
  /** While it is known where most meters will be. */
  readonly foreseen: number;
}

export interface SchedulerOptions {
  readonly sampleRateHz: number;
  /** Radios that share the band. */
  readonly receivers: number;
  /** IDs of the meters that count; all that are heard where there are none. */
  readonly meters: readonly number[];
  /** Other lengths of turns than the usual ones: tests have less air. */
  readonly turnSeconds?: TurnSeconds;
}

/** A window, and the cells that it hears. */
interface Window {
  readonly centerHz: number;
  readonly cells: CellRange;
}

/** Short where nothing is known, longer where each move costs a quarter of a second. */
const TURN_SECONDS: TurnSeconds = { discovery: 10, worth: 20, foreseen: 8 };
/** It is known where most meters will be when it is known of this share of them. */
const MOST_FORESEEN = 0.5;
/** Turns differ by this share, so that they do not keep step with a meter that sends at even intervals. */
const JITTER = 0.25;
const GOLDEN = 0.6180339887;

/** At first so much of the time is for all windows of the band, each its part of it; and for how long that is, s. */
const FIRST_LOOKS_SHARE = 0.6;
const FIRST_LOOKS_SECONDS = 600;
/**
 * The share of the time that all windows together get for ever: it falls with the root of what was listened, to a fifth
 * after a day. It is another one while a wanted meter was never heard.
 */
const LOOKS_SHARE = 0.01;
const LOOKS_SECONDS = 4 * 3600;
const MISSING_SHARE = 0.3;

/** Another window has to be better by this share to be worth the move. */
const WORTH_MOVING = 1.05;

/**
 * Divides the time of one radio or several over windows of the band. Most of it goes where a second of listening is
 * expected to bring most, some of it to finding out: all of the band within the first minutes, and a little of it ever
 * after. Told what was heard and how long was listened, it gives the same turns on every machine.
 */
export class Scheduler {
  readonly #hearing: Hearing;
  readonly #turnSeconds: TurnSeconds;
  readonly #covering: readonly Window[];
  readonly #possible: readonly Window[];
  /** All that can be heard. */
  readonly #cells: CellRange;
  /** Where each receiver listens. */
  readonly #present: (Window | null)[];
  #turns = 0;

  constructor({ sampleRateHz, receivers, meters, turnSeconds = TURN_SECONDS }: SchedulerOptions) {
    const windowAt = (centerHz: number): Window => ({ centerHz, cells: cellsOf(centerHz, sampleRateHz) });
    this.#turnSeconds = turnSeconds;
    this.#hearing = new Hearing(receivers);
    this.#hearing.wanted = meters;
    this.#covering = coveringCenters(sampleRateHz).map(windowAt);
    this.#possible = possibleCenters(sampleRateHz).map(windowAt);
    this.#cells = {
      first: this.#covering[0].cells.first,
      end: this.#covering[this.#covering.length - 1].cells.end,
    };
    this.#present = Array.from({ length: receivers }, () => null);
  }

  /** Meters that count and were heard. */
  get meters(): number {
    return this.#hearing.meters;
  }

  /** Of so many of them it is foreseen where they will be. */
  get foreseen(): number {
    return this.#hearing.foreseen;
  }

  /** From here on these meters count, by their IDs; all that are heard where there are none. */
  listenFor(meters: readonly number[]): void {
    this.#hearing.wanted = meters;
  }

  /** A receiver has heard a packet. */
  heard(receiver: number, meterId: number, carrierHz: number, seconds: number): void {
    const present = this.#present[receiver];
    if (present != null) this.#hearing.heard(meterId, carrierHz, seconds, present.cells);
  }

  /** A receiver has listened where its last turn told it to. */
  listened(receiver: number, seconds: number): void {
    const present = this.#present[receiver];
    if (present != null) this.#hearing.listened(present.cells, seconds);
  }

  /** The next turn of a receiver. @param nowSeconds by the clock that packets are dated by */
  next(receiver: number, nowSeconds: number): Turn {
    const others = this.#present.filter((window, i): window is Window => i !== receiver && window !== null);
    const { foreseen, meters } = this.#hearing;
    const isForeseen = foreseen > MOST_FORESEEN * meters;
    const worthSeconds = this.#turnSeconds[isForeseen ? 'foreseen' : 'worth'];
    const worth = this.#hearing.worth(nowSeconds, nowSeconds + worthSeconds);
    // Where somebody else listens there is nothing to gain.
    for (const { cells } of others) worth.fill(0, cells.first, cells.end);
    const unknown = this.#leastKnown(others, worth);
    const window = unknown ?? this.#best(this.#present[receiver] ?? null, worth);
    this.#present[receiver] = window;
    this.#turns += 1;
    const jitter = 1 + JITTER * (2 * ((this.#turns * GOLDEN) % 1) - 1);
    return unknown === null
      ? { centerHz: window.centerHz, seconds: worthSeconds * jitter, why: 'worth' }
      : { centerHz: window.centerHz, seconds: this.#turnSeconds.discovery * jitter, why: 'discovery' };
  }

  /** A window with the part of the band that was listened to least, if that was too little. */
  #leastKnown(others: readonly Window[], worth: Float64Array): Window | null {
    const isHeard = (cell: number): boolean =>
      others.some(({ cells }) => cell >= cells.first && cell < cells.end);
    let least: number | null = null;
    for (let cell = this.#cells.first; cell < this.#cells.end; cell++) {
      if (isHeard(cell)) continue;
      if (least === null || this.#hearing.secondsAt(cell) < this.#hearing.secondsAt(least)) least = cell;
    }
    const nothing = this.#hearing.meters === 0;
    if (least === null || !(nothing || this.#hearing.secondsAt(least) < this.#dueSeconds)) return null;
    const cell = least;
    const hears = ({ cells }: Window): boolean => cell >= cells.first && cell < cells.end;
    const windows = nothing ? this.#covering : this.#possible;
    return mostPromising(windows.filter(hears), worth);
  }

  /** How long every part of the band should have been listened to by now, s. */
  get #dueSeconds(): number {
    const { totalSeconds, misses } = this.#hearing;
    const first = FIRST_LOOKS_SHARE * Math.min(FIRST_LOOKS_SECONDS, totalSeconds);
    const share = misses ? MISSING_SHARE : LOOKS_SHARE / Math.sqrt(1 + totalSeconds / LOOKS_SECONDS);
    return (first + share * totalSeconds) / this.#covering.length;
  }

  /** The window that promises most. */
  #best(present: Window | null, worth: Float64Array): Window {
    const best = mostPromising(this.#possible, worth);
    const isMuchBetter =
      present === null || promise(worth, best.cells) >= WORTH_MOVING * promise(worth, present.cells);
    return isMuchBetter ? best : present;
  }
}

function mostPromising(windows: readonly Window[], worth: Float64Array): Window {
  return windows.reduce((one, other) =>
    promise(worth, other.cells) > promise(worth, one.cells) ? other : one,
  );
}

/** What a second of listening to cells is expected to bring. */
function promise(worth: Float64Array, { first, end }: CellRange): number {
  let sum = 0;
  for (let cell = first; cell < end; cell++) sum += worth[cell];
  return sum;
}
