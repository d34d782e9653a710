import type { MeterEvent } from '../entry.js';
import type { EventRule } from './event-rule.js';
import { LocalDays } from './local-time.js';

/** An event that was told, or is held; JSON. */
interface Known {
  readonly id: string;
  /** What of it may change. */
  readonly told: string;
}

/** Told events that are remembered, so that none is told twice. */
const MOST_KNOWN = 1000;

interface State {
  readonly known: readonly Known[];
  readonly held: readonly MeterEvent[];
  readonly counted: Readonly<Record<string, readonly Counted[]>>;
}

interface Counted {
  readonly id: string;
  readonly timeMs: number;
}

interface ActiveRule extends EventRule {
  readonly quietHours: LocalDays | null;
}

/** Decides which events are told, and when. */
export class EventFilter {
  readonly name = 'filter';
  readonly #rules: readonly ActiveRule[];
  #known = new Map<string, string>();
  #held = new Map<string, MeterEvent>();
  #counted = new Map<string, readonly Counted[]>();

  /** @param rules the last one that fits a type counts */
  constructor(rules: readonly EventRule[], zone: string) {
    this.#rules = rules.map((rule) => ({
      ...rule,
      quietHours: rule.quiet && new LocalDays(zone, rule.quiet),
    }));
  }

  /** Whether anything is held back. */
  get holds(): boolean {
    return this.#held.size > 0;
  }

  /** @returns the event, where it is to be told now */
  pass(event: MeterEvent, nowMs: number): MeterEvent[] {
    const rule = this.#ruleOf(event.type);
    if (rule?.off) return [];
    const told = `${event.endMs} ${event.severity}`;
    const before = this.#known.get(event.id);
    if (before === told) return [];
    if (before === undefined && rule !== undefined && !this.#isEnough(event, rule)) return [];
    this.#remember(event.id, told);
    if (rule === undefined || !isQuiet(rule, nowMs)) {
      this.#held.delete(event.id);
      return [event];
    }
    this.#held.set(event.id, event);
    return [];
  }

  /** @returns what was held back until now */
  due(nowMs: number): MeterEvent[] {
    const due = [...this.#held.values()].filter(({ type }) => {
      const rule = this.#ruleOf(type);
      return rule === undefined || !isQuiet(rule, nowMs);
    });
    for (const { id } of due) this.#held.delete(id);
    return due;
  }

  state(): unknown {
    return {
      known: [...this.#known].map(([id, told]) => ({ id, told })),
      held: [...this.#held.values()],
      counted: Object.fromEntries(this.#counted),
    } satisfies State;
  }

  restore(state: unknown): void {
    const { known, held, counted } = state as State;
    this.#known = new Map(known.map(({ id, told }) => [id, told]));
    this.#held = new Map(held.map((event) => [event.id, event]));
    this.#counted = new Map(Object.entries(counted));
  }

  #ruleOf(type: string): ActiveRule | undefined {
    return this.#rules.findLast(({ types }) => fits(types, type));
  }

  #remember(id: string, told: string): void {
    this.#known.delete(id);
    this.#known.set(id, told);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_KNOWN) break;
      this.#known.delete(oldest);
    }
  }

  #isEnough({ id, type, meter, timeMs }: MeterEvent, { times, withinMs }: EventRule): boolean {
    if (times === 1) return true;
    const of = `${type}/${meter?.key ?? ''}`;
    const before = (this.#counted.get(of) ?? []).filter(
      (other) => other.id !== id && timeMs - other.timeMs <= withinMs,
    );
    const counted = [...before, { id, timeMs }].slice(-times);
    const isEnough = counted.length >= times;
    // They count anew: what goes on every night is not told every night.
    this.#counted.set(of, isEnough ? [] : counted);
    return isEnough;
  }
}

function isQuiet({ quietHours }: ActiveRule, nowMs: number): boolean {
  return quietHours !== null && quietHours.at(nowMs) !== null;
}

function fits(types: string, type: string): boolean {
  return types.endsWith('*') ? type.startsWith(types.slice(0, -1)) : types === type;
}
