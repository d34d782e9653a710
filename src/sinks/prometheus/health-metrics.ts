import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReceiverReport } from '../receiver-report.js';
import type { SinkStatus } from '../sink.js';

/** Whom the metrics ask when they are asked. */
export interface HealthQuestions {
  readonly receivers: () => readonly ReceiverReport[];
  readonly sinks: () => readonly SinkStatus[];
}

type Row = Readonly<Record<string, string>>;

/** Numbers that are read where they are kept, whenever Prometheus asks. */
class Asked {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** @param kind a counter only grows */
  add(
    kind: 'gauge' | 'counter',
    name: string,
    help: string,
    labelNames: readonly string[],
    rows: () => Iterable<readonly [labels: Row, value: number | null]>,
  ): void {
    const options = { name, help, labelNames: [...labelNames], registers: [this.#registry] };
    const told = (metric: Gauge | Counter): void => {
      metric.reset();
      for (const [labels, value] of rows()) if (value !== null) metric.inc(labels, value);
    };
    if (kind === 'gauge') {
      const metric: Gauge = new Gauge({ ...options, collect: () => told(metric) });
    } else {
      const metric: Counter = new Counter({ ...options, collect: () => told(metric) });
    }
  }
}

/** Tells how receivers and sinks fare. */
export function addHealthMetrics(registry: Registry, { receivers, sinks }: HealthQuestions): void {
  const asked = new Asked(registry);
  const ofReceiver = (
    kind: 'gauge' | 'counter',
    name: string,
    help: string,
    value: (report: ReceiverReport) => number | null,
  ): void =>
    asked.add(kind, `ertd_receiver_${name}`, help, ['receiver'], () =>
      receivers().map((report) => [{ receiver: report.name }, value(report)] as const),
    );
  ofReceiver('gauge', 'up', 'Whether samples flow and are searched.', ({ state }) =>
    Number(state === 'receiving'),
  );
  ofReceiver('counter', 'samples_total', 'Samples searched.', ({ samples }) => samples);
  ofReceiver('counter', 'lost_samples_total', 'Samples that never came.', ({ lostSamples }) => lostSamples);
  ofReceiver(
    'counter',
    'dropped_samples_total',
    'Samples not worked off in time.',
    (report) => report.droppedSamples,
  );
  ofReceiver(
    'counter',
    'clipped_samples_total',
    'Samples at the end of the scale.',
    (report) => report.clippedSamples,
  );
  ofReceiver('counter', 'outages_total', 'Times that samples did not flow.', ({ outages }) => outages);
  ofReceiver('counter', 'packets_total', 'Packets heard.', ({ packets }) => packets);
  ofReceiver('gauge', 'meters', 'Different meters heard.', ({ meters }) => meters);
  ofReceiver('gauge', 'center_hz', 'Centre of the window.', ({ centerHz }) => centerHz);
  ofReceiver('gauge', 'noise_dbfs', 'Noise of the window.', ({ noiseDbfs }) => noiseDbfs);
  ofReceiver('gauge', 'gain_db', 'Gain of the tuner.', ({ gainDb }) =>
    typeof gainDb === 'number' ? gainDb : null,
  );
  ofReceiver(
    'gauge',
    'seconds_since_packet',
    'Time since the last packet.',
    (report) => report.secondsSincePacket,
  );
  const reasons = ['receiver', 'reason'];
  asked.add('counter', 'ertd_refused_total', 'Candidates that became no packet.', reasons, () =>
    receivers().flatMap(({ name, refused }) =>
      Object.entries(refused).map(([reason, count]) => [{ receiver: name, reason }, count] as const),
    ),
  );
  const ofSink = (
    kind: 'gauge' | 'counter',
    name: string,
    help: string,
    value: (status: SinkStatus) => number,
  ) =>
    asked.add(kind, `ertd_sink_${name}`, help, ['sink'], () =>
      sinks().map((status) => [{ sink: status.name }, value(status)] as const),
    );
  ofSink('gauge', 'up', 'Whether it can be written to.', ({ trouble }) => Number(trouble === null));
  ofSink('gauge', 'queued', 'Entries that wait.', ({ queued }) => queued);
  ofSink('counter', 'sent_total', 'Entries sent.', ({ sent }) => sent);
  ofSink('counter', 'dropped_total', 'Entries lost.', ({ dropped }) => dropped);
}
