import type { Commodity } from '../../../src/readings/commodity.js';
import type { MeterEvent, MeterLabel } from '../../../src/readings/entry.js';
import { type EventSettings, EventWatch } from '../../../src/readings/events/event-watch.js';
import type { HeardPacket } from '../../../src/readings/events/watcher.js';
import type { Belief } from '../../../src/readings/observer.js';
import { Random } from '../../../src/synth/random.js';

export const START_MS = Date.UTC(2026, 0, 1);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A meter of a made-up street, and what becomes of it. */
export interface StreetMeter {
  readonly label: MeterLabel;
  readonly id: number;
  readonly kind: 'SCM' | 'SCM and IDM' | 'R900';
  /** Its counters, inversion, removal, …, power losses; SCM sends the low bits of the first two. */
  readonly counters: number[];
  flags: { leakNow: number; backflow: number };
  counts: number;
  perHour: (timeMs: number) => number;
  /** It sends. */
  on: boolean;
  /** Where its intervals begin, ms. */
  phaseMs: number;
}

export interface Happening {
  readonly atMs: number;
  readonly does: () => void;
}

export function streetMeter(
  id: number,
  commodity: Commodity,
  kind: StreetMeter['kind'],
  given: Partial<StreetMeter> & { readonly name?: string } = {},
): StreetMeter {
  const { name = null, ...changes } = given;
  return {
    label: { key: `${kind === 'R900' ? 'neptune' : 'ert'}-${id}`, name, commodity },
    id,
    kind,
    counters: [0, 0, 0, id % 200, 0, 0],
    flags: { leakNow: 0, backflow: 0 },
    counts: id % 100_000,
    perHour: () => 50,
    on: true,
    phaseMs: (id * 7919) % 300_000,
    ...changes,
  };
}

const QUIET: EventSettings = {
  rules: [],
  night: { fromMinute: 60, toMinute: 300 },
  nightCommodities: ['water'],
  budgetOf: () => null,
  zone: 'America/New_York',
};

export function eventWatch(given: Partial<EventSettings> = {}): EventWatch {
  return new EventWatch({ ...QUIET, ...given });
}

/**
 * Lets time pass in a street: each meter sends about every `everyMs`, the receiver hears 30 % of it.
 * @returns what was told
 */
export function liveThrough(
  meters: readonly StreetMeter[],
  watch: EventWatch,
  {
    days,
    everyMs,
    happenings = [],
    hears = () => true,
    ticks = () => true,
    seed = 1,
    fromDay = 0,
  }: {
    readonly days: number;
    readonly everyMs: number;
    readonly happenings?: readonly Happening[];
    readonly hears?: (timeMs: number) => boolean;
    readonly ticks?: (timeMs: number) => boolean;
    readonly seed?: number;
    readonly fromDay?: number;
  },
): MeterEvent[] {
  const random = new Random(seed);
  const startMs = START_MS + fromDay * DAY_MS;
  const told: MeterEvent[] = [];
  const waiting = happenings.toSorted((a, b) => a.atMs - b.atMs);
  const stepMs = everyMs / meters.length;
  const last = new Map(meters.map((meter) => [meter, startMs]));
  let turn = 0;
  for (let timeMs = startMs; timeMs < startMs + days * DAY_MS; timeMs += stepMs, turn++) {
    while (waiting.length > 0 && waiting[0].atMs <= timeMs) waiting.shift()!.does();
    const meter = meters[turn % meters.length];
    meter.counts += (meter.perHour(timeMs) * (timeMs - last.get(meter)!)) / HOUR_MS;
    last.set(meter, timeMs);
    if (ticks(timeMs)) told.push(...watch.tick(timeMs));
    if (!meter.on || random.uniform() < 0.7 || !hears(timeMs)) continue;
    const packet = packetOf(meter, Math.round(timeMs), random.uniform() < 0.5);
    told.push(...watch.heard(packet));
    told.push(...watch.believed(beliefOf(meter, packet)));
  }
  return told;
}

export function packetOf(meter: StreetMeter, timeMs: number, second: boolean): HeardPacket['packet'] {
  const { id, kind, label, counts, counters, flags, phaseMs } = meter;
  const protocol = kind === 'SCM and IDM' ? (second ? 'IDM' : 'SCM') : kind;
  const offset = Math.floor((((timeMs - phaseMs) % 300_000) * 16) / 1000);
  const idm = { tamperCounters: [...counters], outageFlags: '000000000000', transmitTimeOffset: offset };
  const scm = { tamperPhy: counters[0] % 4, tamperEnc: counters[1] % 4 };
  return {
    timeMs,
    seconds: 0,
    sample: 0,
    receiver: 'roof',
    protocol,
    id,
    type: kind === 'R900' ? 3 : label.commodity === 'gas' ? 12 : 7,
    commodity: label.commodity,
    consumption: Math.floor(counts),
    fields: kind === 'R900' ? { ...flags, leak: 0, noUse: 0 } : protocol === 'IDM' ? idm : scm,
    carrierHz: 912_600_000,
    snrDb: 20,
    correctedBits: 0,
    confidence: 1,
  };
}

export function beliefOf(meter: StreetMeter, packet: HeardPacket['packet']): Belief {
  const { label } = meter;
  return { meter: label, own: null, endpoint: label.key, packet, readings: [readingOf(meter, packet)] };
}

export function readingOf({ label, counts }: StreetMeter, packet: HeardPacket['packet']) {
  return {
    kind: 'reading',
    meter: label,
    register: 'consumption',
    timeMs: packet.timeMs,
    counts: Math.floor(counts),
    totalCounts: Math.floor(counts),
    value: null,
    unit: null,
    total: null,
    beginsAnew: false,
    packet,
  } as const;
}

/** Thirty electric meters, a third of them with intervals, ten of gas, ten of water. */
export function street(): StreetMeter[] {
  const electric = Array.from({ length: 30 }, (_, i) =>
    streetMeter(10_000_001 + i, 'electric', i < 10 ? 'SCM and IDM' : 'SCM', { name: `E${i}` }),
  );
  const gas = Array.from({ length: 10 }, (_, i) =>
    streetMeter(10_000_101 + i, 'gas', 'SCM', { name: `G${i}` }),
  );
  const water = Array.from({ length: 10 }, (_, i) =>
    streetMeter(10_000_201 + i, 'water', 'R900', { name: `W${i}`, perHour: awake }),
  );
  return [...electric, ...gas, ...water];
}

/** Water that is used from six in the morning on, by the clock of New York. */
function awake(timeMs: number): number {
  const hour = new Date(timeMs - 5 * HOUR_MS).getUTCHours();
  return hour >= 6 ? 40 : 0;
}
