import type { TimedReading } from './reading.js';

/** What the watch says of the clock. */
export interface ClockNews {
  /**
   * `behind`: it is before 2025, or before what is known already, and packets wait. `right`: it is no longer.
   * `forward`: it was put forward. `back`: it was put back, and what is dated later than now was dated wrongly.
   */
  readonly kind: 'behind' | 'right' | 'forward' | 'back';
  /** By how much it was put, ms, below zero for back; null where that is not known. */
  readonly stepMs: number | null;
  /** As the clock is now, ms since 1970. */
  readonly nowMs: number;
}

/** Packets whose time can be believed, and what is to be said of the clock before they are taken. */
export interface Passed {
  readonly news: readonly ClockNews[];
  readonly packets: readonly TimedReading[];
}

/** No packet was received by this program before; a clock that says so was never set. */
const EARLIEST_MS = Date.UTC(2025, 0, 1);
/** Clocks are put right by as much all the time, and receivers are not equally fast, ms. */
const SLACK_MS = 60_000;
/** A jump of a stream's wall clock by more than this is a step, ms. */
const STEP_MS = 5000;
/** A clock that is behind is waited for so long, s: a network that is slow to come up. Then it is right, and what was before was wrong. */
const PATIENCE_S = 900;
/** Packets kept meanwhile; the oldest go. */
const MOST_HELD = 5000;

/**
 * Watches the wall clock of a live radio: a machine without a clock of its own starts in 1970 or where it was switched
 * off, until the network puts it right, and a clock may be put back at any time. Each stream of samples goes on
 * evenly, so that it shows by how much. Packets with a wrong time wait, and get the right one.
 */
export class ClockWatch {
  /** By receiver: wall clock less time of the stream, ms. */
  readonly #offsets = new Map<string, number>();
  #latestMs: number;
  #held: TimedReading[] = [];

  /** @param latestMs the latest time in the history so far, ms since 1970 */
  constructor(latestMs: number | null) {
    this.#latestMs = latestMs ?? 0;
  }

  /** Whether the clock may be believed. */
  isRight(nowMs: number): boolean {
    return this.#held.length === 0 && nowMs >= Math.max(EARLIEST_MS, this.#latestMs - SLACK_MS);
  }

  take(packet: TimedReading): Passed {
    const { timeMs, receiver, seconds } = packet;
    const offset = timeMs - seconds * 1000;
    const stepMs = offset - (this.#offsets.get(receiver) ?? offset);
    this.#offsets.set(receiver, offset);
    const isStep = Math.abs(stepMs) > STEP_MS;
    const earliest = Math.max(EARLIEST_MS, this.#latestMs - SLACK_MS);
    if (timeMs >= earliest) return this.#right(packet, isStep ? stepMs : null);
    if (timeMs >= EARLIEST_MS && ((isStep && stepMs < 0) || this.#isOutOfPatience(packet)))
      return this.#putBack(packet, isStep ? stepMs : null);
    const news: ClockNews[] = this.#held.length > 0 ? [] : [{ kind: 'behind', stepMs: null, nowMs: timeMs }];
    this.#held.push(packet);
    if (this.#held.length > MOST_HELD) this.#held.shift();
    return { news, packets: [] };
  }

  #right(packet: TimedReading, stepMs: number | null): Passed {
    const nowMs = packet.timeMs;
    this.#latestMs = Math.max(this.#latestMs, nowMs);
    if (this.#held.length > 0) {
      const packets = [...this.#release(), packet];
      return { news: [{ kind: 'right', stepMs, nowMs }], packets };
    }
    if (stepMs === null || stepMs < 0) return { news: [], packets: [packet] };
    return { news: [{ kind: 'forward', stepMs, nowMs }], packets: [packet] };
  }

  #putBack(packet: TimedReading, stepMs: number | null): Passed {
    this.#latestMs = packet.timeMs;
    const packets = [...this.#release(), packet];
    return { news: [{ kind: 'back', stepMs, nowMs: packets[0].timeMs }], packets };
  }

  /** Those that waited, with the times they had by the clock as it is now. */
  #release(): TimedReading[] {
    const held = this.#held.splice(0);
    const anyOffset = [...this.#offsets.values()].at(-1) ?? 0;
    return held.map((packet) => {
      const offset = this.#offsets.get(packet.receiver) ?? anyOffset;
      return { ...packet, timeMs: Math.round(offset + packet.seconds * 1000) };
    });
  }

  #isOutOfPatience({ seconds, receiver }: TimedReading): boolean {
    const first = this.#held.find((held) => held.receiver === receiver);
    return first !== undefined && seconds - first.seconds > PATIENCE_S;
  }
}
