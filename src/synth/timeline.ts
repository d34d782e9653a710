/** Something that begins at a time of the band, s. */
export interface Timed {
  readonly seconds: number;
}

/** What is kept behind the latest time that was asked for, s. */
const KEPT_SECONDS = 60;

/**
 * Events in order of their begin, made as far as they are asked for. Those of the last minute are kept, for whoever
 * listens a little later; for one who asks for what is longer ago, all are made again from the beginning, which is
 * slow but gives the same.
 */
export class Timeline<Event extends Timed> {
  readonly #make: () => Iterator<Event>;
  #upcoming: Iterator<Event>;
  #next: Event | null;
  #kept: Event[] = [];
  /** Nothing that begins before this is kept. */
  #keptFrom = Number.NEGATIVE_INFINITY;

  /** @param make gives the same events in order of their begin at each call */
  constructor(make: () => Iterable<Event>) {
    this.#make = () => make()[Symbol.iterator]();
    this.#upcoming = this.#make();
    this.#next = this.#following();
  }

  /** Events that begin from `from` on and before `until`. */
  between(from: number, until: number): Event[] {
    if (from < this.#keptFrom) this.#beginAnew();
    this.#forget(from);
    while (this.#next !== null && this.#next.seconds < until) {
      if (this.#next.seconds >= this.#keptFrom) this.#kept.push(this.#next);
      this.#next = this.#following();
    }
    // Whoever asks mostly asks for the latest.
    let first = this.#kept.length;
    while (first > 0 && this.#kept[first - 1].seconds >= from) first--;
    let last = first;
    while (last < this.#kept.length && this.#kept[last].seconds < until) last++;
    return this.#kept.slice(first, last);
  }

  #beginAnew(): void {
    this.#upcoming = this.#make();
    this.#next = this.#following();
    this.#kept = [];
    this.#keptFrom = Number.NEGATIVE_INFINITY;
  }

  /** Not at every call, since it moves what stays. */
  #forget(from: number): void {
    if (from < this.#keptFrom + 2 * KEPT_SECONDS) return;
    this.#keptFrom = from - KEPT_SECONDS;
    this.#kept = this.#kept.filter(({ seconds }) => seconds >= this.#keptFrom);
  }

  #following(): Event | null {
    const { value, done } = this.#upcoming.next();
    return done ? null : value;
  }
}
