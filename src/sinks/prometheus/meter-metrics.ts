import { Counter, Gauge, type Registry } from 'prom-client';
import type { Entry, RegisterReading } from '../../readings/entry.js';

const METER = ['meter', 'name', 'commodity'] as const;
const REGISTER = [...METER, 'register', 'unit'] as const;

/** What is told of meters that have a name: a label for each stranger would be without end. */
export class MeterMetrics {
  readonly #value: Gauge;
  readonly #used: Gauge;
  readonly #counts: Gauge;
  readonly #heard: Gauge;
  readonly #snr: Gauge;
  readonly #events: Counter;
  readonly #packets: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    const gauge = (name: string, help: string, labelNames: readonly string[]): Gauge =>
      new Gauge({ name, help, labelNames: [...labelNames], registers });
    const counter = (name: string, help: string, labelNames: readonly string[]): Counter =>
      new Counter({ name, help, labelNames: [...labelNames], registers });
    this.#value = gauge('ertd_meter_reading', 'What the dial shows, in its unit.', REGISTER);
    this.#used = gauge(
      'ertd_meter_used',
      'Used since the meter is known, in its unit; never falls.',
      REGISTER,
    );
    this.#counts = gauge('ertd_meter_counts', 'The register as sent.', [...METER, 'register']);
    this.#heard = gauge('ertd_meter_last_heard_timestamp_seconds', 'When it was last believed.', METER);
    this.#snr = gauge(
      'ertd_meter_snr_db',
      'Energy of a chip over the noise density, of its last packet.',
      METER,
    );
    this.#events = counter('ertd_events_total', 'Events, by type.', ['type', 'severity']);
    this.#packets = counter('ertd_packets_total', 'Packets heard.', ['protocol', 'receiver']);
  }

  take(entry: Entry): void {
    if (entry.kind === 'packet')
      this.#packets.inc({ protocol: entry.packet.protocol, receiver: entry.packet.receiver });
    if (entry.kind === 'event') this.#events.inc({ type: entry.type, severity: entry.severity });
    if (entry.kind === 'reading' && entry.meter.name !== null) this.#takeReading(entry, entry.meter.name);
  }

  #takeReading(
    { meter, register, unit, value, total, counts, timeMs, packet }: RegisterReading,
    name: string,
  ): void {
    const who = { meter: meter.key, name, commodity: meter.commodity };
    if (value !== null) this.#value.set({ ...who, register, unit: unit ?? '' }, Number(value));
    if (total !== null) this.#used.set({ ...who, register, unit: unit ?? '' }, Number(total));
    this.#counts.set({ ...who, register }, counts);
    this.#heard.set(who, timeMs / 1000);
    this.#snr.set(who, packet.snrDb);
  }
}
