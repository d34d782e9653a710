import type { Commodity } from '../commodity.js';
import type { MeterEvent, MeterLabel } from '../entry.js';
import type { Belief, Memory, Observer } from '../observer.js';
import type { TimedReading } from '../reading.js';
import { BudgetWatch } from './budget-watch.js';
import { CounterWatch } from './counter-watch.js';
import { EventFilter } from './event-filter.js';
import type { DailyStretch, EventRule } from './event-rule.js';
import { LeakWatch } from './leak-watch.js';
import { LocalDays } from './local-time.js';
import { NightFlowWatch } from './night-flow-watch.js';
import { PowerLossWatch } from './power-loss-watch.js';
import { ReceiverWatch } from './receiver-watch.js';
import { ReverseFlowWatch } from './reverse-flow-watch.js';
import { StreetWatch } from './street-watch.js';
import type { Watcher } from './watcher.js';

export interface EventSettings {
  /** The last one that fits a type counts. */
  readonly rules: readonly EventRule[];
  readonly night: DailyStretch;
  /** What is looked at for flow all night. */
  readonly nightCommodities: readonly Commodity[];
  /** What a meter may use on a day, exact decimal in its unit; null for what it likes. */
  readonly budgetOf: (meter: MeterLabel) => string | null;
  /** IANA name. */
  readonly zone: string;
}

/** Of the memory; what another version has kept is left alone. */
const FORMAT = 1;
/** Packets move the time on as often as a clock would, ms. */
const TICK_MS = 60_000;

/** All watchers behind one door, and the filter in front of it. */
export class EventWatch implements Observer {
  readonly name = 'events';
  readonly #watchers: readonly Watcher[];
  readonly #street: StreetWatch;
  readonly #receivers: ReceiverWatch;
  readonly #filter: EventFilter;
  /** What of the memory was kept last, by its key. */
  readonly #kept = new Map<string, string>();
  #found: MeterEvent[] = [];
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor({ rules, night, nightCommodities, budgetOf, zone }: EventSettings) {
    const tell = (event: MeterEvent): void => void this.#found.push(event);
    this.#filter = new EventFilter(rules, zone);
    this.#street = new StreetWatch(tell);
    this.#receivers = new ReceiverWatch(tell);
    this.#watchers = [
      this.#street,
      new CounterWatch(tell),
      new PowerLossWatch(tell, (key, timeMs) => this.#street.isOut(key, timeMs)),
      new LeakWatch(tell),
      new ReverseFlowWatch(tell),
      new NightFlowWatch(tell, nightCommodities, new LocalDays(zone, night)),
      new BudgetWatch(tell, budgetOf, new LocalDays(zone)),
    ];
  }

  heard(packet: TimedReading): MeterEvent[] {
    const { timeMs } = packet;
    if (Math.abs(timeMs - this.#nowMs) >= TICK_MS) this.#tick(timeMs);
    this.#street.heardAny(packet);
    return this.#told(timeMs);
  }

  believed(belief: Belief): MeterEvent[] {
    for (const watcher of this.#watchers) {
      watcher.heard?.(belief);
      for (const reading of belief.readings) watcher.read?.(reading);
    }
    return this.#told(belief.packet.timeMs);
  }

  tick(nowMs: number): MeterEvent[] {
    if (Math.abs(nowMs - this.#nowMs) >= TICK_MS) this.#tick(nowMs);
    return this.#told(nowMs);
  }

  clockPutBack(nowMs: number): void {
    for (const watcher of this.#watchers) watcher.clockPutBack?.(nowMs);
  }

  receivers(states: ReadonlyMap<string, string | null>, nowMs: number): MeterEvent[] {
    for (const [name, why] of states) this.#receivers.look(name, why, nowMs);
    if (this.#receivers.allLost) this.#street.receiverLost();
    return this.#told(nowMs);
  }

  *changes(): Generator<Memory> {
    for (const { name, state } of this.#parts()) {
      const text = JSON.stringify(state());
      if (this.#kept.get(name) === text) continue;
      this.#kept.set(name, text);
      yield { key: name, state: text };
    }
  }

  resume(memory: readonly Memory[]): void {
    const parts = new Map(this.#parts().map((part) => [part.name, part]));
    for (const { key, state } of memory) {
      if (state === null) continue;
      parts.get(key)?.restore(JSON.parse(state));
      this.#kept.set(key, state);
    }
  }

  #parts() {
    return [...this.#watchers, this.#filter].map((part) => ({
      name: `${part.name} ${FORMAT}`,
      state: () => part.state(),
      restore: (state: unknown) => part.restore(state),
    }));
  }

  #tick(nowMs: number): void {
    this.#nowMs = nowMs;
    for (const watcher of this.#watchers) watcher.tick?.(nowMs);
  }

  #told(nowMs: number): MeterEvent[] {
    const found = this.#found.splice(0);
    if (found.length === 0 && !this.#filter.holds) return [];
    return [...this.#filter.due(nowMs), ...found.flatMap((event) => this.#filter.pass(event, nowMs))];
  }
}
