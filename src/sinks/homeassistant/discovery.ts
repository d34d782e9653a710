import type { EndpointKey } from '../../readings/endpoint.js';
import type { MeterLabel, RegisterReading } from '../../readings/entry.js';
import type { JsonRecord } from '../records.js';
import { sensorKind } from './sensor-kind.js';

export interface DiscoveryOptions {
  /** Discovery prefix, `homeassistant` unless set otherwise there. */
  readonly prefix: string;
  /** What registers are called that only grow. */
  readonly stateClass: 'total_increasing' | 'total';
  readonly version: string;
  readonly availabilityTopic: string;
}

/** A device as Home Assistant is to be told of it, and where. */
export interface Discovery {
  readonly topic: string;
  readonly config: JsonRecord;
}

const OBJECT_PREFIX = 'ertd_';

/** Where a device is announced. An empty message there removes it. */
export function discoveryTopic(prefix: string, id: string): string {
  return `${prefix}/device/${OBJECT_PREFIX}${id}/config`;
}

/** The meter that a topic announces, or null for anything else. */
export function announcedMeter(prefix: string, topic: string): EndpointKey | null {
  const start = `${prefix}/device/${OBJECT_PREFIX}`;
  const id = topic.startsWith(start) ? topic.slice(start.length).replace(/\/config$/, '') : '';
  return /^(ert|neptune)-\d+$/.test(id) ? (id as EndpointKey) : null;
}

/** A meter as a device, with the registers it has told of. @param readings the newest of each register */
export function meterDiscovery(
  label: MeterLabel,
  readings: readonly RegisterReading[],
  stateTopic: string,
  options: DiscoveryOptions,
): Discovery {
  const id = `ertd_${label.key}`;
  const [first] = readings;
  const components = {
    ...Object.fromEntries(readings.map((reading) => registerComponent(id, reading, options))),
    ...flowComponent(id, readings),
    ...Object.fromEntries(
      DIAGNOSTICS.map(({ key, ...rest }) => [key, { unique_id: `${id}_${key}`, ...rest }]),
    ),
  };
  const device = {
    identifiers: [id],
    name: label.name,
    manufacturer: label.key.startsWith('neptune') ? 'Neptune' : 'Itron or compatible',
    model: `${first.packet.protocol}, type ${first.packet.type}`,
    serial_number: String(first.packet.id),
  };
  return discovery(label.key, device, components, stateTopic, options);
}

/** Wraps a device and its components. */
export function discovery(
  id: string,
  device: JsonRecord,
  components: JsonRecord,
  stateTopic: string,
  { prefix, version, availabilityTopic }: DiscoveryOptions,
): Discovery {
  const origin = { name: 'ertd', sw_version: version };
  const topics = { state_topic: stateTopic, availability_topic: availabilityTopic };
  return { topic: discoveryTopic(prefix, id), config: { device, origin, components, ...topics, qos: 1 } };
}

const REGISTER_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  electric: {
    ...{ consumption: 'Energy', generation: 'Energy returned', net: 'Energy net' },
    demand: 'Peak demand',
  },
  gas: { consumption: 'Gas' },
  water: { consumption: 'Water' },
};

function registerComponent(
  id: string,
  { meter, register, value, unit }: RegisterReading,
  { stateClass }: DiscoveryOptions,
): [string, JsonRecord] {
  const kind = sensorKind(meter.commodity, unit);
  const name = REGISTER_NAMES[meter.commodity]?.[register] ?? 'Reading';
  const common = { platform: 'sensor', unique_id: `${id}_${register}`, name };
  if (value === null) {
    // Without a scale it is a number and no more: the energy dashboard must not take counts for units.
    const template = `{{ value_json.${register}Counts }}`;
    return [register, { ...common, state_class: 'measurement', value_template: template }];
  }
  return [
    register,
    {
      ...common,
      ...(kind !== null && { device_class: kind.deviceClass }),
      // A net register falls when more is given than taken, and a demand goes up and down.
      state_class: unit === 'kW' ? 'measurement' : register === 'net' ? 'total' : stateClass,
      unit_of_measurement: unit,
      value_template: `{{ value_json.${register} }}`,
    },
  ];
}

function flowComponent(id: string, readings: readonly RegisterReading[]): JsonRecord {
  const main = readings.find(({ register }) => register === 'consumption');
  const flow =
    main === undefined || main.value === null ? null : sensorKind(main.meter.commodity, main.unit)?.flow;
  if (!flow) return {};
  const now = flow.ofAnHour === 1 ? 'value_json.flow' : `(value_json.flow * ${flow.ofAnHour}) | round(4)`;
  return {
    flow: {
      platform: 'sensor',
      unique_id: `${id}_flow`,
      name: flow.deviceClass === 'power' ? 'Power' : 'Flow',
      device_class: flow.deviceClass,
      state_class: 'measurement',
      unit_of_measurement: flow.unit,
      value_template: `{{ ${now} if value_json.flow is not none else none }}`,
    },
  };
}

const DIAGNOSTICS = [
  {
    key: 'last_heard',
    ...{ platform: 'sensor', name: 'Last heard', device_class: 'timestamp', entity_category: 'diagnostic' },
    value_template: '{{ value_json.time }}',
  },
  {
    key: 'signal',
    ...{ platform: 'sensor', name: 'Signal over noise', device_class: 'signal_strength' },
    ...{ state_class: 'measurement', unit_of_measurement: 'dB', entity_category: 'diagnostic' },
    value_template: '{{ value_json.snrDb }}',
  },
  ...[
    { key: 'tamper', name: 'Tamper', device_class: 'tamper' },
    { key: 'leak', name: 'Leak', device_class: 'moisture' },
    { key: 'outage', name: 'Outage', device_class: 'problem' },
  ].map(({ key, ...rest }) => ({
    key,
    platform: 'binary_sensor',
    ...rest,
    value_template: `{{ value_json.${key} }}`,
  })),
];
