import type { Discovery } from '../../../src/sinks/homeassistant/discovery.js';
import type { JsonRecord } from '../../../src/sinks/records.js';

const ENERGY = [
  'J',
  'kJ',
  'MJ',
  'GJ',
  'mWh',
  'Wh',
  'kWh',
  'MWh',
  'GWh',
  'TWh',
  'cal',
  'kcal',
  'Mcal',
  'Gcal',
];
const FLOW = [
  'm³/h',
  'm³/min',
  'm³/s',
  'ft³/min',
  'L/h',
  'L/min',
  'L/s',
  'gal/d',
  'gal/h',
  'gal/min',
  'mL/s',
];

/** Units that a sensor of each class may have, as Home Assistant spells them; null where it may have none. */
const UNITS: Readonly<Record<string, readonly string[] | null>> = {
  energy: ENERGY,
  gas: ['L', 'CCF', 'ft³', 'm³', 'MCF'],
  water: ['L', 'gal', 'CCF', 'ft³', 'm³', 'MCF'],
  power: ['mW', 'W', 'kW', 'MW', 'GW', 'TW'],
  volume_flow_rate: FLOW,
  signal_strength: ['dB', 'dBm'],
  timestamp: null,
};

/** What only grows, or is a sum: a measurement of these has no meaning to the energy dashboard. */
const SUMS = ['energy', 'gas', 'water'];
const STATE_CLASSES = ['measurement', 'total', 'total_increasing'];
const BINARY = ['tamper', 'moisture', 'problem', 'connectivity'];

/**
 * What Home Assistant would refuse of an announcement, or its energy dashboard complain of.
 * @param state that is published on its state topic
 * @returns one sentence a mistake
 */
export function discoveryMistakes({ topic, config }: Discovery, prefix: string, state: JsonRecord): string[] {
  const { device, origin, components, state_topic, availability_topic } = config as unknown as Record<
    string,
    JsonRecord
  >;
  const mistakes: string[] = [];
  const demand = (holds: boolean, mistake: string): void => void (holds || mistakes.push(mistake));
  const [, id] = new RegExp(`^${prefix}/device/([a-zA-Z0-9_-]+)/config$`).exec(topic) ?? [];
  demand(id !== undefined, `the topic ${topic} is none of discovery`);
  const identifiers = device?.identifiers;
  demand(Array.isArray(identifiers) && identifiers.length > 0, 'the device has no identifiers');
  demand(typeof device?.name === 'string' && device.name !== '', 'the device has no name');
  demand(typeof origin?.name === 'string', 'the origin has no name');
  demand(typeof state_topic === 'string', 'there is no state topic');
  demand(typeof availability_topic === 'string', 'nobody tells when it is away');
  demand(Object.keys(components ?? {}).length > 0, 'it has no components');
  const entries = Object.entries(components ?? {}) as [string, Record<string, string>][];
  const ids = entries.map(([, { unique_id }]) => unique_id);
  demand(new Set(ids).size === ids.length && !ids.includes(undefined as never), 'IDs are not unique');
  for (const [key, component] of entries)
    for (const mistake of componentMistakes(component, state)) mistakes.push(`${key}: ${mistake}`);
  return mistakes;
}

function componentMistakes(component: Readonly<Record<string, string>>, state: JsonRecord): string[] {
  const { platform, value_template: template = '', entity_category: category } = component;
  const used = [...template.matchAll(/value_json\.(\w+)/g)].map(([, name]) => name);
  const missing = used.filter((name) => !Object.hasOwn(state, name));
  return [
    ...(used.length === 0 ? ['no value is taken from the state'] : []),
    ...missing.map((name) => `the state has no ${name}`),
    ...(platform === 'sensor' ? sensorMistakes(component, used, state) : []),
    ...(platform === 'binary_sensor' ? binaryMistakes(component, template, used, state) : []),
    ...(category === undefined || category === 'diagnostic' ? [] : [`the category is ${category}`]),
    ...(platform === 'sensor' || platform === 'binary_sensor' ? [] : [`the platform is ${platform}`]),
  ];
}

/** A state that is neither is unknown; what a template makes of it is not looked into. */
function binaryMistakes(
  component: Readonly<Record<string, string>>,
  template: string,
  used: readonly string[],
  state: JsonRecord,
): string[] {
  const isPlain = template === `{{ value_json.${used[0]} }}`;
  const value = String(state[used[0]]);
  return [
    ...(BINARY.includes(component.device_class) ? [] : ['no such class']),
    ...(component.state_class === undefined ? [] : ['it is no number']),
    ...(isPlain && value !== 'ON' && value !== 'OFF' ? [`its state is ${value}`] : []),
  ];
}

/** ISO 8601 with an offset: without one Home Assistant takes it for no time. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function sensorMistakes(
  { device_class, state_class, unit_of_measurement: unit }: Readonly<Record<string, string>>,
  used: readonly string[],
  state: JsonRecord,
): string[] {
  const mistakes: string[] = [];
  if (state_class !== undefined && !STATE_CLASSES.includes(state_class))
    mistakes.push(`state class ${state_class}`);
  if (device_class === undefined) return mistakes;
  const units = UNITS[device_class];
  if (units === undefined) mistakes.push(`device class ${device_class}`);
  else if (units === null ? unit !== undefined : !units.includes(unit))
    mistakes.push(`${device_class} in ${unit}`);
  if (device_class === 'timestamp') {
    if (state_class !== undefined) mistakes.push('a time has no state class');
    for (const name of used)
      if (!TIMESTAMP.test(String(state[name]))) mistakes.push(`${name} is ${state[name]}`);
  }
  if (!SUMS.includes(device_class)) return mistakes;
  if (state_class !== 'total' && state_class !== 'total_increasing')
    mistakes.push(`${device_class} is a ${state_class}`);
  for (const name of used)
    if (!(Number(state[name]) >= 0) && name !== 'net') mistakes.push(`${name} is ${state[name]}`);
  return mistakes;
}
