import type { DateTime } from 'luxon';
import { momentIn } from '../zoned-time.js';
import type { DailyStretch } from './event-rule.js';

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** The days of a time zone, or a stretch of each. Working them out is slow, so the last one is remembered. */
export class LocalDays {
  readonly #zone: string;
  readonly #stretch: DailyStretch;
  /** What holds from one point in time to another. */
  #known: Span & { readonly inside: Span | null } = { startMs: 0, endMs: 0, inside: null };

  /** @param zone IANA name */
  constructor(zone: string, stretch: DailyStretch = { fromMinute: 0, toMinute: 1440 }) {
    this.#zone = zone;
    this.#stretch = stretch;
  }

  /**
   * The stretch that a point in time is in; null where it is in none.
   * @param timeMs ms since 1970
   */
  at(timeMs: number): Span | null {
    const { startMs, endMs } = this.#known;
    if (timeMs < startMs || timeMs >= endMs) this.#known = this.#around(timeMs);
    return this.#known.inside;
  }

  #around(timeMs: number): Span & { readonly inside: Span | null } {
    const today = momentIn(this.#zone, timeMs).startOf('day');
    const spans = [-1, 0, 1].map((days) => this.#on(today.plus({ days })));
    const inside = spans.find(({ startMs, endMs }) => timeMs >= startMs && timeMs < endMs) ?? null;
    if (inside !== null) return { ...inside, inside };
    const next = spans.find(({ startMs }) => startMs > timeMs)!;
    return { startMs: timeMs, endMs: next.startMs, inside };
  }

  #on(day: DateTime): Span {
    const { fromMinute, toMinute } = this.#stretch;
    const endDay = toMinute > fromMinute ? day : day.plus({ days: 1 });
    return { startMs: atMinute(day, fromMinute), endMs: atMinute(endDay, toMinute) };
  }
}

function atMinute(day: DateTime, minute: number): number {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60];
  return hours === 24
    ? day.plus({ days: 1 }).toMillis()
    : day.set({ hour: hours, minute: minutes }).toMillis();
}
