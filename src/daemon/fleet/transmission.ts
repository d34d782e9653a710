import { type EndpointKey, endpointKeyOf } from '../../readings/endpoint.js';
import type { SignalReport, TimedReading } from '../../readings/reading.js';

/**
 * What two receivers may differ by about the time of one transmission, ms: their clocks are set by NTP at best. No
 * endpoint sends the same again that soon.
 */
export const SAME_MS = 2000;

/** What was sent once, by whoever heard it. */
export interface Transmission {
  readonly endpoint: EndpointKey;
  /** The surest packet; its time names the transmission. */
  readonly packet: TimedReading;
  readonly signals: readonly SignalReport[];
}

/** How each receiver heard it. */
export function signalsOf({ alsoHeard = [], ...packet }: TimedReading): readonly SignalReport[] {
  const { receiver, carrierHz, snrDb, correctedBits, confidence } = packet;
  return [{ receiver, carrierHz, snrDb, correctedBits, confidence }, ...alsoHeard];
}

/** What was sent, as a text: the same for all who heard it. */
export function contentOf({ protocol, type, consumption, fields }: TimedReading): string {
  const entries = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([protocol, type, consumption, entries]);
}

/** Whether two packets of one endpoint are of one transmission. */
export function isSame(one: TimedReading, other: TimedReading): boolean {
  return Math.abs(one.timeMs - other.timeMs) < SAME_MS && contentOf(one) === contentOf(other);
}

/** Both lists, each receiver once: what comes a second time is no news. */
export function mergedSignals(
  one: readonly SignalReport[],
  other: readonly SignalReport[],
): readonly SignalReport[] {
  const heard = new Set(one.map(({ receiver }) => receiver));
  return [...one, ...other.filter(({ receiver }) => !heard.has(receiver))];
}

/** Puts together what several receivers heard of one transmission; ascending in time. */
export function transmissionsOf(packets: readonly TimedReading[]): Transmission[] {
  const found = new Map<EndpointKey, Transmission[]>();
  for (const packet of [...packets].sort((a, b) => a.timeMs - b.timeMs)) {
    const endpoint = endpointKeyOf(packet);
    const known = found.get(endpoint) ?? [];
    found.set(endpoint, known);
    const index = known.findIndex((transmission) => isSame(transmission.packet, packet));
    const signals = signalsOf(packet);
    if (index === -1) known.push({ endpoint, packet, signals });
    else known[index] = { ...known[index], signals: mergedSignals(known[index].signals, signals) };
  }
  return [...found.values()].flat().sort((a, b) => a.packet.timeMs - b.packet.timeMs);
}
