import type { Config } from '../config.js';
import type { Entry } from '../readings/entry.js';
import type { HealthQuestions } from '../sinks/prometheus/health-metrics.js';
import type { Metrics } from '../sinks/prometheus/metrics.js';
import type { MetricsServer, MetricsText } from '../sinks/prometheus/metrics-server.js';
import type { Sink } from '../sinks/sink.js';

/** Metrics for Prometheus, where somebody may ask for them: at an address of their own, at the dashboard, or both. */
export class MetricsRoom implements Sink, MetricsText {
  readonly name = 'prometheus';
  readonly #listen: string;
  readonly #questions: HealthQuestions;
  #metrics: Metrics | null = null;
  #server: MetricsServer | null = null;

  constructor({ prometheus }: Config, questions: HealthQuestions) {
    this.#listen = prometheus.listen;
    this.#questions = questions;
  }

  get contentType(): string {
    return this.#metrics?.contentType ?? 'text/plain';
  }

  async text(): Promise<string> {
    return (await this.#metrics?.text()) ?? '';
  }

  /** @throws Fault `CONFIG` where it cannot listen as configured */
  async start(): Promise<void> {
    const [{ Metrics }, { MetricsServer }] = await Promise.all([
      import('../sinks/prometheus/metrics.js'),
      import('../sinks/prometheus/metrics-server.js'),
    ]);
    this.#metrics = new Metrics(this.#questions);
    await this.#metrics.start();
    if (this.#listen === '') return;
    this.#server = new MetricsServer(this.#metrics, this.#listen);
    await this.#server.start();
  }

  write(entry: Entry): void {
    this.#metrics?.write(entry);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await this.#metrics?.stop();
  }
}
