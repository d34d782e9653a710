import type { EndpointKey } from '../endpoint.js';
import type { MeterEvent, MeterLabel } from '../entry.js';
import { backflowInWords, leakNowInWords } from '../leaks.js';
import { eventOf, type HeardPacket, mapByMeter, nameOf, type Tell, type Watcher } from './watcher.js';

/** A flag of several levels as a meter sends it; JSON. */
interface FlagState {
  readonly level: number;
  /** When the level that is not 0 began, ms since 1970. */
  readonly sinceMs: number | null;
  /** Another level that was heard once, and when. */
  readonly next: { readonly level: number; readonly timeMs: number } | null;
}

interface Flag {
  readonly type: string;
  readonly field: string;
  readonly inWords: (level: number) => string | null;
  /** `Kitchen` … */
  readonly message: (words: string) => string;
  readonly over: string;
}

const FLAGS: readonly Flag[] = [
  {
    type: 'leak',
    field: 'leakNow',
    inWords: leakNowInWords,
    message: (words) => `tells of a leak: water ran ${WHEN[words]} in the past 24 hours`,
    over: 'tells of no leak any more',
  },
  {
    type: 'backflow',
    field: 'backflow',
    inWords: backflowInWords,
    message: (words) => `tells of backflow: in the past 35 days water ran backwards, ${AMOUNT[words]}`,
    over: 'has had no backflow for 35 days',
  },
];
const WHEN: Readonly<Record<string, string>> = {
  intermittent: 'in half of the quarter-hours or more',
  continuous: 'without a pause',
};
const AMOUNT: Readonly<Record<string, string>> = { low: 'a little', high: 'much' };
const UNKNOWN: FlagState = { level: 0, sinceMs: null, next: null };
const HIGHEST = 2;

/** Leaks and backflow that R900 endpoints tell. One that grows worse is the same event, told again. */
export class LeakWatch implements Watcher {
  readonly name = 'leaks';
  readonly #tell: Tell;
  #known = new Map<EndpointKey, Record<string, FlagState>>();

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  heard({ meter, packet }: HeardPacket): void {
    for (const flag of FLAGS) {
      const level = Number(packet.fields[flag.field]);
      // R900BCD sends a level that means nothing.
      if (packet.fields[flag.field] === undefined || flag.inWords(level) === null) continue;
      this.#heardLevel(meter, flag, level, packet.timeMs);
    }
  }

  #heardLevel(meter: MeterLabel, flag: Flag, level: number, timeMs: number): void {
    const known = this.#known.get(meter.key) ?? {};
    const before = known[flag.type] ?? UNKNOWN;
    known[flag.type] = after(before, level, timeMs);
    this.#known.set(meter.key, known);
    const { level: now, sinceMs } = known[flag.type];
    if (now !== before.level)
      this.#tell(flagEvent(meter, flag, now, sinceMs ?? before.sinceMs ?? timeMs, timeMs));
  }

  state(): unknown {
    return Object.fromEntries(this.#known);
  }

  restore(state: unknown): void {
    this.#known = mapByMeter<Record<string, FlagState>>(state);
  }
}

/** A level counts when two packets in a row tell it. */
function after(before: FlagState, level: number, timeMs: number): FlagState {
  if (level === before.level) return { ...before, next: null };
  if (before.next?.level !== level) return { ...before, next: { level, timeMs } };
  const sinceMs = level === 0 ? null : (before.sinceMs ?? before.next.timeMs);
  return { level, sinceMs, next: null };
}

function flagEvent(meter: MeterLabel, flag: Flag, level: number, sinceMs: number, nowMs: number): MeterEvent {
  const words = flag.inWords(level)!;
  const { type, field } = flag;
  const over = level === 0;
  return eventOf({
    type,
    meter,
    timeMs: sinceMs,
    endMs: over ? nowMs : null,
    severity: level === HIGHEST ? 'alarm' : over ? 'info' : 'warning',
    message: `${nameOf(meter)} ${over ? flag.over : flag.message(words)}.`,
    evidence: { [field]: level, meaning: words },
  });
}
