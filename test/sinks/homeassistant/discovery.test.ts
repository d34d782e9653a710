import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MeterLabel, RegisterReading, Unit } from '../../../src/readings/entry.js';
import {
  announcedMeter,
  type Discovery,
  type DiscoveryOptions,
  meterDiscovery,
} from '../../../src/sinks/homeassistant/discovery.js';
import { receiverDiscovery } from '../../../src/sinks/homeassistant/receiver-discovery.js';
import { MeterState } from '../../../src/sinks/mqtt/meter-state.js';
import { receiverRecord } from '../../../src/sinks/mqtt/receiver-state.js';
import type { ReceiverReport } from '../../../src/sinks/receiver-report.js';
import { HOUSE, registerReading, STOVE, WATER } from '../entry-fixture.js';
import { discoveryMistakes } from './discovery-rules.js';

const OPTIONS: DiscoveryOptions = {
  prefix: 'homeassistant',
  stateClass: 'total_increasing',
  version: '0.1.0',
  availabilityTopic: 'ertd/status',
};

/** A meter that told of these registers: its announcement, and its state. */
function announced(meter: MeterLabel, given: readonly Partial<RegisterReading>[] = [{}], options = OPTIONS) {
  const state = new MeterState(meter);
  for (const reading of given) state.takeReading(registerReading({ meter, ...reading }));
  const topic = `ertd/meter/${meter.key}/state`;
  return { found: meterDiscovery(meter, state.readings, topic, options), state: state.record()! };
}

const component = (found: Discovery, name: string) =>
  (found.config.components as Record<string, Record<string, unknown>>)[name];

describe('what Home Assistant is told of a meter', () => {
  it.each([
    ['electric', HOUSE, [{}, { register: 'generation' as const, counts: 5 }, { register: 'net' as const }]],
    ['gas', STOVE, [{}]],
    ['water', WATER, [{}]],
  ])('is right by its rules: %s', (name, meter, readings) => {
    const { found, state } = announced(meter, readings);
    expect(discoveryMistakes(found, 'homeassistant', state)).toEqual([]);
    const golden = readFileSync(new URL(`${name}.expected.json`, import.meta.url), 'utf8');
    expect({ ...found, state }).toEqual(JSON.parse(golden));
  });

  it('has the greatest demand as a power that goes up and down, beside the energy', () => {
    const demand = { register: 'demand', value: '3.1000', unit: 'kW', total: null, counts: 31_000 } as const;
    const { found, state } = announced(HOUSE, [{}, { ...demand, timeMs: Date.UTC(2030, 0, 1) }]);
    expect(discoveryMistakes(found, 'homeassistant', state)).toEqual([]);
    expect(component(found, 'demand')).toMatchObject({
      ...{ name: 'Peak demand', device_class: 'power', unit_of_measurement: 'kW' },
      ...{ state_class: 'measurement', value_template: '{{ value_json.demand }}' },
    });
    expect(state).toMatchObject({ demand: '3.1000', unit: 'kWh' });
  });

  it.each([
    [HOUSE, 'kWh', 'energy', 'kW'],
    [STOVE, 'm³', 'gas', 'm³/h'],
    [STOVE, 'CCF', 'gas', 'ft³/min'],
    [WATER, 'L', 'water', 'L/min'],
    [WATER, 'ft³', 'water', 'ft³/min'],
    [WATER, 'm³', 'water', 'm³/h'],
  ] as [MeterLabel, Unit, string, string][])(
    'has a class for %o in %s',
    (meter, unit, deviceClass, flowUnit) => {
      const { found, state } = announced(meter, [{ unit }]);
      expect(discoveryMistakes(found, 'homeassistant', state)).toEqual([]);
      expect(component(found, 'consumption')).toMatchObject({
        device_class: deviceClass,
        unit_of_measurement: unit,
      });
      expect(component(found, 'flow')).toMatchObject({ unit_of_measurement: flowUnit });
    },
  );

  it('makes no units up: without a scale there are counts, gas in gallons has no class', () => {
    const counted = announced(HOUSE, [{ value: null, unit: null, total: null }]);
    expect(discoveryMistakes(counted.found, 'homeassistant', counted.state)).toEqual([]);
    expect(component(counted.found, 'consumption')).not.toHaveProperty('device_class');
    expect(component(counted.found, 'flow')).toBeUndefined();
    const odd = announced(STOVE, [{ unit: 'gal' }]);
    expect(component(odd.found, 'consumption')).not.toHaveProperty('device_class');
  });

  it('calls registers what the configuration says, and one that falls a total', () => {
    const { found } = announced(HOUSE, [{}, { register: 'net' }], { ...OPTIONS, stateClass: 'total' });
    expect(component(found, 'consumption')).toMatchObject({ state_class: 'total' });
    expect(component(announced(HOUSE, [{}, { register: 'net' }]).found, 'net')).toMatchObject({
      state_class: 'total',
    });
  });
});

describe('the checker', () => {
  const { found, state } = announced(WATER);
  const changed = (change: object): Discovery => ({ ...found, config: { ...found.config, ...change } });
  const withSensor = (sensor: object, name = 'consumption') =>
    changed({ components: { [name]: { ...component(found, name), ...sensor } } });

  it.each([
    [changed({ device: { name: 'x' } }), 'the device has no identifiers'],
    [changed({ origin: {} }), 'the origin has no name'],
    [
      { ...found, topic: 'homeassistant/device/a b/config' },
      'the topic homeassistant/device/a b/config is none',
    ],
    [withSensor({ unit_of_measurement: 'Gal' }), 'consumption: water in Gal'],
    [withSensor({ state_class: 'measurement' }), 'consumption: water is a measurement'],
    [withSensor({ platform: undefined }), 'consumption: the platform is undefined'],
    [withSensor({ value_template: '{{ value_json.nothing }}' }), 'consumption: the state has no nothing'],
    [changed({ components: {} }), 'it has no components'],
    [changed({ availability_topic: undefined }), 'nobody tells when it is away'],
    [withSensor({ value_template: '{{ value_json.unit }}' }, 'last_heard'), 'last_heard: unit is gal'],
    [withSensor({ state_class: 'measurement' }, 'last_heard'), 'last_heard: a time has no state class'],
    [withSensor({ value_template: '{{ value_json.time }}' }, 'leak'), 'leak: its state is 2026'],
    [withSensor({ device_class: 'drip' }, 'leak'), 'leak: no such class'],
    [withSensor({ entity_category: 'other' }, 'signal'), 'signal: the category is other'],
  ] as [Discovery, string][])('finds what is wrong (%#)', (wrong, mistake) => {
    expect(discoveryMistakes(wrong, 'homeassistant', state).join('\n')).toContain(mistake);
  });
});

describe('a receiver', () => {
  const report: ReceiverReport = {
    ...{ name: 'rtlsdr:42', source: 'rtlsdr:42', state: 'receiving', centerHz: 912_600_000, gainDb: 28 },
    ...{ noiseDbfs: -41.25, samples: 2_000_000, lostSamples: 20_000, droppedSamples: 0, clippedSamples: 0 },
    ...{ packets: 130, meters: 12, outages: 0, secondsSincePacket: 1, refused: {} },
  };

  it('is a device with its losses and its packets a minute', () => {
    const before = { ...report, samples: 1_000_000, lostSamples: 10_000, packets: 100 };
    const state = receiverRecord(report, before, 60);
    expect(state).toMatchObject({ lostPercent: 0.99, packetsPerMinute: 30, noiseDbfs: -41.3 });
    const found = receiverDiscovery(report, 'ertd', 'ertd/receiver/x/state', OPTIONS);
    expect(discoveryMistakes(found, 'homeassistant', state)).toEqual([]);
    expect(found.topic).toBe('homeassistant/device/ertd_receiver_ertd_rtlsdr_42/config');
  });

  it('has no number for a gain that the tuner finds', () => {
    const found = receiverDiscovery({ ...report, gainDb: 'agc' }, 'ertd', 'x', OPTIONS);
    expect(component(found, 'gain')).toBeUndefined();
  });
});

it('knows its own announcements again', () => {
  expect(announcedMeter('homeassistant', 'homeassistant/device/ertd_ert-10000042/config')).toBe(
    'ert-10000042',
  );
  expect(announcedMeter('homeassistant', 'homeassistant/device/ertd_receiver_x/config')).toBeNull();
  expect(announcedMeter('homeassistant', 'homeassistant/device/other/config')).toBeNull();
});
