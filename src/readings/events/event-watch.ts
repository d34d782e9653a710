import type { Commodity } from '../commodity.js';
import type { MeterEvent, MeterLabel, RegisterReading } from '../entry.js';
import { BudgetWatch } from './budget-watch.js';
import { ClockWatch } from './clock-watch.js';
import { CounterWatch } from './counter-watch.js';
import { EventFilter, type EventRule } from './event-filter.js';
import { LeakWatch } from './leak-watch.js';
import { type DailyStretch, LocalDays } from './local-time.js';
import { NightFlowWatch } from './night-flow-watch.js';
import { PowerLossWatch } from './power-loss-watch.js';
import { ReceiverWatch } from './receiver-watch.js';
import { RegisterWatch } from './register-watch.js';
import { ReverseFlowWatch } from './reverse-flow-watch.js';
import { StreetWatch } from './street-watch.js';
import type { HeardPacket, Watcher } from './watcher.js';

export interface EventSettings {
  /** The last one that fits a type counts. */
  readonly rules: readonly EventRule[];
  readonly night: DailyStretch;
  /** What is looked at for flow all night. */
  readonly nightCommodities: readonly Commodity[];
  /** What a meter may use on a day, exact decimal in its unit; null for what it likes. */
  readonly budgetOf: (meter: MeterLabel) => string | null;
  /** IANA name. */
  readonly timeZone: string;
}

/** Of another format it begins anew. */
const STATE_FORMAT = 1;
/** Packets move the time on as often as a clock would, ms. */
const TICK_MS = 60_000;

/** All watchers behind one door, and the filter in front of it. */
export class EventWatch {
  readonly #watchers: readonly Watcher[];
  readonly #street: StreetWatch;
  readonly #receivers: ReceiverWatch;
  readonly #clock: ClockWatch;
  readonly #filter: EventFilter;
  #found: MeterEvent[] = [];
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor(settings: EventSettings) {
    const tell = (event: MeterEvent): void => void this.#found.push(event);
    const { rules, night, nightCommodities, budgetOf, timeZone } = settings;
    this.#filter = new EventFilter(rules, timeZone);
    this.#street = new StreetWatch(tell);
    this.#receivers = new ReceiverWatch(tell);
    this.#clock = new ClockWatch(tell);
    this.#watchers = [
      this.#street,
      new CounterWatch(tell),
      new PowerLossWatch(tell, (key, timeMs) => this.#street.isOut(key, timeMs)),
      new LeakWatch(tell),
      new ReverseFlowWatch(tell),
      new RegisterWatch(tell),
      new NightFlowWatch(tell, nightCommodities, new LocalDays(timeZone, night)),
      new BudgetWatch(tell, budgetOf, new LocalDays(timeZone)),
    ];
  }

  /** @returns what is to be told now */
  heard(heard: HeardPacket): MeterEvent[] {
    const { timeMs } = heard.packet;
    if (Math.abs(timeMs - this.#nowMs) >= TICK_MS) this.#tick(timeMs);
    for (const watcher of this.#watchers) watcher.heard?.(heard);
    return this.#told(timeMs);
  }

  /** @param reading of a packet that was given to `heard` before */
  read(reading: RegisterReading): MeterEvent[] {
    for (const watcher of this.#watchers) watcher.read?.(reading);
    return this.#told(reading.timeMs);
  }

  /**
   * The time, while nothing is heard too.
   * @param nowMs ms since 1970; the same clock as that of the packets
   */
  tick(nowMs: number): MeterEvent[] {
    if (Math.abs(nowMs - this.#nowMs) >= TICK_MS) this.#tick(nowMs);
    return this.#told(nowMs);
  }

  /**
   * How the machine fares.
   * @param receivers why each does not receive; null for one that does
   */
  look(receivers: ReadonlyMap<string, string | null>, nowMs: number, uptimeMs: number): MeterEvent[] {
    this.#clock.look(nowMs, uptimeMs);
    for (const [name, why] of receivers) this.#receivers.look(name, why, nowMs);
    if (this.#receivers.allLost) this.#street.receiverLost();
    return this.#told(nowMs);
  }

  /** What it must know to go on after a restart, as JSON. */
  state(): string {
    const watchers = Object.fromEntries(this.#watchers.map((watcher) => [watcher.name, watcher.state()]));
    return JSON.stringify({ format: STATE_FORMAT, watchers, filter: this.#filter.state() });
  }

  /** @param text what `state` gave */
  restore(text: string): void {
    const { format, watchers, filter } = JSON.parse(text);
    if (format !== STATE_FORMAT) return;
    for (const watcher of this.#watchers) {
      if (watchers[watcher.name] != null) watcher.restore(watchers[watcher.name]);
    }
    this.#filter.restore(filter);
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
