import Big from 'big.js';
import { type EndpointKey, endpointKeyOf } from '../readings/endpoint.js';
import type { Entry, RegisterReading } from '../readings/entry.js';

/** Registers and endpoints remembered at most; the radio hears whatever anybody sends. */
const MOST = 5000;
const HOUR_MS = 3_600_000;
/** What flows now is told by two changes that are no farther apart, and no older, ms. */
const RATE_MS = 2 * HOUR_MS;

/** What a register said last, and when it said something else before. */
interface Told {
  readonly last: RegisterReading;
  /** When it first said so. */
  readonly sinceMs: number;
  readonly before: RegisterReading | null;
}

/**
 * What was said last, as it was told: the database has it minutes later, as it is written seldom to spare SD cards.
 */
export class Latest {
  readonly #registers = new Map<string, Told>();
  readonly #heard = new Map<EndpointKey, { readonly timeMs: number; readonly snrDb: number }>();

  #version = 0;

  /** Counts up with whatever is told. */
  get version(): number {
    return this.#version;
  }

  note(entry: Entry): void {
    if (entry.kind === 'reading' || entry.kind === 'packet') this.#version += 1;
    if (entry.kind === 'reading') this.#noteReading(entry);
    if (entry.kind !== 'packet' || entry.packet.timeMs === null) return;
    const { timeMs, snrDb } = entry.packet;
    put(this.#heard, endpointKeyOf(entry.packet), { timeMs, snrDb });
  }

  reading(meter: string, register: string): RegisterReading | null {
    return this.#registers.get(`${meter} ${register}`)?.last ?? null;
  }

  /** When an endpoint was last heard, and how well. */
  heard(endpoint: EndpointKey): { readonly timeMs: number; readonly snrDb: number } | null {
    return this.#heard.get(endpoint) ?? null;
  }

  /** Units an hour, exact decimal, by the last two changes of a register; null where they do not tell of now. */
  rate(meter: string, register: string, nowMs: number): string | null {
    const told = this.#registers.get(`${meter} ${register}`);
    if (told === undefined || told.before === null || nowMs - told.last.timeMs > RATE_MS) return null;
    const { last, before, sinceMs } = told;
    const lengthMs = sinceMs - before.timeMs;
    if (last.total === null || before.total === null || lengthMs <= 0 || lengthMs > RATE_MS) return null;
    const used = new Big(last.total).minus(before.total);
    return used.lt(0) ? null : used.times(HOUR_MS).div(lengthMs).round(4).toString();
  }

  #noteReading(reading: RegisterReading): void {
    const key = `${reading.meter.key} ${reading.register}`;
    const known = this.#registers.get(key);
    if (known !== undefined && reading.timeMs < known.last.timeMs) return;
    const isSame = known?.last.totalCounts === reading.totalCounts;
    const told =
      known !== undefined && isSame
        ? { ...known, last: reading }
        : { last: reading, sinceMs: reading.timeMs, before: firstOf(known) };
    put(this.#registers, key, told);
  }
}

/** A change happened somewhere between two packets; measured from first sight to first sight it is right on average. */
function firstOf(known: Told | undefined): RegisterReading | null {
  return known === undefined ? null : { ...known.last, timeMs: known.sinceMs };
}

function put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MOST) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
