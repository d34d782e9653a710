import { type EndpointKey, idOf } from '../endpoint.js';
import type { MeterEvent, MeterLabel, RegisterReading } from '../entry.js';
import { tamperCountersOf } from '../tamper.js';
import { type CounterState, type CounterStep, counted } from './counter-track.js';
import { eventOf, type HeardPacket, mapByMeter, nameOf, type Tell, type Watcher } from './watcher.js';

/** What a step of a counter says. */
interface Meaning {
  readonly type: string;
  readonly severity: MeterEvent['severity'];
  /** `Kitchen counted …`. */
  readonly what: string;
}

/** By the names of `tamperCountersOf`. Power losses have a watcher of their own. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  inversion: {
    type: 'tamper.inversion',
    severity: 'alarm',
    what: 'that it was turned over, or ran backwards',
  },
  removal: { type: 'tamper.removal', severity: 'alarm', what: 'that it was moved while it lost power' },
  tilt: { type: 'tamper.tilt', severity: 'alarm', what: 'that it was tilted' },
  'magnet or cut cable': { type: 'tamper.magnet', severity: 'alarm', what: 'a magnet, or a cut cable' },
  'reverse rotation': { type: 'reverse-flow', severity: 'warning', what: 'that it ran backwards' },
  'demand reset': { type: 'demand-reset', severity: 'info', what: 'a reset of its demand' },
  'low battery': {
    type: 'battery',
    severity: 'warning',
    what: 'a low battery, or the end of its schedule of bills',
  },
  billing: { type: 'billing', severity: 'info', what: 'a change of what it bills' },
  fault: {
    type: 'fault',
    severity: 'warning',
    what: 'power that flowed back, a lost phase or a fault of its own',
  },
};

/** The two counters that the second and third ID of an endpoint of type 8 have in place of the first's. */
const OF_SIBLINGS: Readonly<Record<number, readonly [string, string]>> = {
  1: ['demand reset', 'low battery'],
  2: ['billing', 'fault'],
};
const SIBLINGS_TYPE = 8;
const SIBLING_MODULUS = 4;

interface Counter {
  readonly name: string;
  readonly value: number;
  readonly modulus: number;
}

/**
 * Steps of a meter's tamper counters, each kind an event of its own. What SCM and IDM tell of one meter is one counter.
 */
export class CounterWatch implements Watcher {
  readonly name = 'counters';
  readonly #tell: Tell;
  readonly #mains = new Map<EndpointKey, number>();
  #known = new Map<EndpointKey, Record<string, CounterState>>();

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** Remembers which ID tells what a meter used: the others follow it. */
  read({ meter, register, packet }: RegisterReading): void {
    if (register === 'consumption') this.#mains.set(meter.key, packet.id);
  }

  heard({ meter, packet }: HeardPacket): void {
    const place = packet.id - (this.#mains.get(meter.key) ?? idOf(meter.key));
    if (this.#mayBeSibling(packet, place)) return;
    const known = this.#known.get(meter.key) ?? {};
    for (const { name, value, modulus } of countersOf(meter, packet, place)) {
      const meaning = MEANINGS[name];
      if (meaning === undefined) continue;
      const { state, step } = counted(known[name] ?? null, value, modulus, packet.timeMs);
      known[name] = state;
      if (step !== null) this.#tell(stepEvent(meter, meaning, name, step));
    }
    this.#known.set(meter.key, known);
  }

  /**
   * Whether nobody knows what this ID counts: the one before is of the same type, so that it may be another ID of that, or
   * a neighbour; or it is none of those that follow the meter's.
   */
  #mayBeSibling({ id, protocol, type }: HeardPacket['packet'], place: number): boolean {
    if (protocol !== 'SCM' || type !== SIBLINGS_TYPE) return false;
    return place === 0 ? [1, 2].some((less) => this.#known.has(`ert-${id - less}`)) : !(place in OF_SIBLINGS);
  }

  state(): unknown {
    return Object.fromEntries(this.#known);
  }

  restore(state: unknown): void {
    this.#known = mapByMeter<Record<string, CounterState>>(state);
  }
}

/** @param place of the ID behind that which tells what was used */
function countersOf(
  meter: MeterLabel,
  { protocol, type, commodity, fields }: HeardPacket['packet'],
  place: number,
): readonly Counter[] {
  const names = (type & 15) === SIBLINGS_TYPE ? OF_SIBLINGS[place] : undefined;
  if (protocol !== 'SCM' || names === undefined) {
    const of = meter.commodity === 'unknown' ? commodity : meter.commodity;
    return tamperCountersOf(protocol, of, fields);
  }
  const values = [fields.tamperPhy, fields.tamperEnc];
  return names.map((name, i) => ({ name, value: Number(values[i]), modulus: SIBLING_MODULUS }));
}

function stepEvent(
  meter: MeterLabel,
  { type, severity, what }: Meaning,
  counter: string,
  step: CounterStep,
): MeterEvent {
  const { from, to, steps, sinceMs } = step;
  const times = steps === 1 ? '' : `, ${steps} times`;
  const message = `${nameOf(meter)} counted ${what}${times}: its counter went from ${from} to ${to}.`;
  const evidence = { counter, from, to, steps };
  return eventOf({ type, meter, timeMs: sinceMs, severity, message, evidence });
}
