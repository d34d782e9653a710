import type { Config } from '../../config.js';
import type { Entry, MeterEvent, RegisterReading } from '../../readings/entry.js';
import { BackOff } from '../delivery/back-off.js';
import { Bell } from '../delivery/bell.js';
import { RateControl } from '../delivery/rate-control.js';
import { Outbox } from '../outbox.js';
import type { ReceiverReport } from '../receiver-report.js';
import { eventRecord, intervalRecord, type JsonRecord, readingRecord } from '../records.js';
import type { Sink, SinkStatus } from '../sink.js';
import { sentence, TroubleReport } from '../trouble.js';
import { Announcer } from './announcer.js';
import { connectionOptions } from './connection.js';
import { LinkFailure, MqttLink } from './link.js';
import { MeterState } from './meter-state.js';
import { PacketBundle } from './packet-bundle.js';
import { receiverRecord } from './receiver-state.js';
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

/** Messages that are under way at once: what a broker that dies may have taken without saying so. */
const WINDOW = 16;
/** How often messages that wait are put on the disk while the broker is away, ms. */
const SPILL_MS = 10_000;
/** How often the receivers' states are published, ms. */
const REPORT_MS = 60_000;
const FIRST_REPORT_MS = 5000;
/** How long what waits may hold up the end, ms. */
const FAREWELL_MS = 3000;

/**
 * Publishes readings, intervals and events to an MQTT broker, each once and in order, and the state of every meter and
 * receiver as retained messages; tells Home Assistant of them. While the broker is away what happened waits in the
 * database; of a state only the newest counts.
 */
export class MqttSink implements Sink {
  readonly name = 'mqtt';
  readonly #options: MqttSinkOptions;
  readonly #topics: Topics;
  readonly #target: string;
  readonly #announcer: Announcer | null;
  readonly #rate: RateControl;
  readonly #outbox: Outbox;
  readonly #packets = new PacketBundle((payload) => {
    this.#outbox.add({ topic: this.#topics.packets, payload });
    this.#bell.ring();
  });
  readonly #report: TroubleReport;
  readonly #bell = new Bell();
  readonly #meters = new Map<string, MeterState>();
  /** What is retained at the broker, by topic, and which of it is not there yet. */
  readonly #retained = new Map<string, string>();
  readonly #changed = new Set<string>();
  /** Meters that Home Assistant is told of, as the broker has it. */
  readonly #announced = new Set<RegisterReading['meter']['key']>();
  readonly #reported = new Map<string, ReceiverReport>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #timers: NodeJS.Timeout[] = [];
  #connected = false;
  #sent = 0;

  constructor(options: MqttSinkOptions) {
    const { settings, homeAssistant, version, databasePath } = options;
    this.#options = options;
    this.#topics = new Topics(settings.topic);
    this.#target = settings.url;
    const { discovery, topic: prefix, stateClass } = homeAssistant;
    this.#announcer = discovery
      ? new Announcer({ prefix, stateClass, version }, this.#topics, settings.topic)
      : null;
    this.#rate = new RateControl(settings);
    this.#outbox = new Outbox({ sink: this.name, path: databasePath, limit: settings.outboxLimit });
    this.#report = new TroubleReport({ trouble: options.onTrouble, recovered: options.onRecovered }, () =>
      performance.now(),
    );
  }

  get status(): SinkStatus {
    const trouble = this.#report.current;
    const [queued, dropped] = [this.#outbox.length, this.#outbox.dropped];
    const why = trouble === null ? null : sentence(trouble);
    return { name: this.name, target: this.#target, queued, sent: this.#sent, dropped, trouble: why };
  }

  /** Does not wait for the broker. @throws Fault `CONFIG` where a file that the configuration names cannot be read */
  async start(): Promise<void> {
    this.#connection();
    for (const [topic, payload] of this.#outbox.open()) this.#retained.set(topic, payload);
    this.#timers = [
      setInterval(() => this.#connected || this.#outbox.spill(), SPILL_MS),
      setInterval(() => this.#reportReceivers(), REPORT_MS),
      setTimeout(() => this.#reportReceivers(), FIRST_REPORT_MS),
    ];
    this.#running = this.#run(this.#stopping.signal);
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
    if (this.#running === null) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#packets.flush();
    const patience = setTimeout(() => this.#stopping.abort(), this.#connected ? FAREWELL_MS : 0);
    while (this.#connected && this.#outbox.length > 0 && !this.#stopping.signal.aborted) {
      this.#bell.ring();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    clearTimeout(patience);
    this.#stopping.abort();
    this.#bell.ring();
    await this.#running;
    this.#outbox.spill();
    this.#outbox.keepStates(this.#retained);
  }

  #send(topic: string, record: JsonRecord): void {
    this.#outbox.add({ topic, payload: JSON.stringify(record) });
    this.#bell.ring();
  }

  #retain(topic: string, record: JsonRecord): void {
    const payload = JSON.stringify(record);
    if (this.#retained.get(topic) === payload) return;
    this.#retained.set(topic, payload);
    this.#changed.add(topic);
    this.#bell.ring();
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
    if (!this.#rate.passes(event)) return;
    const topic = meter === null ? this.#topics.event : this.#topics.meter(meter.key, 'event');
    this.#send(topic, eventRecord(event));
    if (meter !== null) this.#stateOf(meter);
    // An outage of the street is one of each electric meter in it.
    const isOfAll = meter === null && event.type === 'outage';
    for (const [key, state] of this.#meters) {
      if (key !== meter?.key && !(isOfAll && state.label.commodity === 'electric')) continue;
      state.takeEvent(event);
      this.#publishState(state.label.key);
    }
  }

  #stateOf(label: RegisterReading['meter']): MeterState {
    const state = this.#meters.get(label.key) ?? new MeterState(label);
    this.#meters.set(label.key, state);
    return state;
  }

  #publishState(key: RegisterReading['meter']['key']): void {
    const state = this.#meters.get(key);
    const record = state?.record();
    if (state === undefined || !record) return;
    // Home Assistant is to know of a device before its first state.
    if (this.#announcer !== null && state.label.name !== null) {
      const { topic, config } = this.#announcer.meter(state.label, state.readings);
      this.#retain(topic, config);
    }
    this.#retain(this.#topics.meter(key, 'state'), record);
  }

  /** Takes back what was announced of a meter that has no name any more. */
  #forget(key: RegisterReading['meter']['key']): void {
    const announcement = this.#announcer?.topicOf(key);
    if (announcement === undefined || !this.#retained.get(announcement)) return;
    this.#meters.delete(key);
    for (const topic of [announcement, this.#topics.meter(key, 'state')]) this.#remove(topic);
  }

  #remove(topic: string): void {
    this.#retained.set(topic, '');
    this.#changed.add(topic);
    this.#bell.ring();
  }

  #reportReceivers(): void {
    this.#takeBack();
    for (const report of this.#options.receivers?.() ?? []) {
      const before = this.#reported.get(report.name);
      this.#reported.set(report.name, report);
      if (this.#announcer !== null) {
        const { topic, config } = this.#announcer.receiver(report);
        this.#retain(topic, config);
      }
      this.#retain(this.#topics.receiver(report.name), receiverRecord(report, before, REPORT_MS / 1000));
    }
  }

  #connection() {
    const will = {
      topic: this.#topics.status,
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: true,
    };
    return connectionOptions(this.#options.settings, will);
  }

  /** One connection after the other. */
  async #run(signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(this.#options.firstWaitMs);
    while (!signal.aborted) {
      try {
        const link = await MqttLink.open(this.#connection(), this.#options.settings.qos as 0 | 1 | 2, signal);
        await this.#serve(link, signal, backOff);
      } catch (failure) {
        if (signal.aborted) return;
        this.#failed(failure);
      }
      this.#outbox.spill();
      await backOff.wait(signal);
    }
  }

  #failed(failure: unknown): void {
    const trouble =
      failure instanceof LinkFailure
        ? failure.trouble
        : { reason: failure instanceof Error ? failure.message : String(failure), advice: '' };
    this.#report.began(this.#target, trouble, `Messages that wait: ${this.#outbox.length}.`);
  }

  /** Publishes over one connection until it ends. @throws LinkFailure why it ended */
  async #serve(link: MqttLink, signal: AbortSignal, backOff: BackOff): Promise<void> {
    void link.closed.then(() => this.#bell.ring());
    await this.#greet(link);
    this.#connected = true;
    try {
      while (link.open && !signal.aborted) {
        const isAtRest = !(await this.#publishSome(link));
        // A broker without room lets us in, and cuts the connection at the first message.
        if (link.open) {
          backOff.reset();
          this.#report.ended(this.#target, `Messages that wait: ${this.#outbox.length}.`);
        }
        if (isAtRest) await this.#bell.heard();
      }
    } finally {
      this.#connected = false;
    }
    if (!link.open) throw await link.closed;
    await link.publish([this.#life('offline')]);
    await link.end();
  }

  #life(state: 'online' | 'offline') {
    return { topic: this.#topics.status, payload: state, retain: true };
  }

  async #greet(link: MqttLink): Promise<void> {
    const compatible = this.#options.settings.compatibility === 'rtlamr2mqtt';
    const legacy = { topic: RTLAMR2MQTT_STATUS, payload: 'online', retain: false };
    await link.publish(compatible ? [this.#life('online'), legacy] : [this.#life('online')]);
    this.#renew();
    if (this.#announcer === null) return;
    const { birthTopic, announcements } = this.#announcer;
    await link.subscribe([birthTopic, announcements], (topic, payload) => this.#heard(topic, payload));
  }

  /** Everything that is retained is published anew: the broker, or Home Assistant, may have forgotten it. */
  #renew(): void {
    for (const topic of this.#retained.keys()) this.#changed.add(topic);
    this.#bell.ring();
  }

  #heard(topic: string, payload: string): void {
    if (topic === this.#announcer?.birthTopic) {
      if (payload === 'online') this.#renew();
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
        this.#remove(topic);
    }
  }

  /** @returns whether there was something to publish */
  async #publishSome(link: MqttLink): Promise<boolean> {
    const topics = [...this.#changed].slice(0, WINDOW);
    const states = topics.map((topic) => ({ topic, payload: this.#retained.get(topic) ?? '', retain: true }));
    const letters = this.#outbox.first(WINDOW);
    for (const topic of topics) this.#changed.delete(topic);
    const arrived = await link.publish([
      ...letters.map((letter) => ({ ...letter, retain: false })),
      ...states,
    ]);
    this.#outbox.delivered(Math.min(arrived, letters.length));
    this.#sent += arrived;
    for (const { topic, payload } of states.slice(Math.max(0, arrived - letters.length)))
      if (this.#retained.get(topic) === payload) this.#changed.add(topic);
    // A message that is empty and retained has removed what was there.
    for (const { topic, payload } of states)
      if (payload === '' && !this.#changed.has(topic)) this.#retained.delete(topic);
    return letters.length + states.length > 0;
  }
}
