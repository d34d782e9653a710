import { describe, expect, it } from 'vitest';
import { meaningOf, notesOf } from '../../src/readings/packet-notes.js';
import type { Reading } from '../../src/readings/reading.js';
import { HEARD_MS, scmReading } from '../sinks/reading-fixture.js';

const ZEROS = Array.from({ length: 47 }, () => 0);

function r900(fields: Reading['fields'], given: Partial<Reading> = {}): Reading {
  const none = { noUse: 0, backflow: 0, leak: 0, leakNow: 0 };
  return scmReading({ protocol: 'R900', type: 3, fields: { ...none, ...fields }, ...given });
}

function idm(fields: Reading['fields'], given: Partial<Reading> = {}): Reading {
  const plain = {
    intervalCounter: 7,
    tamperCounters: [0, 0, 0, 12, 1, 0],
    transmitTimeOffset: 160,
    outageFlags: '000000000000',
    intervals: ZEROS,
  };
  const type = { protocol: 'IDM', type: 23, commodity: 'electric' } as const;
  return scmReading({ ...type, fields: { ...plain, ...fields }, ...given });
}

describe('notes on a packet', () => {
  it.each<[string, Reading, string[]]>([
    ['of SCM', scmReading(), []],
    [
      'by a repeater',
      scmReading({ fields: { relayed: true, tamperPhy: 0, tamperEnc: 2 } }),
      ['relayed', 'tamper 0/2'],
    ],
    ['of SCM+', scmReading({ protocol: 'SCM+', fields: { tamperCounters: [3, 0] } }), ['tamper 3/0']],
    ['of a quiet IDM', idm({}), []],
    ['of an IDM', idm({ tamperCounters: [1, 2, 0, 9, 0, 0] }), ['tamper 1/2']],
    ['after an outage', idm({ outageFlags: '180000000000' }), ['no power in 2 of 48 intervals']],
    [
      'of NetIDM',
      scmReading({
        protocol: 'NetIDM',
        fields: { generation: 670, net: 9_999_374, tamperCounters: [0, 0, 0, 1, 1, 0] },
      }),
      ['received 670', 'net -626'],
    ],
    ['of R900', r900({}), []],
    ['of a leak', r900({ leak: 2, leakNow: 1 }), ['intermittent leak now', 'leak on 3–7 days']],
    [
      'of water that ran backwards',
      r900({ backflow: 2, noUse: 6 }),
      ['backflow high', 'no use on 35 days or more'],
    ],
    ['of R900BCD', r900({ leak: 7, leakNow: 3 }, { protocol: 'R900BCD', consumption: null }), ['no reading']],
  ])('%s', (_what, reading, notes) => {
    expect(notesOf(reading)).toEqual(notes);
  });
});

describe('the meaning of a packet', () => {
  it('is none where the fields say it, as those of SCM do', () => {
    expect(meaningOf(scmReading())).toBeNull();
  });

  it('has the buckets of R900 in words, null where they are not told', () => {
    expect(meaningOf(r900({ leak: 3, leakNow: 2 }))).toEqual({
      noUse: '0 days',
      backflow: 'none',
      leak: '8–14 days',
      leakNow: 'continuous',
    });
    expect(meaningOf(r900({ leak: 7, leakNow: 3 }))).toMatchObject({ leak: null, leakNow: null });
  });

  it('names tamper counters', () => {
    const gas = scmReading({ protocol: 'SCM+', commodity: 'gas', fields: { tamperCounters: [3, 1] } });
    expect(meaningOf(gas)).toEqual({ tilt: 3, magnetOrCutCable: 1 });
  });

  it('tells when the intervals of an IDM were, where the time of the packet is known', () => {
    expect(meaningOf(idm({ outageFlags: '180000000000' }))).toEqual({
      inversion: 0,
      removal: 0,
      reverseRotation: 0,
      powerLoss: 12,
      newestIntervalEnd: new Date(HEARD_MS - 10_000).toISOString(),
      outages: [3, 4].map((k) => new Date(HEARD_MS - 10_000 - k * 300_000).toISOString()),
    });
    expect(meaningOf(idm({}, { timeMs: null }))).not.toHaveProperty('newestIntervalEnd');
  });

  it('tells what a net register below zero is', () => {
    const net = scmReading({ protocol: 'NetIDM', fields: { net: 9_999_374, generation: 670 } });
    expect(meaningOf(net)).toEqual({ net: -626 });
  });
});
