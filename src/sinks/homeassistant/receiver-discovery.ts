import type { ReceiverReport } from '../receiver-report.js';
import type { JsonRecord } from '../records.js';
import { type Discovery, type DiscoveryOptions, discovery } from './discovery.js';

const SENSORS: readonly (JsonRecord & { readonly key: string; readonly field: string })[] = [
  { key: 'lost', field: 'lostPercent', name: 'Samples lost', unit_of_measurement: '%' },
  { key: 'packets', field: 'packetsPerMinute', name: 'Packets', unit_of_measurement: '1/min' },
  { key: 'meters', field: 'meters', name: 'Meters heard' },
  { key: 'gain', field: 'gainDb', name: 'Gain', unit_of_measurement: 'dB' },
  { key: 'noise', field: 'noiseDbfs', name: 'Noise', unit_of_measurement: 'dB' },
];

/** A receiver as a device. @param station tells the receivers of several ertd apart */
export function receiverDiscovery(
  { name, source, gainDb }: ReceiverReport,
  station: string,
  stateTopic: string,
  options: DiscoveryOptions,
): Discovery {
  const id = `receiver_${`${station}_${name}`.replace(/[^a-zA-Z0-9_-]/g, '_')}`;
  const shown = SENSORS.filter(({ key }) => key !== 'gain' || typeof gainDb === 'number');
  const components = Object.fromEntries(
    shown.map(({ key, field, ...rest }) => [key, sensor(`ertd_${id}_${key}`, field, rest)]),
  );
  const state = {
    ...{ platform: 'binary_sensor', unique_id: `ertd_${id}_state`, name: 'Receiving' },
    ...{ device_class: 'connectivity', entity_category: 'diagnostic' },
    value_template: "{{ 'ON' if value_json.state == 'receiving' else 'OFF' }}",
  };
  const device = { identifiers: [`ertd_${id}`], name: `ertd ${name}`, manufacturer: 'ertd', model: source };
  return discovery(id, device, { state, ...components }, stateTopic, options);
}

function sensor(id: string, field: string, rest: JsonRecord): JsonRecord {
  return {
    platform: 'sensor',
    unique_id: id,
    ...rest,
    state_class: 'measurement',
    entity_category: 'diagnostic',
    value_template: `{{ value_json.${field} }}`,
  };
}
