import type { EndpointKey } from '../endpoint.js';
import type { MeterEvent, MeterLabel, RegisterReading } from '../entry.js';
import type { Belief } from '../observer.js';

/** A packet that is believed, and the meter it is of. */
export type HeardPacket = Pick<Belief, 'meter' | 'endpoint' | 'packet'>;

/** Is told of events; of one that goes on, again when it changes or ends. */
export type Tell = (event: MeterEvent) => void;

/**
 * Concludes one family of events from what is heard. It knows no clock: time comes with the packets, and by `tick` while
 * none come. Packets come in the order of their time, but for few.
 */
export interface Watcher {
  /** Names its part of the state. */
  readonly name: string;
  heard?(heard: HeardPacket): void;
  read?(reading: RegisterReading): void;
  /** @param nowMs ms since 1970 */
  tick?(nowMs: number): void;
  /** What is dated later than this was dated wrongly. */
  clockPutBack?(nowMs: number): void;
  /** What it must know to go on after a restart, as JSON can write it. */
  state(): unknown;
  /** @param state what `state` gave, written and read again */
  restore(state: unknown): void;
}

/** What a watcher says of an event; the rest follows from it. */
export type Finding = Omit<MeterEvent, 'kind' | 'id' | 'endMs'> & { readonly endMs?: number | null };

/** An event; it is named by its type, its meter and when it began. */
export function eventOf(finding: Finding): MeterEvent {
  const { type, meter, timeMs } = finding;
  const id = [type, meter?.key, new Date(timeMs).toISOString()].filter(Boolean).join('/');
  return { kind: 'event', id, endMs: null, ...finding };
}

/** What a meter is called in a sentence: `Kitchen`, or `Meter 10000001`. */
export function nameOf({ name, key }: MeterLabel): string {
  return name ?? `Meter ${key.slice(key.indexOf('-') + 1)}`;
}

/** The inverse of `Object.fromEntries` for what is kept by meter; empty for what is no object. */
export function mapByMeter<Value>(state: unknown): Map<EndpointKey, Value> {
  return new Map(Object.entries(state ?? {}) as [EndpointKey, Value][]);
}
