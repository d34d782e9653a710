import type { EndpointKey } from '../../readings/endpoint.js';
import type { MeterLabel, RegisterReading } from '../../readings/entry.js';
import {
  announcedMeter,
  type Discovery,
  type DiscoveryOptions,
  discoveryTopic,
  meterDiscovery,
} from '../homeassistant/discovery.js';
import { receiverDiscovery } from '../homeassistant/receiver-discovery.js';
import type { ReceiverReport } from '../receiver-report.js';
import type { JsonRecord } from '../records.js';
import type { Topics } from './topics.js';

/** Tells Home Assistant of meters and receivers: what is to be retained where. */
export class Announcer {
  readonly #options: DiscoveryOptions;
  readonly #topics: Topics;
  readonly #station: string;

  /** @param station what all topics begin with; tells the receivers of several ertd apart */
  constructor(options: Omit<DiscoveryOptions, 'availabilityTopic'>, topics: Topics, station: string) {
    this.#options = { ...options, availabilityTopic: topics.status };
    this.#topics = topics;
    this.#station = station;
  }

  /** Where Home Assistant says that it has started. */
  get birthTopic(): string {
    return `${this.#options.prefix}/status`;
  }

  /** All that is announced of meters, by whoever. */
  get announcements(): string {
    return `${this.#options.prefix}/device/+/config`;
  }

  /** What is to be heard of: both. */
  get listensTo(): readonly string[] {
    return [this.birthTopic, this.announcements];
  }

  /** Where a meter is announced. */
  topicOf(key: string): string {
    return discoveryTopic(this.#options.prefix, key);
  }

  /** @param before what was announced of it: registers that are not heard yet after a start are not taken back */
  meter(label: MeterLabel, readings: readonly RegisterReading[], before: JsonRecord | null): Discovery {
    const stateTopic = this.#topics.meter(label.key, 'state');
    const { topic, config } = meterDiscovery(label, readings, stateTopic, this.#options);
    const components = { ...(before?.components as JsonRecord), ...(config.components as JsonRecord) };
    return { topic, config: { ...config, components } };
  }

  receiver(report: ReceiverReport): Discovery {
    return receiverDiscovery(report, this.#station, this.#topics.receiver(report.name), this.#options);
  }

  /**
   * The meter of an announcement that this ertd made, or null: another one may share the broker.
   * @param payload of a message on {@link announcements}
   */
  ownMeter(topic: string, payload: string): EndpointKey | null {
    const key = announcedMeter(this.#options.prefix, topic);
    return key !== null && payload.includes(JSON.stringify(this.#topics.status)) ? key : null;
  }
}
