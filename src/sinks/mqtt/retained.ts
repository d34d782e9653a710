import type { JsonRecord } from '../records.js';
import type { Publication } from './link.js';

/** What a broker is to retain, by topic, and which of it it does not have yet: of a state only the newest counts. */
export class Retained {
  readonly #payloads = new Map<string, string>();
  readonly #changed = new Set<string>();
  readonly #onChange: () => void;

  /** @param onChange there is something that the broker does not have */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Takes up what an earlier run had; it is not published before {@link renew}. */
  restore(payloads: ReadonlyMap<string, string>): void {
    for (const [topic, payload] of payloads) this.#payloads.set(topic, payload);
  }

  get payloads(): ReadonlyMap<string, string> {
    return this.#payloads;
  }

  has(topic: string): boolean {
    return (this.#payloads.get(topic) ?? '') !== '';
  }

  /** What is on a topic; null where nothing is. */
  recordOf(topic: string): JsonRecord | null {
    const payload = this.#payloads.get(topic) ?? '';
    return payload === '' ? null : (JSON.parse(payload) as JsonRecord);
  }

  set(topic: string, record: JsonRecord): void {
    const payload = JSON.stringify(record);
    if (this.#payloads.get(topic) !== payload) this.#put(topic, payload);
  }

  /** Takes back what is on a topic. */
  remove(topic: string): void {
    this.#put(topic, '');
  }

  /** Everything is published anew: the broker, or who listens, may have forgotten it. */
  renew(): void {
    for (const topic of this.#payloads.keys()) this.#changed.add(topic);
    this.#onChange();
  }

  /** Some of what the broker does not have yet; {@link published} is told what became of it. */
  take(count: number): readonly Publication[] {
    const topics = [...this.#changed].slice(0, count);
    for (const topic of topics) this.#changed.delete(topic);
    return topics.map((topic) => ({ topic, payload: this.#payloads.get(topic) ?? '', retain: true }));
  }

  /** @param arrived how many of the first of those that were taken the broker has */
  published(taken: readonly Publication[], arrived: number): void {
    for (const { topic, payload } of taken.slice(arrived))
      if (this.#payloads.get(topic) === payload) this.#changed.add(topic);
    // A message that is empty and retained has removed what was there.
    for (const { topic, payload } of taken)
      if (payload === '' && !this.#changed.has(topic)) this.#payloads.delete(topic);
  }

  #put(topic: string, payload: string): void {
    this.#payloads.set(topic, payload);
    this.#changed.add(topic);
    this.#onChange();
  }
}
