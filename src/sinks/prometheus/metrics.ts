import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Entry } from '../../readings/entry.js';
import type { Sink } from '../sink.js';
import { addHealthMetrics, type HealthQuestions } from './health-metrics.js';
import { MeterMetrics } from './meter-metrics.js';

/** What Prometheus is told: of named meters, of receivers and sinks, and of the process. */
export class Metrics implements Sink {
  readonly name = 'prometheus';
  readonly #registry = new Registry();
  readonly #meters = new MeterMetrics(this.#registry);

  constructor(questions: HealthQuestions) {
    addHealthMetrics(this.#registry, questions);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics as of now, in Prometheus' text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  async start(): Promise<void> {
    collectDefaultMetrics({ register: this.#registry });
  }

  write(entry: Entry): void {
    this.#meters.take(entry);
  }

  async stop(): Promise<void> {
    this.#registry.clear();
  }
}
