import type { Reading, SignalReport } from '../readings/reading.js';

/** How long a reading waits for others of its transmission, ms: receivers are not equally fast. */
const HOLD_MS = 1500;
/** How long a transmission is known to have been heard, ms. */
const KNOWN_MS = 30_000;
/**
 * What two receivers may differ by about one transmission: their clocks, which are taken from the arrival of blocks
 * of samples, ms, and their crystals, Hz. No meter sends the same packet twice that soon and that near.
 */
const CLOCK_MS = 500;
const CRYSTAL_HZ = 100e3;

/** A transmission, by the reading that tells most of it. */
interface Transmission {
  readonly sinceMs: number;
  readonly content: string;
  best: Reading;
  readonly heardBy: SignalReport[];
  passed: boolean;
}

/**
 * Where several receivers listen, lets each transmission through once: by the surest of their readings, which then
 * names the others. Readings are held back for a second and a half for that.
 */
export class TwinFilter {
  readonly #pass: (reading: Reading) => void;
  #known: Transmission[] = [];
  #twins = 0;

  constructor(pass: (reading: Reading) => void) {
    this.#pass = pass;
  }

  /** Readings so far that told of a transmission once more. */
  get twins(): number {
    return this.#twins;
  }

  /** @param nowMs monotonic */
  take(reading: Reading, nowMs: number): void {
    const content = contentOf(reading);
    const same = this.#known.find((known) => known.content === content && isTwin(known, reading));
    if (same === undefined) {
      const heardBy = [reportOf(reading)];
      this.#known.push({ sinceMs: nowMs, content, best: reading, heardBy, passed: false });
      return;
    }
    this.#twins += 1;
    same.heardBy.push(reportOf(reading));
    if (isSurer(reading, same.best)) same.best = reading;
  }

  /** Is called again and again: lets through what has waited long enough. */
  passDue(nowMs: number): void {
    for (const known of this.#known) if (nowMs - known.sinceMs >= HOLD_MS) this.#let(known);
    this.#known = this.#known.filter(({ sinceMs }) => nowMs - sinceMs < KNOWN_MS);
  }

  /** Lets everything through at once. */
  flush(): void {
    for (const known of this.#known) this.#let(known);
    this.#known = [];
  }

  #let(known: Transmission): void {
    if (known.passed) return;
    known.passed = true;
    const others = known.heardBy.filter(({ receiver }) => receiver !== known.best.receiver);
    this.#pass(others.length === 0 ? known.best : { ...known.best, alsoHeard: others });
  }
}

/** What the meter sent. */
function contentOf({ protocol, id, type, consumption, fields }: Reading): string {
  return JSON.stringify([protocol, id, type, consumption, fields]);
}

function isTwin({ best, heardBy }: Transmission, { receiver, timeMs, carrierHz }: Reading): boolean {
  if (heardBy.some((report) => report.receiver === receiver)) return false; // it tells each only once
  if (timeMs === null || best.timeMs === null) return false;
  return Math.abs(timeMs - best.timeMs) <= CLOCK_MS && Math.abs(carrierHz - best.carrierHz) <= CRYSTAL_HZ;
}

function isSurer(one: Reading, other: Reading): boolean {
  if (one.confidence !== other.confidence) return one.confidence > other.confidence;
  return one.snrDb > other.snrDb;
}

function reportOf({ receiver, carrierHz, snrDb, correctedBits, confidence }: Reading): SignalReport {
  return { receiver, carrierHz, snrDb, correctedBits, confidence };
}
