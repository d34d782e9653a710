import { describe, expect, it } from 'vitest';
import { packetsOf } from '../../../src/daemon/fleet/packet-list.js';
import { stateOf, textOf } from '../../../src/daemon/fleet/saved-state.js';
import { mergedSignals, transmissionsOf } from '../../../src/daemon/fleet/transmission.js';
import type { TimedReading } from '../../../src/readings/reading.js';
import { fleetPacket } from './fleet-fixture.js';

const timed = (...args: Parameters<typeof fleetPacket>) => fleetPacket(...args) as TimedReading;

describe('packets of a message', () => {
  it('are those that were published, by their station', () => {
    const sent = [timed(0, 0, 0), timed(0, 1, 0)];
    const { packets, refused } = packetsOf(JSON.stringify(sent), 'roof');
    expect(refused).toBe(0);
    expect(packets).toEqual(sent.map((packet) => ({ ...packet, receiver: 'roof/radio' })));
  });

  it.each([
    ['no JSON', 'x', 1],
    ['no list', '{"id":1}', 1],
    ['a list without an end', JSON.stringify(Array(501).fill(timed(0, 0, 0))), 1],
    ['what has no time', JSON.stringify([{ ...timed(0, 0, 0), timeMs: null }, timed(0, 1, 0)]), 1],
    ['an ID that is none', JSON.stringify([{ ...timed(0, 0, 0), id: -1 }]), 1],
    ['fields within fields', JSON.stringify([{ ...timed(0, 0, 0), fields: { a: { b: 1 } } }]), 1],
    ['a field of great length', JSON.stringify([{ ...timed(0, 0, 0), fields: { a: 'x'.repeat(500) } }]), 1],
  ])('are not %s', (_what, payload, refused) => {
    expect(packetsOf(payload, 'roof').refused).toBe(refused);
  });
});

describe('transmissions', () => {
  const by = (station: number, step = 0) => ({ ...timed(station, 0, step), receiver: `station ${station}` });

  it('are told apart by content and time, not by who heard them', () => {
    const found = transmissionsOf([by(1), by(0, 1), by(0), by(2)]);
    expect(found.map(({ signals }) => signals.map(({ receiver }) => receiver))).toEqual([
      ['station 0', 'station 1', 'station 2'],
      ['station 0'],
    ]);
    const later = { ...by(0), timeMs: by(0).timeMs + 2000 };
    expect(transmissionsOf([by(0), later])).toHaveLength(2);
    expect(transmissionsOf([by(0), { ...by(1), consumption: 5 }])).toHaveLength(2);
  });

  it('have each receiver once', () => {
    const [{ signals }] = transmissionsOf([by(0), by(0), by(1)]);
    expect(signals).toHaveLength(2);
    expect(mergedSignals(signals, signals)).toEqual(signals);
  });
});

it('writes a state with its maps, and reads it again', () => {
  const waiting = [{ id: 'ert-1/5', registers: new Map([['consumption', { counts: 1 }]]) }];
  const state = { endpoint: null, waiting } as unknown as Parameters<typeof textOf>[0];
  expect(stateOf(textOf(state))).toEqual(state);
});
