import type { MeterEvent, MeterLabel, RegisterName, RegisterReading } from '../../readings/entry.js';
import { isoTime, rounded } from '../layout.js';
import type { JsonRecord } from '../records.js';
import { Flow } from './flow.js';

/** A tamper has no end that anyone sends; it counts as one for a day, ms. */
const TAMPER_MS = 86_400_000;

/** What lasts: its events have a beginning and an end. */
type Condition = 'leak' | 'outage';

const CONDITION_OF: Readonly<Record<string, Condition | undefined>> = {
  leak: 'leak',
  outage: 'outage',
  'power-loss': 'outage',
};

/** What is known of a meter now: the state that is published, and what Home Assistant is told there is. */
export class MeterState {
  readonly #latest = new Map<RegisterName, RegisterReading>();
  readonly #flow = new Flow();
  /** IDs of the events of each kind that go on. */
  readonly #ongoing: Readonly<Record<Condition, Set<string>>> = { leak: new Set(), outage: new Set() };
  #flowAnHour: number | null = null;
  #tamperMs = Number.NEGATIVE_INFINITY;
  #label: MeterLabel;
  readonly #before: JsonRecord;

  /** @param before the state that an earlier run left: registers that are not heard yet stay as they were */
  constructor(label: MeterLabel, before: JsonRecord = {}) {
    this.#label = label;
    this.#before = before;
  }

  get label(): MeterLabel {
    return this.#label;
  }

  /** The newest reading of each register, in the order in which they were first told. */
  get readings(): readonly RegisterReading[] {
    return [...this.#latest.values()];
  }

  takeReading(reading: RegisterReading): void {
    this.#label = reading.meter;
    this.#latest.set(reading.register, reading);
    if (reading.register === 'consumption') this.#flowAnHour = this.#flow.take(reading);
  }

  takeEvent({ type, id, timeMs, endMs }: Pick<MeterEvent, 'type' | 'id' | 'timeMs' | 'endMs'>): void {
    if (type.startsWith('tamper.')) this.#tamperMs = Math.max(this.#tamperMs, timeMs);
    const condition = CONDITION_OF[type];
    if (condition === undefined) return;
    if (endMs === null) this.#ongoing[condition].add(id);
    else this.#ongoing[condition].delete(id);
  }

  /** The state as JSON; null before the first reading. */
  record(): JsonRecord | null {
    const newest = this.readings.reduce<RegisterReading | null>(
      (best, reading) => (best === null || reading.timeMs >= best.timeMs ? reading : best),
      null,
    );
    if (newest === null) return null;
    const { timeMs, packet } = newest;
    // A demand has a unit of its own, which Home Assistant is told of apart.
    const { unit } = this.#latest.get('consumption') ?? newest;
    return {
      ...this.#before,
      time: isoTime(timeMs),
      ...Object.fromEntries(this.readings.map((reading) => [reading.register, reading.value])),
      ...Object.fromEntries(this.readings.map(({ register, counts }) => [`${register}Counts`, counts])),
      unit,
      flow: this.#flowAnHour === null ? null : rounded(this.#flowAnHour, 4),
      tamper: onOff(timeMs - this.#tamperMs < TAMPER_MS),
      leak: onOff(this.#ongoing.leak.size > 0),
      outage: onOff(this.#ongoing.outage.size > 0),
      snrDb: rounded(packet.snrDb, 1),
      receiver: packet.receiver,
      carrierHz: packet.carrierHz,
    };
  }
}

function onOff(on: boolean): 'ON' | 'OFF' {
  return on ? 'ON' : 'OFF';
}
