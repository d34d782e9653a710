import type { EndpointKey } from '../endpoint.js';
import type { RegisterReading } from '../entry.js';
import { eventOf, mapByMeter, nameOf, type Tell, type Watcher } from './watcher.js';

/** What a meter gives; JSON. */
interface Given {
  readonly counts: number;
  /** It has given before: that is what it is for. */
  readonly gives: boolean;
}

/** Notices a meter that begins to give: its register of what it gave had never moved. */
export class ReverseFlowWatch implements Watcher {
  readonly name = 'reverse';
  readonly #tell: Tell;
  #known = new Map<EndpointKey, Given>();

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  read({ meter, register, timeMs, counts }: RegisterReading): void {
    if (register !== 'generation') return;
    const before = this.#known.get(meter.key);
    const begins = before !== undefined && !before.gives && counts > before.counts;
    this.#known.set(meter.key, {
      counts,
      gives: begins || before?.gives === true || (before === undefined && counts > 0),
    });
    if (!begins) return;
    const message = `${nameOf(meter)} gives power, which it had not done before.`;
    const evidence = { register, from: before.counts, to: counts };
    this.#tell(eventOf({ type: 'reverse-flow', meter, timeMs, severity: 'warning', message, evidence }));
  }

  state(): unknown {
    return Object.fromEntries(this.#known);
  }

  restore(state: unknown): void {
    this.#known = mapByMeter(state);
  }
}
