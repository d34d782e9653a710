import type { EndpointKey } from './endpoint.js';
import type { EndpointRecord } from './endpoint-record.js';
import type { Entry, MeterEvent, MeterLabel } from './entry.js';
import type { Memory, Observer } from './observer.js';
import type { Registry } from './registry.js';

const HOUR_MS = 3_600_000;
/** How often it is looked, ms. */
const LOOK_MS = HOUR_MS;
/** The meter was heard for so long, is silent for so long and for so many of its gaps. */
const HEARD_MS = 72 * HOUR_MS;
const SILENT = { ms: 12 * HOUR_MS, gaps: 40 };
/** The other one was never heard before, but for a test of the fitter's, and since then as one that stays. */
const BEFORE_MS = 2 * HOUR_MS;
const AFTER_MS = 7 * 24 * HOUR_MS;
const STAYS = { ms: 6 * HOUR_MS, packets: 20 };
/** It hangs in the same place, so that it is about as strong, dB. */
const AS_STRONG_DB = 10;

/**
 * Sees where a meter of the user may have been exchanged for one with another ID: it fell silent, and one of its kind that
 * was never heard before is there since then, about as strong. It only says so; its user knows. Events go out to brokers and
 * mail, so that the other one, who may be a neighbour's, has a number in them only where such are kept openly.
 */
export class ExchangeWatch implements Observer {
  readonly name = 'exchange';
  readonly #registry: Registry;
  readonly #namesOthers: boolean;
  #lookedMs = Number.NEGATIVE_INFINITY;
  /** What was told, by meter and endpoint, and not kept yet. */
  readonly #told = new Set<string>();
  readonly #fresh = new Set<string>();

  /** @param namesOthers whether meters that are not the user's are kept openly */
  constructor(registry: Registry, namesOthers: boolean) {
    this.#registry = registry;
    this.#namesOthers = namesOthers;
  }

  believed(): [] {
    return [];
  }

  tick(nowMs: number): Entry[] {
    if (Math.abs(nowMs - this.#lookedMs) < LOOK_MS) return [];
    this.#lookedMs = nowMs;
    return [...this.#registry.ownRecords()]
      .filter((record) => isGone(record, nowMs))
      .flatMap((record) => this.#candidateFor(record, nowMs));
  }

  *changes(): Generator<Memory> {
    for (const key of this.#fresh) yield { key, state: 'true' };
    this.#fresh.clear();
  }

  resume(memory: readonly Memory[]): void {
    for (const { key } of memory) this.#told.add(key);
  }

  #candidateFor(gone: EndpointRecord, nowMs: number): MeterEvent[] {
    const likely = [...this.#registry.records()]
      .filter((one) => this.#registry.isStranger(one.key) && mayReplace(one, gone, nowMs))
      .sort((one, other) => apartDb(one, gone) - apartDb(other, gone));
    const [best] = likely;
    if (best === undefined) return [];
    const meter = this.#registry.labelOf(gone.key, gone.commodity);
    const told = `${meter.key} ${best.key}`;
    if (this.#told.has(told)) return [];
    this.#told.add(told);
    this.#fresh.add(told);
    return [likelyEvent(meter, gone, best, { candidates: likely.length, isNamed: this.#namesOthers })];
  }
}

function isGone({ firstHeardMs, lastHeardMs, packets }: EndpointRecord, nowMs: number): boolean {
  const heardMs = lastHeardMs - firstHeardMs;
  const silenceMs = nowMs - lastHeardMs;
  return heardMs >= HEARD_MS && silenceMs >= SILENT.ms && silenceMs >= (SILENT.gaps * heardMs) / packets;
}

function mayReplace(one: EndpointRecord, gone: EndpointRecord, nowMs: number): boolean {
  const isAlike =
    one.commodity === gone.commodity && isSameFamily(one.key, gone.key) && kindOf(one) === kindOf(gone);
  const sinceMs = one.firstHeardMs - gone.lastHeardMs;
  const isNew = sinceMs > -BEFORE_MS && sinceMs < AFTER_MS;
  const stays = one.packets >= STAYS.packets && one.lastHeardMs - one.firstHeardMs >= STAYS.ms;
  const isThere = nowMs - one.lastHeardMs < STAYS.ms;
  return isAlike && isNew && stays && isThere && apartDb(one, gone) <= AS_STRONG_DB;
}

function isSameFamily(one: EndpointKey, other: EndpointKey): boolean {
  return one.split('-')[0] === other.split('-')[0];
}

/** ERT type; of Neptune's that tells how the reading is written. */
function kindOf({ type, protocol }: EndpointRecord): number {
  return protocol.startsWith('R900') ? -1 : type & 15;
}

function apartDb(one: EndpointRecord, other: EndpointRecord): number {
  return Math.abs(one.strongestSnrDb - other.strongestSnrDb);
}

function likelyEvent(
  meter: MeterLabel,
  gone: EndpointRecord,
  { id, key, firstHeardMs, consumption, strongestSnrDb }: EndpointRecord,
  { candidates, isNamed }: { readonly candidates: number; readonly isNamed: boolean },
): MeterEvent {
  const who = isNamed ? String(id) : 'another one';
  const then = isNamed
    ? `Then: ertd meters exchange ${meter.key} ${id}`
    : `Look for it with ertd meters, then: ertd meters exchange ${meter.key} ID`;
  return {
    kind: 'event',
    id: `meter.exchange-likely/${meter.key}/${isNamed ? key : firstHeardMs}`,
    type: 'meter.exchange-likely',
    meter,
    timeMs: gone.lastHeardMs,
    endMs: null,
    severity: 'warning',
    message: `${meter.name ?? meter.key} fell silent, and ${who}, of its kind and about as strong, is there since: was the meter exchanged? ${then}`,
    evidence: {
      ...(isNamed ? { candidate: key, counts: consumption } : {}),
      candidates,
      firstHeard: new Date(firstHeardMs).toISOString(),
      snrDb: Number(strongestSnrDb.toFixed(1)),
      snrBeforeDb: Number(gone.strongestSnrDb.toFixed(1)),
    },
  };
}
