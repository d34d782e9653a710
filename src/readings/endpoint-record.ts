import type { Fields } from '../decode/protocol.js';
import type { Commodity } from './commodity.js';
import type { EndpointKey } from './endpoint.js';
import { isRelayed } from './packet-registers.js';
import type { TimedReading } from './reading.js';

/** What was heard of an endpoint, believed or not. Everything but `key` and `id` goes on changing. */
export interface EndpointRecord {
  readonly key: EndpointKey;
  readonly id: number;
  /** Kinds of packet it sends, in the order in which they were first heard. */
  protocols: readonly string[];
  /** Of the latest packet, as sent. */
  protocol: string;
  type: number;
  commodity: Commodity;
  consumption: number | null;
  fields: Fields;
  /** Of the latest packet, and the strongest ever; those by a repeater do not count. */
  carrierHz: number;
  snrDb: number;
  strongestSnrDb: number;
  firstHeardMs: number;
  lastHeardMs: number;
  packets: number;
  /** Packets that it will have sent from the first to the last one heard, by {@link periodMs}; see `Cadence`. */
  expected: number;
  /** Time from one packet to the next, ms; null until enough were heard. */
  periodMs: number | null;
  /** Packets by the tenth of a MHz of their carrier, such as `9126` for 912.55 to 912.65 MHz. */
  readonly channels: Record<string, number>;
  /** Where its five-minute intervals end, ms after the full five minutes of the wall clock; null where it tells none. */
  intervalPhaseMs: number | null;
}

/** Different carriers that are counted for one endpoint; a hopping one has 50. */
const MOST_CHANNELS = 64;
const CHANNEL_HZ = 100_000;
const INTERVAL_MS = 300_000;

/** An endpoint that is heard for the first time. */
export function newEndpoint(key: EndpointKey, packet: TimedReading): EndpointRecord {
  const { id, protocol, type, commodity, consumption, fields, carrierHz, snrDb, timeMs } = packet;
  return {
    ...{ key, id, protocols: [protocol], protocol, type, commodity, consumption, fields, carrierHz, snrDb },
    ...{ strongestSnrDb: snrDb, firstHeardMs: timeMs, lastHeardMs: timeMs, packets: 1, expected: 1 },
    ...{ periodMs: null, channels: { [channelOf(carrierHz)]: 1 }, intervalPhaseMs: phaseOf(packet) },
  };
}

/** Notes one more packet. One that is older than the latest changes counts only. */
export function noteHeard(record: EndpointRecord, packet: TimedReading): void {
  const { protocol, timeMs, snrDb, carrierHz } = packet;
  record.packets += 1;
  record.firstHeardMs = Math.min(record.firstHeardMs, timeMs);
  if (!record.protocols.includes(protocol)) record.protocols = [...record.protocols, protocol];
  // Of one that was imported it is not known how it was heard.
  const isDirect = !isRelayed(packet) && carrierHz > 0;
  if (isDirect) {
    record.strongestSnrDb = Math.max(record.strongestSnrDb, snrDb);
    countChannel(record.channels, channelOf(carrierHz));
  }
  if (timeMs < record.lastHeardMs) return;
  record.lastHeardMs = timeMs;
  if (isDirect) Object.assign(record, { snrDb, carrierHz });
  record.intervalPhaseMs = phaseOf(packet) ?? record.intervalPhaseMs;
}

/** Notes what a packet says, once it is believed. */
export function noteBelieved(record: EndpointRecord, packet: TimedReading): void {
  const { protocol, type, commodity, consumption, fields } = packet;
  Object.assign(record, {
    protocol,
    type,
    commodity,
    fields,
    consumption: consumption ?? record.consumption,
  });
}

function channelOf(carrierHz: number): string {
  return String(Math.round(carrierHz / CHANNEL_HZ));
}

function countChannel(channels: EndpointRecord['channels'], channel: string): void {
  const known = Object.hasOwn(channels, channel);
  if (known || Object.keys(channels).length < MOST_CHANNELS)
    channels[channel] = (known ? channels[channel] : 0) + 1;
}

function phaseOf({ timeMs, fields: { transmitTimeOffset } }: TimedReading): number | null {
  if (typeof transmitTimeOffset !== 'number') return null;
  const endMs = timeMs - (transmitTimeOffset * 1000) / 16;
  return Math.round(((endMs % INTERVAL_MS) + INTERVAL_MS) % INTERVAL_MS);
}
