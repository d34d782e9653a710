import type { Config } from '../../config.js';
import type { Entry, MeterEvent, MeterLabel, RegisterReading } from '../../readings/entry.js';
import { RateControl } from '../delivery/rate-control.js';
import { Outbox } from '../outbox.js';
import type { ReceiverReport } from '../receiver-report.js';
import { eventRecord, intervalRecord, type JsonRecord, readingRecord } from '../records.js';
import type { Sink, SinkStatus } from '../sink.js';
import type { EventRow } from '../sqlite-events.js';
import { Announcer } from './announcer.js';
import { ongoingConditions } from './conditions.js';
import { connectionOptions } from './connection.js';
import type { Publication } from './link.js';
import { MeterState } from './meter-state.js';
import { PacketBundle } from './packet-bundle.js';
import { Publisher } from './publisher.js';
import { receiverRecord } from './receiver-state.js';
import { Retained } from './retained.js';
import { RTLAMR2MQTT_STATUS, rtlamr2mqttPublications } from './rtlamr2mqtt.js';
import { Topics } from './topics.js';

export interface MqttSinkOptions {
  readonly settings: Config['mqtt'];
  readonly homeAssistant: Config['homeassistant'];
  /** The database that keeps messages while the broker is away; null keeps them in memory. */
  readonly databasePath: string | null;
  readonly version: string;
  /** How the receivers fare; asked once a minute. */
  readonly receivers?: () => readonly ReceiverReport[];
  /** Whether a meter is still known by its name; what is announced of others is taken back. All are where absent. */
  readonly isKnown?: (key: string) => boolean;
  readonly onTrouble: (message: string) => void;
  readonly onRecovered: (message: string) => void;
  /** The first wait before a broker is tried again, ms. */
  readonly firstWaitMs?: number;
}

/** How often the receivers' states are published, ms. */
const REPORT_MS = 60_000;
const FIRST_REPORT_MS = 5000;

/**
 * Publishes readings, intervals and events to an MQTT broker, each once and in order, and the state of every meter and
 * receiver as retained messages; tells Home Assistant of them. While the broker is away what happened waits in the
 * database; of a state only the newest counts.
 */
export class MqttSink implements Sink {
  readonly name = 'mqtt';
  readonly #options: MqttSinkOptions;
  readonly #topics: Topics;
  readonly #announcer: Announcer | null;
  readonly #rate: RateControl;
  readonly #outbox: Outbox;
  readonly #packets = new PacketBundle((payload) => this.#post(this.#topics.packets, payload));
  readonly #retained = new Retained(() => this.#publisher.wake());
  readonly #publisher: Publisher;
  readonly #meters = new Map<MeterLabel['key'], MeterState>();
  /** What went on when the run before ended, and does so still. */
  #earlier: readonly EventRow[] = [];
  /** Meters that Home Assistant is told of, as the broker has it. */
  readonly #announced = new Set<MeterLabel['key']>();
  readonly #reported = new Map<string, ReceiverReport>();
  #timers: NodeJS.Timeout[] = [];

  constructor(options: MqttSinkOptions) {
    const { settings, homeAssistant, version, databasePath } = options;
    this.#options = options;
    this.#topics = new Topics(settings.topic);
    const { discovery, topic: prefix, stateClass } = homeAssistant;
    this.#announcer = discovery
      ? new Announcer({ prefix, stateClass, version }, this.#topics, settings.topic)
      : null;
    this.#rate = new RateControl(settings);
    this.#outbox = new Outbox({ sink: this.name, path: databasePath, limit: settings.outboxLimit });
    this.#publisher = new Publisher({
      ...{ target: settings.url, qos: settings.qos as 0 | 1 | 2, connection: () => this.#connection() },
      ...{ outbox: this.#outbox, retained: this.#retained },
      greeting: this.#greeting(),
      farewell: this.#life('offline'),
      topics: this.#announcer?.listensTo ?? [],
      onMessage: (topic, payload) => this.#heard(topic, payload),
      onTrouble: options.onTrouble,
      onRecovered: options.onRecovered,
      firstWaitMs: options.firstWaitMs,
    });
  }

  get status(): SinkStatus {
    const { sent, trouble } = this.#publisher;
    const { length: queued, dropped } = this.#outbox;
    return { name: this.name, target: this.#options.settings.url, queued, sent, dropped, trouble };
  }

  /** Does not wait for the broker. @throws Fault `CONFIG` where a file that the configuration names cannot be read */
  async start(): Promise<void> {
    this.#connection();
    this.#retained.restore(this.#outbox.open());
    this.#earlier = ongoingConditions(this.#options.databasePath);
    this.#timers = [
      setInterval(() => this.#reportReceivers(), REPORT_MS),
      setTimeout(() => this.#reportReceivers(), FIRST_REPORT_MS),
    ];
    this.#publisher.start();
  }

  write(entry: Entry): void {
    switch (entry.kind) {
      case 'packet':
        if (this.#options.settings.packets && entry.isPrivate !== true) this.#packets.add(entry.packet);
        break;
      case 'reading':
        this.#writeReading(entry);
        break;
      case 'interval':
        if (this.#rate.passes(entry))
          this.#send(this.#topics.meter(entry.meter.key, 'interval'), intervalRecord(entry));
        break;
      case 'event':
        this.#writeEvent(entry);
    }
  }

  /** Sends what waits, though not for long, and keeps the rest in the database. */
  async stop(): Promise<void> {
    if (this.#timers.length === 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#packets.flush();
    await this.#publisher.stop();
    this.#outbox.spill();
    this.#outbox.keepStates(this.#retained.payloads);
  }

  #connection() {
    const { topic, payload, retain } = this.#life('offline');
    const will = { topic, payload: Buffer.from(payload), qos: 1 as const, retain };
    return connectionOptions(this.#options.settings, will);
  }

  #life(state: 'online' | 'offline') {
    return { topic: this.#topics.status, payload: state, retain: true };
  }

  #greeting(): Publication[] {
    const legacy = { topic: RTLAMR2MQTT_STATUS, payload: 'online', retain: false };
    const isCompatible = this.#options.settings.compatibility === 'rtlamr2mqtt';
    return [this.#life('online'), ...(isCompatible ? [legacy] : [])];
  }

  #post(topic: string, payload: string): void {
    this.#outbox.add({ topic, payload });
    this.#publisher.wake();
  }

  #send(topic: string, record: JsonRecord): void {
    this.#post(topic, JSON.stringify(record));
  }

  #writeReading(reading: RegisterReading): void {
    if (reading.meter.name === null) this.#forget(reading.meter.key);
    if (!this.#rate.passes(reading)) return;
    this.#send(this.#topics.meter(reading.meter.key, 'reading'), readingRecord(reading));
    if (this.#options.settings.compatibility === 'rtlamr2mqtt')
      for (const letter of rtlamr2mqttPublications(reading)) this.#outbox.add(letter);
    this.#stateOf(reading.meter).takeReading(reading);
    this.#publishState(reading.meter.key);
  }

  #writeEvent(event: MeterEvent): void {
    const { meter } = event;
    if (event.endMs !== null) this.#earlier = this.#earlier.filter(({ id }) => id !== event.id);
    if (!this.#rate.passes(event)) return;
    const topic = meter === null ? this.#topics.event : this.#topics.meter(meter.key, 'event');
    this.#send(topic, eventRecord(event));
    if (meter !== null) this.#stateOf(meter);
    for (const [key, state] of this.#meters) {
      if (!concerns(meter?.key ?? null, event.type, state.label)) continue;
      state.takeEvent(event);
      this.#publishState(key);
    }
  }

  #stateOf(label: MeterLabel): MeterState {
    const known = this.#meters.get(label.key);
    if (known !== undefined) return known;
    const state = new MeterState(
      label,
      this.#retained.recordOf(this.#topics.meter(label.key, 'state')) ?? {},
    );
    this.#meters.set(label.key, state);
    for (const event of this.#earlier) if (concerns(event.meter, event.type, label)) state.takeEvent(event);
    return state;
  }

  #publishState(key: MeterLabel['key']): void {
    const state = this.#meters.get(key);
    const record = state?.record();
    if (state === undefined || !record) return;
    // Home Assistant is to know of a device before its first state.
    if (this.#announcer !== null && state.label.name !== null) {
      const before = this.#retained.recordOf(this.#announcer.topicOf(key));
      const { topic, config } = this.#announcer.meter(state.label, state.readings, before);
      this.#retained.set(topic, config);
    }
    this.#retained.set(this.#topics.meter(key, 'state'), record);
  }

  /** Takes back what was announced of a meter that has no name any more. */
  #forget(key: MeterLabel['key']): void {
    const announcement = this.#announcer?.topicOf(key);
    if (announcement === undefined || !this.#retained.has(announcement)) return;
    this.#meters.delete(key);
    for (const topic of [announcement, this.#topics.meter(key, 'state')]) this.#retained.remove(topic);
  }

  #reportReceivers(): void {
    this.#takeBack();
    for (const report of this.#options.receivers?.() ?? []) {
      const before = this.#reported.get(report.name);
      this.#reported.set(report.name, report);
      if (this.#announcer !== null) {
        const { topic, config } = this.#announcer.receiver(report);
        this.#retained.set(topic, config);
      }
      this.#retained.set(
        this.#topics.receiver(report.name),
        receiverRecord(report, before, REPORT_MS / 1000),
      );
    }
  }

  #heard(topic: string, payload: string): void {
    if (topic === this.#announcer?.birthTopic) {
      if (payload === 'online') this.#retained.renew();
      return;
    }
    const key = this.#announcer?.ownMeter(topic, payload) ?? null;
    if (key === null) return;
    this.#announced.add(key);
    this.#takeBack();
  }

  /** Takes back what is announced of meters that are no longer known by a name, by an earlier run too. */
  #takeBack(): void {
    for (const key of this.#announced) {
      if (this.#announcer === null || this.#options.isKnown?.(key) !== false) continue;
      this.#announced.delete(key);
      this.#meters.delete(key);
      for (const topic of [this.#announcer.topicOf(key), this.#topics.meter(key, 'state')])
        this.#retained.remove(topic);
    }
  }
}

/** An outage of the street, of no single meter, is one of each electric meter in it. */
function concerns(key: string | null, type: string, label: MeterLabel): boolean {
  return key === null ? type === 'outage' && label.commodity === 'electric' : key === label.key;
}
