import type { TimedReading } from '../../src/readings/reading.js';
import type { SceneMeter } from './scene.js';

const INTERVAL_MS = 300_000;
const INTERVALS = 47;
const LARGEST_INTERVAL = 510;

/** How a packet was heard. */
export type Signal = Pick<TimedReading, 'carrierHz' | 'snrDb' | 'correctedBits' | 'confidence'>;

/** A packet of a meter as the receiver would tell it. */
export interface PacketRequest {
  readonly meter: SceneMeter;
  readonly timeMs: number;
  readonly signal: Signal;
  readonly startMs: number;
}

/** What every message has. */
function packetOf(
  { meter, timeMs, signal, startMs }: PacketRequest,
  protocol: string,
  type: number,
  consumption: number,
  fields: TimedReading['fields'],
): TimedReading {
  const seconds = (timeMs - startMs) / 1000;
  const { id, commodity } = meter;
  return {
    ...{ timeMs, seconds, sample: Math.round(seconds * 2_359_296), receiver: 'roof' },
    ...{ protocol, id, type, commodity, consumption, fields },
    ...signal,
  };
}

/** SCM with the register as it is now. */
export function scmOf(request: PacketRequest, counts: number): TimedReading {
  const { tamper } = request.meter;
  const fields = { tamperPhy: tamper[0] % 4, tamperEnc: tamper[1] % 4, relayed: false, checksum: 0 };
  return packetOf(request, 'SCM', request.meter.type, counts, fields);
}

/** IDM with the register as of the end of the last interval, and the 47 before it. */
export function idmOf(request: PacketRequest, countsAt: (timeMs: number) => number): TimedReading {
  const { meter, timeMs } = request;
  const endMs = Math.floor((timeMs - meter.phaseMs) / INTERVAL_MS) * INTERVAL_MS + meter.phaseMs;
  const totals = Array.from({ length: INTERVALS + 1 }, (_, i) => countsAt(endMs - i * INTERVAL_MS));
  const intervals = totals
    .slice(1)
    .map((before, i) => Math.min(LARGEST_INTERVAL, Math.max(0, totals[i] - before)));
  return packetOf(request, 'IDM', 16 + meter.type, totals[0], {
    ...{ version: 4, intervalCounter: Math.floor(endMs / INTERVAL_MS) % 256, programmingState: 0xbc },
    tamperCounters: [...meter.tamper, 0, meter.powerLosses(timeMs), 1, 0],
    ...{ asynchronousCounters: 0, outageFlags: '000000000000', intervals },
    transmitTimeOffset: Math.floor(((timeMs - endMs) * 16) / 1000),
    ...{ serialChecksum: 0, checksum: 0 },
  });
}

/** R900 with its flags. */
export function r900Of(request: PacketRequest, counts: number): TimedReading {
  const isLeaking = request.meter.leaksFromMs !== null && request.timeMs >= request.meter.leaksFromMs;
  return packetOf(request, 'R900', 3, counts, {
    ...{ noUse: 0, backflow: 0, leak: isLeaking ? 1 : 0, leakNow: isLeaking ? 2 : 0 },
    ...{ unknown1: 10, unknown2: 0, checksum: 0 },
  });
}
